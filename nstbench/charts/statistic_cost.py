"""What each style statistic costs at each layer: seconds of loss and gradient, bytes of its target.

Source of the question: Nikulin and Novak 2016, section 7, on the convolution of feature maps with themselves:
about as dear as Gram matrices, cheap at the top and expensive at the bottom; all pairs of maps infeasible.
Those are also timed as the document thinks of them, with every convolution in memory, where they fit.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.charts.base import Materials
from nstbench.charts.network import LayersKind

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    # From features (1, N, X, Y) to a loss ().
    Loss = Callable[[Tensor], Tensor]

# Bytes of a value.
FLOAT = 4
CONVENTIONAL = "Gram matrix"
ALL_PAIRS = "all pairs of maps"
WRITTEN_OUT = "all pairs, written out"
# The largest target that is written out.
MOST_BYTES = 2**29
# How many values a target has, for N maps of X by Y.
TARGET_VALUES: dict[str, Callable[[int, int, int], int]] = {
    CONVENTIONAL: lambda n, x, y: n * n,
    "self-convolution": lambda n, x, y: n * (2 * x - 1) * (2 * y - 1),
    "autocorrelation": lambda n, x, y: n * (2 * x - 1) * (2 * y - 1),
    "pixel-wise Gram": lambda n, x, y: n * x * y,
    "window of 3 x 3": lambda n, x, y: n * x * y,
    ALL_PAIRS: lambda n, x, y: n * (2 * x - 1) * (2 * y - 1),
    WRITTEN_OUT: lambda n, x, y: n * n * (2 * x - 1) * (2 * y - 1),
}


class StatisticCost(LayersKind):
    """The cost of style statistics at layers from the input on; the quickest of `repeats` counts."""

    pictures = 2

    layers: tuple[str, ...] = Field(min_length=2)
    repeats: int = Field(default=3, ge=1)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns statistic, layer, seconds (NaN where only counted), bytes of the target by its formula.

        Features are those of the first picture, the target those of the second, in fp32.
        """
        import pandas as pd
        import torch

        from nstbench.losses.content import activations

        backbone = self.load(materials)
        with torch.no_grad():
            images = [materials.picture(file) for file in materials.pictures.values()]
            features, targets = (backbone(image, self.layers) for image in images)
        rows = []
        for layer in self.layers:
            found, target = activations(features[layer]).float(), activations(targets[layer]).float()
            quickest = dict(timed(found, target, self.repeats))
            for statistic, values in TARGET_VALUES.items():
                size = FLOAT * values(*found.shape[1:])
                seconds = quickest.get(statistic, float("nan"))
                rows.append({"statistic": statistic, "layer": layer, "seconds": seconds, "bytes": size})
        return pd.DataFrame(rows)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Self-convolutions and all pairs beside the Gram matrix, at the first and at the last layer."""
        seconds = table.pivot(index="layer", columns="statistic", values="seconds")
        layers = list(table["layer"].unique())
        first, last = layers[0], layers[-1]
        ratio = seconds["self-convolution"] / seconds[CONVENTIONAL]
        whole = seconds["self-convolution"].sum() / seconds[CONVENTIONAL].sum()
        pairs = seconds[ALL_PAIRS] / seconds[CONVENTIONAL]
        written_out = table[table["statistic"] == WRITTEN_OUT].set_index("layer")
        size = (written_out["bytes"] / 1e9).map("{:.1f} GB".format)
        found = [
            f"A self-convolution takes {ratio[first]:.1f} times as long as the Gram matrix at {first}, "
            f"{ratio[last]:.1f} times at {last}, {whole:.1f} times over all layers together.",
            f"The convolutions of all pairs of maps are {size[first]} at {first} and {size[last]} at {last}; "
            f"in closed form they take {pairs[first]:.1f} and {pairs[last]:.1f} times as long as the Gram "
            "matrix.",
        ]
        for layer in layers:
            taken, times = (
                seconds[WRITTEN_OUT][layer],
                seconds[WRITTEN_OUT][layer] / seconds[ALL_PAIRS][layer],
            )
            if taken == taken:  # Not NaN: it was small enough.
                found.append(f"Written out at {layer} they take {taken:.2f} s, {times:,.0f} times as long.")
        return found

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Seconds, and bytes of the targets, a line a statistic."""
        from nstbench.charts.style import curves_by, legend_below, lines

        layers = list(table["layer"].unique())
        titles = {"seconds": "Time of loss and gradient", "bytes": "Memory of the target"}
        for axes, (column, title) in zip(figure.subplots(1, 2), titles.items(), strict=True):
            curves = curves_by(table.dropna(subset=[column]), "statistic", "layer", column)
            lines(axes, {statistic: curve.reindex(layers) for statistic, curve in curves.items()})
            axes.set(title=title, xlabel="layer", ylabel=column, yscale="log")
        legend_below(figure)


def timed(features: "Tensor", target: "Tensor", repeats: int) -> Iterator[tuple[str, float]]:
    """Seconds of loss and gradient with respect to the features, by statistic."""
    import torch

    features = features.clone().requires_grad_()
    for statistic, loss_from in losses().items():
        if FLOAT * TARGET_VALUES[statistic](*features.shape[1:]) <= MOST_BYTES:
            loss = loss_from(target)
            seconds = []
            for _ in range(repeats):
                started = time.perf_counter()
                (gradient,) = torch.autograd.grad(loss(features), features)
                gradient.sum().item()  # Waits for the device.
                seconds.append(time.perf_counter() - started)
            yield statistic, min(seconds)


def losses() -> "dict[str, Callable[[Tensor], Loss]]":
    """What makes each statistic's loss from its target's features."""
    from nstbench.methods.nikulin2016.spatial_style import statistic_loss

    return {
        CONVENTIONAL: statistic_loss("gram"),
        "self-convolution": statistic_loss("convolution"),
        "autocorrelation": statistic_loss("correlation"),
        "pixel-wise Gram": statistic_loss("local", radius=0),
        "window of 3 x 3": statistic_loss("local", radius=1),
        ALL_PAIRS: statistic_loss("all-pairs"),
        WRITTEN_OUT: _written_out,
    }


def _written_out(target: "Tensor") -> "Loss":
    """F -> 1/(4 N^2) sum |G/M - A/M|^2 with the convolutions of all pairs of maps (1, N, X, Y) in memory."""
    import torch

    # One row and column more than there are shifts, all zeros, because odd lengths transform slowly.
    sizes = [2 * side for side in target.shape[-2:]]
    positions = target[0, 0].numel()

    def convolutions(features: "Tensor") -> "Tensor":
        spectra = torch.fft.rfft2(features[0], sizes)
        maps: Tensor = torch.fft.irfft2(spectra[:, None] * spectra, sizes)
        return maps / positions

    wanted = convolutions(target)
    return lambda features: (convolutions(features) - wanted).square().sum() / (4 * features.shape[1] ** 2)
