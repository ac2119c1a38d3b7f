"""A generator that has learned one texture, or one style, makes a picture of noise in one pass.

One that has learned a texture looks at the content's size alone; one that has learned a style looks at the
content too. The style picture plays no part when a picture is made.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nstbench.methods.base import Method, Parameters, Size, Task
from nstbench.methods.ulyanov2016.recipe import TRAINER
from nstbench.networks.feedforward.inventory import locate_network

if TYPE_CHECKING:
    from nstbench.core.hardware import Hardware
    from nstbench.optim.loop import Outcome

# As measured: noise, the widest features, and what is made of them.
BYTES_PER_PIXEL = 900


class GeneratorParameters(Parameters):
    """Which generator.

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
        """The generator's."""
        return [locate_network(self.network)]

    def draws(self) -> bool:
        """True: every picture has noise of its own."""
        return True


def stylize(task: Task[GeneratorParameters]) -> "Outcome":
    """Make a picture of noise, and of the content where the generator has learned to.

    Parameters
    ----------
    task
        Its style is not looked at, and of the content perhaps only the size.

    Returns
    -------
    Outcome
        Its picture is clipped to [0, 1]; there is no loss.

    Raises
    ------
    InputError
        When there is no such generator, or its file is damaged.

    References
    ----------
    Ulyanov et al. 2016, arXiv:1603.03417, section 4.
    """
    import time

    from nstbench.methods.ulyanov2016.generator import load_generator
    from nstbench.optim.loop import lossless

    generator = load_generator(locate_network(task.parameters.network), task.hardware.device)
    started = time.perf_counter()
    image = generator.stylize(task.content, task.seed, task.hardware)
    return lossless(image, time.perf_counter() - started)


def memory(parameters: GeneratorParameters, content: Size, style: Size, hardware: "Hardware") -> float:
    """Estimate what a pass needs.

    Parameters
    ----------
    parameters
        The generator.
    content, style
        Heights and widths in pixels; the style's plays no part.
    hardware
        Where, and in which precision.

    Returns
    -------
    float
        Bytes at the peak.
    """
    return content[0] * content[1] * BYTES_PER_PIXEL + 2e8


METHOD = Method(
    id="ulyanov2016",
    title="Texture networks: a generator of one texture or style",
    source="Ulyanov, Lebedev, Vedaldi and Lempitsky 2016, arXiv:1603.03417",
    parameters=GeneratorParameters,
    presets={"default": GeneratorParameters(network="whirling_generator")},
    default_preset="default",
    stylize=stylize,
    needs_style=False,
    memory=memory,
    trainer=TRAINER,
)
