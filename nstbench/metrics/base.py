"""What a metric sees, and what it says of itself."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from inspect import getdoc
from typing import TYPE_CHECKING, Any, TypeVar

from nstbench.metrics.judges import HELD_OUT, JUDGED_LAYERS, JUDGES

if TYPE_CHECKING:
    from torch import Tensor

    from nstbench.networks.backbone import Backbone

T = TypeVar("T")
# What metrics are about, in the order in which tables show them.
SUBJECTS = ("content", "style", "colour", "noise", "truth")


@dataclass(frozen=True)
class Sighted:
    """A picture (1, 3, H, W), RGB in [0, 1] in 8-bit steps, and the backbones that judge it, by id."""

    image: "Tensor"
    judges: "Mapping[str, Backbone]"
    _known: dict[Hashable, Any] = field(default_factory=dict)

    def features(self, backbone: str) -> "dict[str, Tensor]":
        """Activations of a judge at every layer in JUDGED_LAYERS[backbone], computed once per picture."""
        return self.once(
            ("features", backbone), lambda: self.judges[backbone](self.image, JUDGED_LAYERS[backbone])
        )

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, remembered under `key`: a style is scored against many results."""
        if key not in self._known:
            self._known[key] = compute()
        value: T = self._known[key]
        return value


@dataclass(frozen=True)
class Trial:
    """A result with the content and the style that it was made from.

    The truth, where there is one, is what a perfect transfer would have given. Result, content and truth
    have the same size; the style's may differ.
    """

    result: Sighted
    content: Sighted
    style: Sighted
    truth: Sighted | None = None


class NotMeasuredError(Exception):
    """Raised by a metric that has no value for a trial; the message says why, and stands beside NaN."""


@dataclass(frozen=True)
class Metric:
    """A number about a trial.

    `subject` is one of SUBJECTS; `better` is the direction in which it improves, "lower" or "higher";
    `judge` is the backbone whose features it compares, if any; `main` metrics are the ones that a table
    shows first.
    """

    id: str
    title: str
    subject: str
    better: str
    measure: Callable[[Trial], float]
    judge: str | None = None
    main: bool = False

    @property
    def needs_truth(self) -> bool:
        return self.subject == "truth"

    @property
    def arrow(self) -> str:
        """The direction in which the metric improves, as tables show it."""
        return {"lower": "↓", "higher": "↑"}[self.better]

    @property
    def definition(self) -> str:
        """What `measure` says of itself, its first paragraph on one line."""
        function = self.measure.func if isinstance(self.measure, partial) else self.measure
        first_paragraph = (getdoc(function) or "").split("\n\n")[0]
        return " ".join(first_paragraph.split())


def by_every_judge(id: str, title: str, subject: str, measure: Callable[..., float]) -> tuple[Metric, ...]:
    """A distance between features, lower being better, as one metric per judge: `id`, `id`_held, ...

    `measure` takes a trial and a `judge`.
    """
    return tuple(
        Metric(
            f"{id}{judge.suffix}",
            f"{title} {judge.description}",
            subject,
            "lower",
            partial(measure, judge=judge),
            judge.backbone,
            main=judge is not HELD_OUT,
        )
        for judge in JUDGES
    )
