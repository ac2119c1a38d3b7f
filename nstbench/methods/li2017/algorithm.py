"""Li et al. 2017: the descent of Gatys et al. 2015 with other distances between distributions of features.

Values of different distances do not compare, so that the style's weight is set by gradients: at the start
that of the style is `strength` times as long as that of Gram matrices would be.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from torch import Tensor, nn

from nstbench.losses.distributions import BatchStatisticsLoss, GaussianMMDLoss, LinearMMDLoss
from nstbench.losses.gram import GramLoss
from nstbench.losses.guidance import LossOfPositions, of_positions
from nstbench.losses.objective import Objective, RedrawnObjective, Term
from nstbench.methods.base import Task
from nstbench.methods.descent import descend, gradient_length, open_backbone, start_image
from nstbench.methods.gatys2015.algorithm import shared_style_terms, terms_besides_style
from nstbench.methods.li2017.parameters import DistributionParameters
from nstbench.methods.styles import CONTENT, styles_of
from nstbench.optim.loop import Outcome

# What a polynomial kernel of degree 2 compares are Gram matrices (Li et al. 2017, eq. 8).
LOSSES: Mapping[str, Callable[[Tensor], nn.Module]] = {
    "linear": LinearMMDLoss,
    "polynomial": GramLoss,
    "gaussian": GaussianMMDLoss,
    "batch-norm": BatchStatisticsLoss,
}


async def stylize(task: Task[DistributionParameters]) -> Outcome:
    """Make a picture by descent on its pixels.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and how.

    Returns
    -------
    Outcome
        The picture, not clipped; its facts name the pictures that the network was normalised on, and the
        scale of the style's weights.

    Raises
    ------
    InputError
        When a picture is too small for the network, or the descent diverges.

    References
    ----------
    Li et al. 2017, arXiv:1701.01036, section 4.
    """
    parameters = task.parameters
    backbone = open_backbone(task)
    content = terms_besides_style(parameters, backbone, task.content, task.visible.get(CONTENT))
    gram, own = [], []
    for part in styles_of(task, parameters.blend):
        layers = part.weights(parameters.style_layers)
        gram += shared_style_terms(backbone, part, layers)
        own += shared_style_terms(backbone, part, layers, LOSSES[parameters.statistic], of_positions)
    start = start_image(task, parameters.init)
    lengths = [gradient_length(backbone, terms, start) for terms in (gram, own)]
    # At the style itself there is no gradient to compare.
    scale = parameters.strength * lengths[0] / lengths[1] if lengths[1] else 1.0
    style = [replace(term, weight=scale * term.weight) for term in own]

    def terms_at(evaluation: int) -> list[Term]:
        """Terms of an evaluation, which has samples of its own."""
        seed = (task.seed, evaluation)
        return [*content, *(replace(term, loss=_redrawn(term.loss, seed)) for term in style)]

    if parameters.statistic == "gaussian":
        objective: Objective = RedrawnObjective(backbone, terms_at)
    else:
        objective = Objective(backbone, [*content, *style])
    return await descend(task, backbone, objective, {"style_scale": scale})


def _redrawn(loss: Callable[..., Tensor], seed: tuple[int, ...]) -> Callable[..., Tensor]:
    """A Gaussian discrepancy, of all positions or of a part's, on samples of its own."""
    if isinstance(loss, LossOfPositions):
        return LossOfPositions(_redrawn(loss.loss, seed), loss.part)
    assert isinstance(loss, GaussianMMDLoss)
    return loss.redrawn(seed)
