"""What each style statistic costs at each layer: seconds of loss and gradient, bytes of its target.

Source of the question: Nikulin and Novak 2016, section 7, on the convolution of feature maps with themselves:
about as dear as Gram matrices, cheap at the top and expensive at the bottom; all pairs of maps infeasible.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from nstbench.analyses.base import Analysis, Materials
from nstbench.backbones.catalogue import architecture
from nstbench.documents import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.statistics.squared_distance import Distance

FLOAT = 4
CONVENTIONAL = "Gram matrix"
# How many values a target has, for N maps of X by Y.
TARGET_VALUES: dict[str, Callable[[int, int, int], int]] = {
    CONVENTIONAL: lambda n, x, y: n * n,
    "self-convolution": lambda n, x, y: n * (2 * x - 1) * (2 * y - 1),
    "autocorrelation": lambda n, x, y: n * (2 * x - 1) * (2 * y - 1),
    "pixel-wise Gram": lambda n, x, y: n * x * y,
    "window of 3 x 3": lambda n, x, y: n * x * y,
    "all pairs of maps": lambda n, x, y: n * n * (2 * x - 1) * (2 * y - 1),
}


class CostParameters(Record):
    """The network, the layers from the input on, and how often each is timed; the quickest counts."""

    backbone: str = "vgg19"
    layers: tuple[str, ...] = Field(min_length=2)
    repeats: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _known_layers(self) -> "CostParameters":
        architecture(self.backbone).check_layers(self.layers)
        return self


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns statistic, layer, seconds (NaN where only counted), bytes of the target by its formula.

    Features are those of the first picture, the target those of the second, in fp32.
    """
    import pandas as pd
    import torch

    from nstbench.backbones.loading import load_backbone
    from nstbench.statistics.activations import activations

    parameters: CostParameters = materials.parameters
    backbone = load_backbone(parameters.backbone, materials.weights, "average", materials.hardware)
    with torch.no_grad():
        images = [materials.picture(file) for file in materials.pictures.values()]
        features, targets = (backbone(image, parameters.layers) for image in images[:2])
    rows = []
    for layer in parameters.layers:
        found, target = activations(features[layer]).float(), activations(targets[layer]).float()
        timed = dict(_timed(found, target, parameters.repeats))
        for statistic, values in TARGET_VALUES.items():
            size = FLOAT * values(*found.shape[1:])
            seconds = timed.get(statistic, float("nan"))
            rows.append({"statistic": statistic, "layer": layer, "seconds": seconds, "bytes": size})
    return pd.DataFrame(rows)


def _timed(features: "Tensor", target: "Tensor", repeats: int) -> Iterator[tuple[str, float]]:
    """Seconds of loss and gradient by statistic."""
    from nstbench.descent import gram_distance
    from nstbench.statistics.local_gram import LocalGramDistance, window
    from nstbench.statistics.pixel_gram import PixelGramDistance
    from nstbench.statistics.self_convolution import CONVOLUTION, CORRELATION, SelfConvolutionDistance

    distances: dict[str, Distance] = {
        CONVENTIONAL: gram_distance(target),
        "self-convolution": SelfConvolutionDistance(target, CONVOLUTION),
        "autocorrelation": SelfConvolutionDistance(target, CORRELATION),
        "pixel-wise Gram": PixelGramDistance(target),
        "window of 3 x 3": LocalGramDistance(target, window(1)),
    }
    for statistic, distance in distances.items():
        yield statistic, min(_seconds(distance, features) for _ in range(repeats))


def _seconds(distance: "Distance", features: "Tensor") -> float:
    import torch

    features = features.clone().requires_grad_()
    started = time.perf_counter()
    (gradient,) = torch.autograd.grad(distance(features), features)
    gradient.sum().item()  # Waits for the device.
    return time.perf_counter() - started


def findings(table: "pd.DataFrame") -> list[str]:
    seconds = table.pivot(index="layer", columns="statistic", values="seconds")
    layers = list(table["layer"].unique())
    first, last = layers[0], layers[-1]
    ratio = seconds["self-convolution"] / seconds[CONVENTIONAL]
    whole = seconds["self-convolution"].sum() / seconds[CONVENTIONAL].sum()
    pairs = table[table["statistic"] == "all pairs of maps"].set_index("layer")["bytes"]
    return [
        f"A self-convolution takes {ratio[first]:.1f} times as long as the Gram matrix at {first}, "
        f"{ratio[last]:.1f} times at {last}, {whole:.1f} times over all layers together.",
        f"The convolutions of all pairs of maps would hold {pairs[first] / 1e9:.1f} GB at {first} and "
        f"{pairs[last] / 1e9:.2f} GB at {last}.",
    ]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.reporting.chart_style import lines

    layers = list(table["layer"].unique())
    for axes, column, title in zip(
        figure.subplots(1, 2),
        ("seconds", "bytes"),
        ("Seconds of loss and gradient", "Bytes of the target"),
        strict=True,
    ):
        curves: dict[str, Any] = {
            str(statistic): rows.set_index("layer")[column].loc[layers]
            for statistic, rows in table.dropna(subset=[column]).groupby("statistic", sort=False)
        }
        lines(axes, curves)
        axes.set(title=title, yscale="log")
        axes.legend(frameon=False, fontsize=8)


ANALYSIS = Analysis("statistic_cost", CostParameters, measure, findings, draw)
