"""The perceptual loss that a transformation network is trained on: a descent's objective, for a batch."""

from torch import Tensor

from nstbench.core.hardware import Hardware
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.descent import open_backbone
from nstbench.methods.gatys2015.algorithm import terms_besides_style
from nstbench.methods.johnson2016.modules import Transformation
from nstbench.methods.johnson2016.recipe import TransformationRecipe
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import mean_loss


class PerceptualLoss:
    """The loss of a training step: what the network makes of crops, compared with them and with the style.

    Parameters
    ----------
    recipe
        Its `loss` says which terms there are and how they weigh.
    style
        (1, 3, H, W), RGB in [0, 1].
    crops
        Where the photographs come from.
    network
        What is trained.
    hardware
        Where, and in which precision.

    References
    ----------
    Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155, section 3.2.
    """

    def __init__(
        self,
        recipe: TransformationRecipe,
        style: Tensor,
        crops: CropSource,
        network: Transformation,
        hardware: Hardware,
    ) -> None:
        self.crops, self.network = crops, network
        self.task = Task(style, style, recipe.loss, recipe.seed, hardware)
        self.backbone = open_backbone(self.task)
        terms = recipe.terms_of(self.task, self.backbone)
        self.names = [term.name for term in terms]
        self.style_terms = [term for term in terms if term.name.startswith("style/")]

    def __call__(self, step: int) -> Tensor:
        """Losses of a step.

        Parameters
        ----------
        step
            Number of the step, from 0; decides which crops there are.

        Returns
        -------
        Tensor
            (1 + T,): the weighted total, then the loss of every term in `names`.
        """
        return self._losses(self.crops.training(step))

    def held_out(self) -> dict[str, float]:
        """The loss on photographs that are held out.

        Returns
        -------
        dict of float
            `total`, as of `mean_loss`.
        """
        return mean_loss(lambda number: self._losses(self.crops.held_out(number)))

    def _losses(self, photographs: Tensor) -> Tensor:
        photographs = photographs.to(self.task.hardware.device)
        with self.task.hardware.autocast():
            stylized = self.network(photographs)
        others = terms_besides_style(self.task.parameters, self.backbone, photographs)
        by_name = {term.name: term for term in (*others, *self.style_terms)}
        return Objective(self.backbone, [by_name[name] for name in self.names])(stylized.float())
