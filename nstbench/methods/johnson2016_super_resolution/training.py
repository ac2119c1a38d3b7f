"""Train an enlarging network: photographs, shrunk and enlarged again, against themselves."""

import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods.johnson2016_super_resolution.network import KIND, Enlarger, shrink
from nstbench.methods.johnson2016_super_resolution.recipe import EnlargerRecipe
from nstbench.networks.feedforward.files import check_network_output, save_network
from nstbench.networks.loading import load_backbone
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.checkpoints import Checkpoint

# Section 4.2, for enlarging four times.
LAYER = "relu2_2"


class EnlargementLoss:
    """How far photographs that were shrunk and enlarged are from what they were.

    Parameters
    ----------
    recipe
        Its `loss` says what is compared.
    crops
        Where the photographs come from.
    network
        What is trained.
    hardware
        Where, and in which precision.

    References
    ----------
    Johnson et al. 2016, arXiv:1603.08155, section 3.2: feature reconstruction and pixel loss.
    """

    def __init__(
        self, recipe: EnlargerRecipe, crops: CropSource, network: Enlarger, hardware: Hardware
    ) -> None:
        self.crops, self.network, self.hardware = crops, network, hardware
        self.names = ["content/pixels"]
        self.weights = [1.0]
        self.backbone = None
        if recipe.loss == "perceptual":
            self.names.append(f"content/{LAYER}")
            self.weights = [recipe.pixel_weight, 1.0]
            self.backbone = load_backbone("vgg19", recipe.weights, "max", hardware)
            self.backbone.truncate([LAYER])

    def __call__(self, step: int) -> Tensor:
        """Losses of a step.

        Parameters
        ----------
        step
            Number of the step, from 0; decides which crops there are.

        Returns
        -------
        Tensor
            (1 + T,): the weighted total, then the mean squared difference of every term in `names`.
        """
        photographs = self.crops.training(step).to(self.hardware.device)
        with self.hardware.autocast():
            enlarged = self.network(shrink(photographs)).float()
        pairs = [(enlarged, photographs)]
        if self.backbone is not None:
            found, wanted = (self.backbone(each, [LAYER])[LAYER] for each in (enlarged, photographs))
            pairs.append((found.float(), wanted.float()))
        losses = torch.stack([(found - wanted).square().mean() for found, wanted in pairs])
        total = (losses * losses.new_tensor(self.weights)).sum()
        return torch.cat([total[None], losses])


def train_enlarger(task: TrainingTask[EnlargerRecipe]) -> None:
    """Train and write the network, its learning curve, and on the way a checkpoint.

    Goes on from a checkpoint of the same recipe and number of photographs.

    Parameters
    ----------
    task
        It has no style.

    Raises
    ------
    InputError
        When there is a style, when the output does not end in .safetensors, when a file cannot be read or
        written, or when the training diverges.
    """
    recipe, hardware = task.recipe, task.hardware
    if task.styles:
        raise InputError(
            f"{len(task.styles)} styles given; a network that enlarges learns none; leave them out"
        )
    check_network_output(task.output)
    crops = CropSource(task.photographs, recipe.crop, recipe.batch, recipe.seed)
    torch.manual_seed(recipe.seed)
    network = Enlarger(recipe.width).to(hardware.device).to(memory_format=torch.channels_last)
    loss = EnlargementLoss(recipe, crops, network, hardware)
    identity = {"recipe": recipe.model_dump(), "training_pictures": len(crops.training_pictures)}
    checkpoint = Checkpoint(task.output.with_suffix(".checkpoint"))
    schedule = Schedule(recipe.steps, recipe.rate, "cosine")
    training = train(network, loss, loss.names, schedule, identity, task.watch, checkpoint)
    card = {"kind": KIND, "width": recipe.width, "steps": recipe.steps, **identity}
    save_network(network.state_dict(), card, task.output)
    training.curve.write(task.output.with_suffix(".csv"))
    checkpoint.remove()
