"""What a metric sees, and what it says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nstbench.metrics.judges import JUDGED_LAYERS

if TYPE_CHECKING:
    from torch import Tensor

    from nstbench.backbones.network import Backbone


@dataclass(frozen=True)
class Sighted:
    """A picture (1, 3, H, W), RGB in [0, 1] in 8-bit steps, and the backbones that judge it, by id."""

    image: "Tensor"
    judges: "Mapping[str, Backbone]"
    _features: "dict[str, dict[str, Tensor]]" = field(default_factory=dict)

    def features(self, backbone: str) -> "dict[str, Tensor]":
        """Activations of a judge at every layer in JUDGED_LAYERS[backbone], computed once per picture."""
        if backbone not in self._features:
            self._features[backbone] = self.judges[backbone](self.image, JUDGED_LAYERS[backbone])
        return self._features[backbone]


@dataclass(frozen=True)
class Trial:
    """A result with the content and the style that it was made from.

    Result and content have the same size; the style's may differ.
    """

    result: Sighted
    content: Sighted
    style: Sighted


class NotMeasuredError(Exception):
    """Raised by a metric that has no value for a trial; the message says why, and stands beside NaN."""


@dataclass(frozen=True)
class Metric:
    """A number about a trial.

    `better` is the direction in which it improves, "lower" or "higher"; `judge` is the backbone whose
    features it compares, if any.
    """

    id: str
    title: str
    better: str
    measure: Callable[[Trial], float]
    judge: str | None = None
