"""Which share of a Gram matrix is exactly zero behind every ReLU, without and with an activation shift.

    G_s = (F + s)(F + s)^T

Two channels that never fire at the same place have an entry of 0, whether they are silent or far apart; with
a shift the entry is s^2 M + s (sum_p F_i + sum_p F_j), which tells the two apart (Novak and Nikulin 2016,
arXiv:1605.04603, with s = -1). Source of the question: Jain and Venkitachalam, section 2.2 and figure 4.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import model_validator

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.network import NetworkParameters

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

UNSHIFTED = "zero entries"
SHIFTED = "zero entries, shifted"
SILENT = "zero activations"
READ_OFF = "read off the document"
# Quartiles between which a whisker reaches.
SPREAD = (0.25, 0.75)


class SparsityParameters(NetworkParameters):
    """The network, `shift` s, and the shares of zeros in per cent that a document shows, layer by layer."""

    shift: float = -1.0
    read_off: tuple[float, ...]

    @model_validator(mode="after")
    def _one_value_a_layer(self) -> "SparsityParameters":
        layers = self.architecture.activation_layers
        if len(self.read_off) != len(layers):
            raise ValueError(f"read_off has {len(self.read_off)} values for {len(layers)} layers")
        return self


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns weights, size, shift, picture, layer, quantity, value, a share in [0, 1]."""
    import pandas as pd
    import torch

    from nstbench.losses.activations import activations

    parameters: SparsityParameters = materials.parameters
    backbone = parameters.load(materials)
    layers = parameters.architecture.activation_layers
    rows: list[dict[str, Any]] = [
        {"picture": "", "layer": layer, "quantity": READ_OFF, "value": percent / 100}
        for layer, percent in zip(layers, parameters.read_off, strict=True)
    ]
    with torch.no_grad():
        for name, file in materials.pictures.items():
            features = backbone(materials.picture(file), layers)
            for layer in layers:
                for quantity, value in zero_shares(activations(features[layer]), parameters.shift):
                    rows.append({"picture": name, "layer": layer, "quantity": quantity, "value": value})
    return pd.DataFrame(rows).assign(weights=materials.weights, size=materials.size, shift=parameters.shift)


def zero_shares(features: "Tensor", shift: float) -> Iterator[tuple[str, float]]:
    """Shares of exact zeros, by quantity, of the features (1, N, H, W) and of both N x N Gram matrices."""
    from nstbench.losses.gram import gram

    yield SILENT, _share_of_zeros(features)
    yield UNSHIFTED, _share_of_zeros(gram(features))
    yield SHIFTED, _share_of_zeros(gram(features, shift))


def _share_of_zeros(values: "Tensor") -> float:
    return (values == 0).double().mean().item()


def findings(table: "pd.DataFrame") -> list[str]:
    medians = {quantity: _by_layer(table, quantity).median(axis=1) for quantity in table["quantity"].unique()}
    zeros, silent = medians[UNSHIFTED], medians[SILENT]
    correlations = _by_layer(table, UNSHIFTED).corrwith(_places(zeros.index), method="spearman")
    distances = (zeros - medians[READ_OFF]).abs()
    upper = silent[len(silent) // 2 :]
    (weights,), (size,) = table["weights"].unique(), table["size"].unique()
    last = ", ".join(f"{share:.1%} at {layer}" for layer, share in zeros.tail(4).items())
    return [
        f"With {weights} weights at {size} px the zero entries are {last} (medians over "
        f"{len(correlations)} pictures). Spearman's correlation of share and depth is "
        f"{correlations.median():.2f} in the median picture and {correlations.min():.2f} in the lowest.",
        f"From the values read off the document's figure the medians differ by up to "
        f"{100 * distances.max():.0f} percentage points, at {distances.idxmax()}.",
        f"With the shift at most {_largest(table, SHIFTED):.2%} of a picture's entries are zero.",
        f"Of the activations in the upper half of the network {upper.min():.0%} to {upper.max():.0%} are "
        f"zero, more than half at {(upper > 0.5).sum()} of {len(upper)} layers.",
    ]


def _by_layer(table: "pd.DataFrame", quantity: str) -> "pd.DataFrame":
    """Layers, from the input on, by pictures."""
    chosen = table[table["quantity"] == quantity]
    return chosen.pivot(index="layer", columns="picture", values="value").loc[chosen["layer"].unique()]


def _largest(table: "pd.DataFrame", quantity: str) -> float:
    """Over pictures and layers."""
    return float(table.loc[table["quantity"] == quantity, "value"].max())


def _places(layers: "pd.Index[Any]") -> "pd.Series":
    import pandas as pd

    return pd.Series(range(1, len(layers) + 1), index=layers)


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import COLOURS

    (shift,) = table["shift"].unique()
    unshifted, shifted = figure.subplots(1, 2, sharey=True)
    _bars(unshifted, _by_layer(table, UNSHIFTED))
    _bars(shifted, _by_layer(table, SHIFTED))
    read_off, silent = (_by_layer(table, quantity).median(axis=1) for quantity in (READ_OFF, SILENT))
    places = _places(read_off.index)
    unshifted.plot(places, 100 * read_off, "D", color=COLOURS[1], markersize=4.5, label=READ_OFF)
    unshifted.plot(places, 100 * silent, ".-", color=COLOURS[2], linewidth=0.8, label=SILENT)
    unshifted.set(title="Without activation shift", ylabel="share of zeros in %", ylim=(0, 102))
    shifted.set(title=f"With activation shift, s = {shift:g}")
    unshifted.legend(frameon=False, loc="upper left")
    largest = f"largest share of any picture: {_largest(table, SHIFTED):.2%}"
    shifted.text(0.02, 0.95, largest, transform=shifted.transAxes, va="top")


def _bars(axes: "Axes", shares: "pd.DataFrame") -> None:
    """Medians over pictures with their quartiles, in per cent, one bar a layer."""
    from nstbench.charts.style import COLOURS, INK

    medians = 100 * shares.median(axis=1)
    low, high = (100 * shares.quantile(bound, axis=1) for bound in SPREAD)
    places = _places(shares.index)
    whiskers = {"ecolor": INK, "elinewidth": 0.8, "capsize": 2}
    spread = [medians - low, high - medians]
    axes.bar(places, medians, yerr=spread, error_kw=whiskers, color=COLOURS[0], label=UNSHIFTED)
    axes.set(xticks=places, xlabel="convolution, from the input on")
    axes.grid(axis="y")
    axes.set_axisbelow(True)


ANALYSIS = Analysis("gram_sparsity", SparsityParameters, measure, findings, draw)
