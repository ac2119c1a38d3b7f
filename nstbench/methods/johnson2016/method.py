"""A network that has learned one style stylizes any picture in one pass.

The network is trained beforehand, on photographs, with the loss of a method that descends on pixels; Jain and
Venkitachalam use another network and another loss. The style picture plays no part when a picture is made.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nstbench.methods.base import Method, Parameters, Size, Task, imported_later
from nstbench.methods.johnson2016.recipe import DEFAULT_TRAINING, JAIN, JOHNSON, TransformationRecipe
from nstbench.networks.feedforward.inventory import locate_network, read_card
from nstbench.networks.training.trainer import Trainer

if TYPE_CHECKING:
    from nstbench.core.hardware import Hardware
    from nstbench.optim.loop import Outcome

# At full width, as measured: the widest features, enlarged and with their border, and what is made of them.
BYTES_PER_PIXEL = {"fp32": 800, "bf16": 500}


class FastParameters(Parameters):
    """Which network.

    Parameters
    ----------
    network
        The name of a shipped one, the id of a training of the pipeline, or a file.
    preserve_colour
        It has learned the style as it is, so no way of keeping colours that changes the style has any effect.
    """

    network: str
    preserve_colour: Literal["none", "luminance"] = "none"

    def weight_files(self) -> list[Path]:
        """The network's."""
        return [locate_network(self.network)]


def stylize(task: Task[FastParameters]) -> "Outcome":
    """Give the content the style that the network has learned.

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

    from nstbench.methods.johnson2016.modules import load_transformation
    from nstbench.optim.loop import lossless

    network = load_transformation(locate_network(task.parameters.network), task.hardware.device)
    started = time.perf_counter()
    image = network.stylize(task.content, task.hardware)
    return lossless(image, time.perf_counter() - started)


def memory(parameters: FastParameters, content: Size, style: Size, hardware: "Hardware") -> float:
    """Estimate what a pass needs.

    Parameters
    ----------
    parameters
        The network.
    content, style
        Heights and widths in pixels; the style's plays no part.
    hardware
        Where, and in which precision.

    Returns
    -------
    float
        Bytes at the peak, as measured with networks of half width, and pictures in and out.
    """
    width = float(read_card(locate_network(parameters.network)).get("width", 1.0))
    return content[0] * content[1] * (BYTES_PER_PIXEL[hardware.precision] * width + 60) + 2e8


DEFAULT = FastParameters(network="starry_night")
TRAINER = Trainer(
    recipe=TransformationRecipe,
    presets={"johnson": JOHNSON, "jain": JAIN, "default": DEFAULT_TRAINING},
    train=imported_later("nstbench.methods.johnson2016.training", "train_transformation"),
    one_style=True,
)
METHOD = Method(
    id="johnson2016",
    title="Fast: a network that has learned one style",
    source="Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155",
    parameters=FastParameters,
    presets={"default": DEFAULT},
    default_preset="default",
    stylize=stylize,
    needs_style=False,
    memory=memory,
    trainer=TRAINER,
)
