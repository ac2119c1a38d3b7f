"""What a method is: parameters, presets of them with their sources, and a function that stylizes."""

import importlib
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal

from pydantic import AfterValidator, Field
from typing_extensions import TypeVar, override

from nstbench.core.configuration import Evaluations, Record, configured
from nstbench.core.progress import Watch

# Height and width in pixels.
Size = tuple[int, int]

if TYPE_CHECKING:
    from torch import Tensor

    from nstbench.core.hardware import Hardware
    from nstbench.losses.objective import Term
    from nstbench.networks.backbone import Backbone
    from nstbench.networks.training.trainer import Trainer
    from nstbench.optim.checkpoints import Checkpoint
    from nstbench.optim.loop import Outcome, Show


PreserveColour = Literal[
    "none",
    "luminance",
    "luminance-mean",
    "luminance-mean-std",
    "histogram",
    "cholesky",
    "image-analogies",
    "symmetric",
]


class Parameters(Record):
    """What every method's parameters have; frozen, and no unknown names.

    `preserve_colour` says how the content's colours are kept (nstbench.methods.colour).

    Parameters
    ----------
    preserve_colour
        One of the ways of nstbench.methods.colour, or "none".
    """

    preserve_colour: PreserveColour = "none"

    def steps(self, height: int, width: int) -> int:
        """How far a run counts on its progress bar, for a content of this size in pixels.

        Parameters
        ----------
        height : int
            Of the content, in pixels.
        width : int
            Of the content, in pixels.

        Returns
        -------
        int
            1 for a method of one pass.
        """
        return 1

    def draws(self) -> bool:
        """Whether a run depends on its seed.

        Returns
        -------
        bool
            False unless a method says otherwise.
        """
        return False

    def other_pictures(self) -> tuple[str, ...]:
        """Pictures that the method looks at besides content and style, as the parameters name them.

        Returns
        -------
        tuple of str
            Files or names, as `Task.others` has them.
        """
        return ()

    def weight_files(self) -> list[Path]:
        """The files of weights that the method reads; a changed file makes a run outdated.

        Returns
        -------
        list of Path
            None unless a method says otherwise.
        """
        return []


def _at_most_one(shares: dict[str, float]) -> dict[str, float]:
    if sum(shares.values()) > 1:
        raise ValueError(f"the shares {list(shares.values())} are more than 1 together; lower them")
    return shares


# Further styles, as `Task.others` has them, and their shares of 1.
StyleShares = Annotated[dict[str, Annotated[float, Field(ge=0)]], AfterValidator(_at_most_one)]


class DescentParameters(Parameters):
    """Of a method that descends: `evaluations` is the budget, how often it may evaluate loss and gradient.

    Parameters
    ----------
    evaluations
        At least 1.
    """

    evaluations: Evaluations

    @override
    def steps(self, height: int, width: int) -> int:
        return self.evaluations


class TotalVariation(Record):
    """How much the roughness of the picture weighs: the mean over pixels, in [0, 1], and channels.

    `form`: the sum of absolute (L1) or of squared differences from the pixels to the right and below.

    Parameters
    ----------
    form
        "absolute" or "squared".
    weight
        Of the loss in the objective, above 0.
    """

    form: Literal["absolute", "squared"]
    weight: float = Field(gt=0)


def imported_later(module: str, name: str) -> Callable[..., Any]:
    """Name a function whose module is imported when it is called: planning reads methods without torch.

    Parameters
    ----------
    module : str
        The module's full name.
    name : str
        The function in it.

    Returns
    -------
    callable
        Takes what the function takes, and returns what it returns.
    """

    def call(*arguments: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*arguments)

    return call


# Module and function for `imported_later`: what a method needs that descends on pixels.
MEMORY_OF_DESCENT = ("nstbench.methods.memory", "of_descent")

# The parameters of a method; Task and Method alone stand for those of any.
P = TypeVar("P", bound=Parameters, default=Parameters)
P_co = TypeVar("P_co", bound=Parameters, default=Parameters, covariant=True)


