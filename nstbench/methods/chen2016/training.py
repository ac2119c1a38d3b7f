"""Train an inverse network: features in, pictures out, whose features are to be those again.

It learns from features as they are, of photographs and of paintings, and from swapped ones, which no picture
has.

References
----------
Chen and Schmidt 2016, arXiv:1612.04337, section 4.
"""

import torch
from torch import Tensor

from nstbench.core.files import sha256
from nstbench.core.hardware import Hardware
from nstbench.losses.total_variation import TotalVariationLoss
from nstbench.methods.adain2017.modules import open_encoder
from nstbench.methods.chen2016.network import KIND, InverseNetwork
from nstbench.methods.chen2016.recipe import LAYER, InverseRecipe
from nstbench.methods.chen2016.swap import swap
from nstbench.networks.backbone import Backbone
from nstbench.networks.feedforward.files import check_network_output, save_network
from nstbench.networks.training.crops import STYLE_SEED, CropSource
from nstbench.networks.training.loop import Schedule, mean_loss, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.checkpoints import Checkpoint


class InverseLoss:
    """The losses of a training step: how far features of what the network makes are from those it was given.

    Parameters
    ----------
    recipe
        The weights of the losses.
    contents, styles
        Where crops come from.
    encoder
        Frozen, down to LAYER.
    network
        What is trained.
    hardware
        Where, and in which precision.

    References
    ----------
    Chen and Schmidt 2016, arXiv:1612.04337, eq. 6.
    """

    def __init__(
        self,
        recipe: InverseRecipe,
        contents: CropSource,
        styles: CropSource,
        encoder: Backbone,
        network: InverseNetwork,
        hardware: Hardware,
    ) -> None:
        self.contents, self.styles = contents, styles
        self.encoder, self.network, self.hardware = encoder, network, hardware
        self.variation = TotalVariationLoss("squared")
        weights = {
            f"content/{LAYER}": 1.0,
            f"style/{LAYER}": 1.0,
            "tv": recipe.tv_weight,
            "identity": recipe.identity_weight,
        }
        self.names = tuple(weights)
        self.weights = torch.tensor(list(weights.values()), device=hardware.device)

    def __call__(self, step: int) -> Tensor:
        """Losses of a step.

        Parameters
        ----------
        step
            Number of the step, from 0; decides which crops there are.

        Returns
        -------
        Tensor
            (5,): the weighted total, then the losses that `names` names: of features as they are, of swapped
            features, of roughness, and of pictures as they are.
        """
        return self._losses(self.contents.training(step), self.styles.training(step))

    def held_out(self) -> dict[str, float]:
        """The loss on contents and styles that are held out.

        Returns
        -------
        dict of float
            `total`, as of `mean_loss`.
        """
        return mean_loss(
            lambda number: self._losses(self.contents.held_out(number), self.styles.held_out(number))
        )

    def _losses(self, contents: Tensor, styles: Tensor) -> Tensor:
        pictures = torch.cat([contents, styles]).to(self.hardware.device)
        with torch.no_grad():
            own = self.encoder(pictures, [LAYER])[LAYER].float()
            content, style = own.chunk(2)
            pairs = zip(content.split(1), style.split(1), strict=True)
            swapped = torch.cat([swap(one, other) for one, other in pairs])
        given = torch.cat([own, swapped]).contiguous(memory_format=torch.channels_last)
        with self.hardware.autocast():
            made = self.network(given)
        made = made.float()
        missed = (self.encoder(made, [LAYER])[LAYER].float() - given).square()
        losses = torch.stack(
            [
                missed[: len(own)].mean(),
                missed[len(own) :].mean(),
                self.variation(made),
                (made[: len(own)] - pictures).square().mean(),
            ]
        )
        return torch.cat([(losses @ self.weights)[None], losses])


def train_inverse(task: TrainingTask[InverseRecipe]) -> None:
    """Train on photographs and styles; write the network, its learning curve, and on the way a checkpoint.

    Goes on from a checkpoint of the same recipe and pictures.

    Parameters
    ----------
    task
        It has two styles at least, of which one is held out.

    Raises
    ------
    InputError
        When the output does not end in .safetensors, when a file cannot be read or written, or when the
        training diverges.
    """
    recipe, hardware = task.recipe, task.hardware
    check_network_output(task.output)
    contents = CropSource(task.photographs, recipe.crop, recipe.batch, recipe.seed)
    styles = CropSource(task.styles, recipe.crop, recipe.batch, STYLE_SEED + recipe.seed)
    encoder = open_encoder(recipe.backbone, recipe.weights, recipe.normalisation, hardware, [LAYER])
    torch.manual_seed(recipe.seed)
    inputs = encoder.architecture.channels(LAYER, encoder.width)
    network = InverseNetwork(inputs, encoder.width, recipe.norm)
    network.to(hardware.device).to(memory_format=torch.channels_last)
    loss = InverseLoss(recipe, contents, styles, encoder, network, hardware)
    card = {
        "kind": KIND,
        "backbone": recipe.backbone,
        "weights": recipe.weights,
        "normalisation": recipe.normalisation,
        "width": encoder.width,
        "norm": recipe.norm,
        "steps": recipe.steps,
        "recipe": recipe.model_dump(mode="json"),
        "training_pictures": len(contents.training_pictures),
        "training_styles": len(styles.training_pictures),
    }
    identity = {**card, "styles": [sha256(style) for style in task.styles]}
    schedule = Schedule(recipe.steps, recipe.rate, recipe.decay)
    checkpoint = Checkpoint(task.output.with_suffix(".checkpoint"))
    training = train(network, loss, loss.names, schedule, identity, task.watch, checkpoint, loss.held_out)
    save_network(network.state_dict(), {**card, "held_out": training.held_out}, task.output)
    training.curve.write(task.output.with_suffix(".csv"))
    checkpoint.remove()
