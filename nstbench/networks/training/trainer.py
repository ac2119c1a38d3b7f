"""What a training is: a recipe, pictures to learn from, and a file to write; torch is not needed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

from nstbench.core.configuration import Record, configured
from nstbench.core.progress import Watch

if TYPE_CHECKING:
    from PIL.Image import Image

    from nstbench.core.hardware import Hardware


@dataclass(frozen=True)
class TrainingTask:
    """A network to train by `recipe` on photographs, with the picture files in `styles`, into `output`.

    Beside `output` lie its learning curve (suffix .csv) and, until it is done, a checkpoint (.checkpoint).
    `watch` is called after every step with its number and the loss.
    """

    recipe: Any
    styles: tuple[Path, ...]
    photographs: "Iterable[Image]"
    output: Path
    hardware: "Hardware"
    watch: Watch


class Recipe(Record):
    """What every recipe has: how many steps the training takes."""

    steps: int = Field(ge=1)

    def with_weights(self, weights: str) -> Self:
        """The same, with the weights that a profile asks for in networks that are not trained here."""
        return self


@dataclass(frozen=True)
class Trainer:
    """How the network of a method is trained; `presets` maps a name to the recipe of one source.

    It learns one style, or any (`one_style` false), and then from two at least, of which one is held out.
    """

    recipe: type[Recipe]
    presets: Mapping[str, Recipe]
    train: Callable[[TrainingTask], None]
    one_style: bool

    def configure(self, preset: str, changes: Mapping[str, Any]) -> Recipe:
        """A named recipe with `changes` made; InputError names what does not fit."""
        return configured("training", self.recipe, self.presets, preset, changes)