@dataclass(frozen=True)
class Task(Generic[P_co]):
    """One picture to make: content and style (1, 3, H, W), RGB in [0, 1], and how.

    `others` are the further pictures that the parameters name.

    Parameters
    ----------
    content, style
        (1, 3, H, W), RGB in [0, 1].
    parameters
        Those of the method.
    seed
        Of every random draw.
    hardware
        The device and the precision.
    watch
        Called after each step with its number and the loss.
    checkpoint
        Where an interrupted attempt left its state, and this one keeps it.
    show
        Called with the evaluations spent and the image reached.
    others
        Further pictures (1, 3, H, W), RGB in [0, 1], by their names in the parameters.
    start
        What a descent starts from (1, 3, H, W); as its parameters say when left out.
    visible
        What of a picture counts, (1, 1, h, w) in [0, 1], by "content", "style" or a name of `others`; all of
        it where a picture is not named.
    regions
        Where a style goes, (1, 1, H, W) in [0, 1], of the content's size, by "style" or a name of `others`;
        everywhere where a style is not named.
    """

    content: "Tensor"
    style: "Tensor"
    parameters: P_co
    seed: int
    hardware: "Hardware"
    watch: Watch | None = None
    checkpoint: "Checkpoint | None" = None
    show: "Show | None" = None
    others: "Mapping[str, Tensor]" = field(default_factory=dict)
    start: "Tensor | None" = None
    visible: "Mapping[str, Tensor]" = field(default_factory=dict)
    regions: "Mapping[str, Tensor]" = field(default_factory=dict)


@dataclass(frozen=True)
class Method(Generic[P]):
    """A recipe of the suite, registered by the METHODS of a package in this folder.

    `presets` maps a name to the parameters of one source (the paper, or a replicated document);
    `default_preset` is the one for a user's own two pictures. `stylize` is what the method does by itself;
    `methods.colour` keeps colours around it. `terms_of` gives what it descends on, where that stays the same.
    One that is `for_cpu` computes there in fp32, whatever is asked for. One whose network has learned its
    style does not need it (`needs_style`); `trainer` says how such are trained. One that `knows_regions`
    gives regions of the content styles of their own.

    Parameters
    ----------
    id
        Its name on the command line and in experiments.
    title
        What reports call it.
    source
        The paper.
    parameters
        The model of its parameters.
    presets
        Parameters by name.
    default_preset
        One of these names.
    stylize
        Makes the picture; a coroutine where it descends, which awaits each evaluation.
    terms_of
        Makes the terms of the objective that it descends on.
    for_cpu
        Whether it computes on the CPU in fp32 only.
    needs_style
        Whether it looks at a style.
    knows_regions
        Whether it keeps to `Task.regions`, and to what of a style is visible; if not, neither is given to it.
    trainer
        How its networks are trained.
    memory
        From parameters, the heights and widths of content and style, and the hardware to the bytes that it
        needs at its peak.
    """

    id: str
    title: str
    source: str
    parameters: type[P]
    presets: Mapping[str, P]
    default_preset: str
    stylize: "Callable[[Task[P]], Outcome | Awaitable[Outcome]]"
    terms_of: "Callable[[Task[P], Backbone], Sequence[Term]] | None" = None
    for_cpu: bool = False
    needs_style: bool = True
    knows_regions: bool = False
    # Of whatever recipe the method's network has.
    trainer: "Trainer[Any] | None" = None
    memory: "Callable[[P, Size, Size, Hardware], float] | None" = None

    def hardware(self, device: str = "auto", precision: str = "auto") -> "Hardware":
        """Choose what the method runs on.

        Parameters
        ----------
        device : str
            "cpu", "cuda", "mps" or "auto".
        precision : str
            "fp32", "bf16" or "auto".

        Returns
        -------
        Hardware
            The CPU in fp32 for a method that is `for_cpu`.

        Raises
        ------
        InputError
            If the device is absent or the precision unknown.
        """
        from nstbench.core.hardware import resolve

        asked = resolve(device, precision)
        return resolve("cpu", "fp32") if self.for_cpu else asked

    async def outcome(self, task: "Task[P]") -> "Outcome":
        """Stylize, whether or not that is a descent.

        Parameters
        ----------
        task : Task
            Of the method's parameters.

        Returns
        -------
        Outcome
            What `stylize` gives.
        """
        if getattr(task.parameters, "scales", 1) > 1:
            from nstbench.methods import coarse_to_fine

            return await coarse_to_fine.stylize(self.outcome, task)
        made = self.stylize(task)
        return await made if inspect.isawaitable(made) else made

    def known(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the values that are parameters of this method.

        Parameters
        ----------
        values : mapping of str to object
            By names of parameters, of this method or others.

        Returns
        -------
        dict
            Those that this method knows.
        """
        return {name: value for name, value in values.items() if name in self.parameters.model_fields}

    def configure(self, preset: str, changes: Mapping[str, Any]) -> P:
        """Make the parameters of a preset with changes.

        What the preset leaves open may depend on the changes, as layers do on the backbone.

        Parameters
        ----------
        preset : str
            One of `presets`.
        changes : mapping of str to object
            Values by the names of parameters.

        Returns
        -------
        parameters : Parameters
            Of the method's own class, validated.

        Raises
        ------
        InputError
            If there is no such preset, or a change does not fit.
        """
        return configured(self.id, self.parameters, self.presets, preset, changes)
