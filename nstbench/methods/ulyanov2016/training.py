"""Train a generator: noise in, and what a loss network finds in the pictures is to be that of the style.

References
----------
Ulyanov et al. 2016, arXiv:1603.03417, sections 4.1 and 4.3.
"""

import numpy as np
import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.files import sha256
from nstbench.core.hardware import Hardware
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.descent import open_backbone
from nstbench.methods.gatys2015.algorithm import style_terms, terms_besides_style
from nstbench.methods.ulyanov2016.generator import KIND, Generator
from nstbench.methods.ulyanov2016.recipe import GeneratorRecipe
from nstbench.networks.feedforward.files import check_network_output, save_network
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, mean_loss, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.checkpoints import Checkpoint


class GeneratorLoss:
    """The losses of a training step: what the generator makes of noise, compared with style and contents.

    Parameters
    ----------
    recipe
        Its `loss` says which terms there are and how they weigh.
    style
        (1, 3, H, W), RGB in [0, 1].
    crops
        Where contents come from; None for a texture.
    generator
        What is trained.
    hardware
        Where, and in which precision.

    References
    ----------
    Ulyanov et al. 2016, arXiv:1603.03417, eq. 5 and 6.
    """

    def __init__(
        self,
        recipe: GeneratorRecipe,
        style: Tensor,
        crops: CropSource | None,
        generator: Generator,
        hardware: Hardware,
    ) -> None:
        self.recipe, self.style, self.crops = recipe, style, crops
        self.generator, self.hardware = generator, hardware
        self.backbone = open_backbone(Task(style, style, recipe.loss, recipe.seed, hardware))
        self.style_terms = style_terms(self.backbone, style, recipe.loss.style_layers)
        others = terms_besides_style(recipe.loss, self.backbone, style)
        self.names = [term.name for term in (*others, *self.style_terms)]

    def __call__(self, step: int) -> Tensor:
        """Losses of a step.

        Parameters
        ----------
        step
            Number of the step, from 0; decides noise and crops.

        Returns
        -------
        Tensor
            (1 + T,): the weighted total, then the loss of every term in `names`.
        """
        return self._losses(step, self.crops.training(step) if self.crops else None)

    def held_out(self) -> dict[str, float]:
        """The loss on contents that are held out; of a texture, on noise that no step has had.

        Returns
        -------
        dict of float
            `total`, as of `mean_loss`.
        """

        def losses_at(number: int) -> Tensor:
            step = self.recipe.steps + number
            return self._losses(step, self.crops.held_out(step) if self.crops else None)

        return mean_loss(losses_at)

    def _losses(self, step: int, contents: Tensor | None) -> Tensor:
        recipe, device = self.recipe, self.hardware.device
        seed = int(np.random.default_rng((recipe.seed, step)).integers(2**63))
        noise = self.generator.noise(recipe.batch, recipe.crop, recipe.crop, seed)
        if contents is not None:
            contents = contents.to(device)
        with self.hardware.autocast():
            made = self.generator([each.to(device) for each in noise], contents)
        # Without content layers the picture that is given for a content is not looked at.
        others = terms_besides_style(recipe.loss, self.backbone, self.style if contents is None else contents)
        return Objective(self.backbone, [*others, *self.style_terms])(made.float())


def train_generator(task: TrainingTask[GeneratorRecipe]) -> None:
    """Train on one style and write the generator, its learning curve, and on the way a checkpoint.

    Goes on from a checkpoint of the same recipe, style and number of photographs.

    Parameters
    ----------
    task
        It has one style. Its photographs are looked at where the loss has a content.

    Raises
    ------
    InputError
        When there is not one style, when the output does not end in .safetensors, when a file cannot be read
        or written, or when the training diverges.
    """
    recipe, hardware = task.recipe, task.hardware
    if len(task.styles) != 1:
        raise InputError(f"{len(task.styles)} styles given; a generator learns one, so give one")
    (style,) = task.styles
    check_network_output(task.output)
    stylizes = bool(recipe.loss.content_layers)
    crops = CropSource(task.photographs, recipe.crop, recipe.batch, recipe.seed) if stylizes else None
    painting = to_tensor(load_picture(style, recipe.style_size)).to(hardware.device)
    torch.manual_seed(recipe.seed)
    generator = Generator(recipe.scales, recipe.norm, stylizes)
    generator.to(hardware.device).to(memory_format=torch.channels_last)
    loss = GeneratorLoss(recipe, painting, crops, generator, hardware)
    card = {
        "kind": KIND,
        "width": 1.0,
        "scales": recipe.scales,
        "norm": recipe.norm,
        "stylizes": stylizes,
        "style": {"name": style.stem, "sha256": sha256(style)},
        "backbone": recipe.loss.backbone,
        "steps": recipe.steps,
        "recipe": recipe.model_dump(mode="json"),
        "training_pictures": len(crops.training_pictures) if crops else 0,
    }
    schedule = Schedule(recipe.steps, recipe.rate, recipe.decay)
    checkpoint = Checkpoint(task.output.with_suffix(".checkpoint"))
    training = train(generator, loss, loss.names, schedule, card, task.watch, checkpoint, loss.held_out)
    save_network(generator.state_dict(), {**card, "held_out": training.held_out}, task.output)
    training.curve.write(task.output.with_suffix(".csv"))
    checkpoint.remove()
