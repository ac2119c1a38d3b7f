"""What a training is: a recipe, pictures to learn from, and a file to write; torch is not needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self

from typing_extensions import TypeVar

from nstbench.core.configuration import Evaluations, Record, configured
from nstbench.core.progress import Watch

if TYPE_CHECKING:
    from nstbench.core.hardware import Hardware


class Recipe(Record):
    """What decides a training besides the pictures; every recipe has a number of steps.

    Parameters
    ----------
    steps
        How many, at least 1.
    """

    steps: Evaluations

    def with_weights(self, weights: str) -> Self:
        """The recipe with the weights that a profile asks for in networks that are not trained here.

        Parameters
        ----------
        weights
            As of `load_backbone`.

        Returns
        -------
        Recipe
            The same where there is no such network.
        """
        return self


# The recipe of a method's network; TrainingTask and Trainer alone stand for those of any.
R = TypeVar("R", bound=Recipe, default=Recipe)
R_co = TypeVar("R_co", bound=Recipe, default=Recipe, covariant=True)


@dataclass(frozen=True)
class TrainingTask(Generic[R_co]):
    """A network to train.

    Parameters
    ----------
    recipe
        How.
    styles
        Files of pictures.
    photographs
        Files of pictures.
    output
        The file to write (.safetensors). Beside it lie the learning curve (.csv) and, until the training is
        done, a checkpoint (.checkpoint).
    hardware
        Where, and in which precision.
    watch
        Called after every step with its number and the loss.
    """

    recipe: R_co
    styles: tuple[Path, ...]
    photographs: tuple[Path, ...]
    output: Path
    hardware: "Hardware"
    watch: Watch


@dataclass(frozen=True)
class Trainer(Generic[R]):
    """How the network of a method is trained.

    Parameters
    ----------
    recipe
        The class of its recipes.
    presets
        The recipe of each source (the paper, or a replicated document) by name.
    train
        Carries a task out.
    one_style
        Whether it learns one style. Otherwise it learns any, from two at least, of which one is held out;
        None when it learns no style.
    """

    recipe: type[R]
    presets: Mapping[str, R]
    train: Callable[[TrainingTask[R]], None]
    one_style: bool | None

    def configure(self, preset: str, changes: Mapping[str, Any]) -> R:
        """A preset with changes.

        Parameters
        ----------
        preset
            One of `presets`.
        changes
            Values by field of the recipe.

        Returns
        -------
        Recipe
            Validated.

        Raises
        ------
        InputError
            When there is no such preset, or a change does not fit.
        """
        return configured("training", self.recipe, self.presets, preset, changes)
