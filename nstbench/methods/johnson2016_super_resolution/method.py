"""The content shrunk to a quarter of its sides and enlarged again: what a network invents, and what is lost.

It is no way to a larger picture, but a test: the content is the right answer. The style plays no part.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nstbench.methods.base import Method, Parameters, Task, imported_later
from nstbench.methods.johnson2016_super_resolution.recipe import DEFAULT_TRAINING, JOHNSON, EnlargerRecipe
from nstbench.networks.feedforward.inventory import locate_network
from nstbench.networks.training.trainer import Trainer

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


class EnlargementParameters(Parameters):
    """How the small picture is enlarged.

    Parameters
    ----------
    network
        The id of a training of the pipeline, or a file; None for bicubic interpolation.
    preserve_colour
        The small picture has the content's colours already.
    """

    network: str | None = None
    preserve_colour: Literal["none"] = "none"

    def weight_files(self) -> list[Path]:
        """The network's."""
        return [locate_network(self.network)] if self.network else []


def stylize(task: Task[EnlargementParameters]) -> "Outcome":
    """Shrink the content and enlarge it again.

    Parameters
    ----------
    task
        Its style is not looked at.

    Returns
    -------
    Outcome
        Its picture is clipped to [0, 1]; there is no loss.

    Raises
    ------
    InputError
        When there is no such network, or its file is damaged.
    """
    import time

    import torch

    from nstbench.methods.johnson2016_super_resolution.network import bicubic, load_enlarger, shrink
    from nstbench.optim.loop import lossless

    name, hardware = task.parameters.network, task.hardware
    enlarge = load_enlarger(locate_network(name), hardware.device) if name else bicubic
    started = time.perf_counter()
    with torch.inference_mode(), hardware.autocast():
        enlarged = enlarge(shrink(task.content)).float().clamp(0, 1)
    height, width = task.content.shape[-2:]
    return lossless(enlarged[..., :height, :width], time.perf_counter() - started)


BICUBIC = EnlargementParameters()
TRAINER = Trainer(
    recipe=EnlargerRecipe,
    presets={"johnson": JOHNSON, "default": DEFAULT_TRAINING},
    train=imported_later("nstbench.methods.johnson2016_super_resolution.training", "train_enlarger"),
    one_style=None,
)
METHOD = Method(
    id="johnson2016_super_resolution",
    title="Super-resolution: shrunk to a quarter and enlarged again",
    source="Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155, section 4.2",
    parameters=EnlargementParameters,
    presets={"bicubic": BICUBIC},
    default_preset="bicubic",
    stylize=stylize,
    needs_style=False,
    trainer=TRAINER,
)
