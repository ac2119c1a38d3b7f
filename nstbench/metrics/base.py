"""What a metric sees, and what it says of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nstbench.backbones.network import Backbone


@dataclass(frozen=True)
class Sighted:
    """A picture (1, 3, H, W), RGB in [0, 1] in 8-bit steps, and the backbone that judges it."""

    image: "Tensor"
    judge: "Backbone"

    @cached_property
    def features(self) -> "dict[str, Tensor]":
        """Activations at the layers in JUDGED_LAYERS, computed once per picture."""
        features: dict[str, Tensor] = self.judge(self.image, JUDGED_LAYERS)
        return features


@dataclass(frozen=True)
class Trial:
    """A result with the content and the style that it was made from."""

    result: Sighted
    content: Sighted
    style: Sighted


@dataclass(frozen=True)
class Metric:
    """A number about a trial; `better` is the direction in which it improves, `qualifier` what limits it."""

    id: str
    title: str
    better: str
    measure: Callable[[Trial], float]
    qualifier: str = ""


CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
JUDGED_LAYERS = (CONTENT_LAYER, *STYLE_LAYERS)
OPTIMISED_JUDGE = (
    "judged by embedded vgg19 (surrogate), which the runs optimise; read it as a check of the descent"
)
