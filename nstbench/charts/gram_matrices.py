"""What Gram matrices consist of, layer by layer: how many entries are zero, and how large the others are.

Sources of the questions: Nikulin and Novak 2016, section 6, who see sparsity and amplitude rise from the
bottom layers to the top ones, without saying how they divided the matrices; Jain and Venkitachalam, section
2.2 and figure 4, who count zeros behind every ReLU without and with an activation shift.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from nstbench.charts.base import Materials
from nstbench.charts.network import LayersKind, NetworkKind
from nstbench.core.rank_correlation import spearman
from nstbench.methods.nikulin2016.sparsity import SMALL, small_entries

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

# Bins of a histogram, which reaches down to 10^LOWEST of the layer's largest entry.
BINS = 40
LOWEST = -6.0
# Each divides F F^T of N channels and M positions.
NORMALISERS = {"F Fᵀ": lambda n, m: 1.0, "F Fᵀ / M": lambda n, m: m, "F Fᵀ / (N M)": lambda n, m: n * m}

UNSHIFTED = "zero entries"
SHIFTED = "zero entries, shifted"
SILENT = "zero activations"
READ_OFF = "read off the document"
# Quartiles between which a whisker reaches.
SPREAD = (0.25, 0.75)


class GramEntries(LayersKind):
    """How many entries of Gram matrices are empty or small, and how large the others are."""

    layers: tuple[str, ...] = Field(min_length=2)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns picture, layer, quantity, place, value.

        Quantities: `empty` and `small`, shares of entries; `mean`, `median`, `largest` of each normaliser in
        `place`; `histogram`, the share of entries in the bin that begins at 10^place of the largest.
        """
        import pandas as pd
        import torch

        from nstbench.losses.content import activations

        backbone = self.load(materials)
        rows = []
        with torch.no_grad():
            for name, file in materials.pictures.items():
                features = backbone(materials.picture(file), self.layers)
                for layer in self.layers:
                    for row in _described(activations(features[layer]).float()):
                        rows.append({"picture": name, "layer": layer, **row})
        return pd.DataFrame(rows)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """How many entries are small at both ends of the network, and where the mean rises with depth."""
        small = _medians(table, "small", "")
        first, last = small.index[0], small.index[-1]
        rising = []
        for place in NORMALISERS:
            means = _medians(table, "mean", place)
            # 1 where every layer has more than the one before it.
            if spearman(range(len(means)), means.tolist()) > 0.8:
                rising.append(place)
        amplitudes = f"with {', '.join(rising)}" if rising else "with no normaliser"
        return [
            f"Entries below {SMALL:g} of the layer's largest: {small[first]:.0%} at {first}, "
            f"{small[last]:.0%} at {last} (medians over {table['picture'].nunique()} pictures).",
            f"The mean entry rises with depth {amplitudes}.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Shares of empty and small entries, mean entries, and a histogram of the first picture's."""
        from nstbench.charts.style import COLOURS, legend_under, lines

        shares, amplitudes, histogram = figure.subplots(1, 3)
        for quantity, colour in zip(("small", "empty"), COLOURS[:2], strict=True):
            medians = _medians(table, quantity, "")
            label = "exactly 0" if quantity == "empty" else f"below {SMALL:g} of the largest"
            shares.bar(medians.index, 100 * medians, color=colour, label=label)
        shares.set(title="Share of entries", ylabel="%", ylim=(0, 100))
        lines(amplitudes, {place: _medians(table, "mean", place) for place in NORMALISERS})
        amplitudes.set(title="Mean entry", ylabel="mean", yscale="log")
        name = table["picture"].iloc[0]
        bins = table[(table["picture"] == name) & (table["quantity"] == "histogram")]
        curves = {
            layer: rows.set_index(rows["place"].astype(float))["value"]
            for layer, rows in bins.groupby("layer", sort=False)
        }
        lines(histogram, curves)
        histogram.set(
            title=f"Entries of {name}",
            xlabel="log10 of the entry over the largest",
            ylabel="share of entries",
        )
        for axes in (shares, amplitudes):
            axes.tick_params(axis="x", rotation=60)
        for axes in (shares, amplitudes, histogram):
            legend_under(axes, inches=0.7)


def _described(features: "Tensor") -> Iterator[dict[str, object]]:
    """Quantities of the entries that one layer's features (1, N, H, W) have."""
    import torch

    flat = features[0].flatten(1)
    entries = (flat @ flat.T).flatten()
    relative = entries / entries.max()
    yield {"quantity": "empty", "place": "", "value": (entries == 0).float().mean().item()}
    yield {"quantity": "small", "place": "", "value": small_entries(entries).float().mean().item()}
    amplitudes = {"mean": entries.mean(), "median": entries.median(), "largest": entries.max()}
    for place, normaliser in NORMALISERS.items():
        divisor = normaliser(*flat.shape)
        for quantity, value in amplitudes.items():
            yield {"quantity": quantity, "place": place, "value": value.item() / divisor}
    counts, edges = torch.histogram(relative.clamp_min(10**LOWEST).log10().cpu(), BINS, range=(LOWEST, 0.0))
    for count, edge in zip(counts.tolist(), edges.tolist(), strict=False):
        yield {"quantity": "histogram", "place": f"{edge:.3f}", "value": count / len(entries)}


def _medians(table: "pd.DataFrame", quantity: str, place: str) -> "pd.Series":
    """By layer, from the input on, over the pictures."""
    chosen = table[(table["quantity"] == quantity) & (table["place"] == place)]
    return chosen.groupby("layer", sort=False)["value"].median()


class GramSparsity(NetworkKind):
    """Which share of a Gram matrix is exactly zero behind every ReLU, without and with an activation shift.

        G_s = (F + s)(F + s)^T

    Two channels that never fire at the same place have an entry of 0, whether they are silent or far apart;
    with a shift the entry is s^2 M + s (sum_p F_i + sum_p F_j), which tells the two apart (Novak and Nikulin
    2016, arXiv:1605.04603, with s = -1).

    `shift` is s; `read_off` are the shares of zeros in per cent that a document shows, layer by layer.
    """

    shift: float = -1.0
    read_off: tuple[float, ...]

    @model_validator(mode="after")
    def _one_value_a_layer(self) -> "GramSparsity":
        layers = self.architecture.activation_layers
        if len(self.read_off) != len(layers):
            raise ValueError(f"read_off has {len(self.read_off)} values for {len(layers)} layers")
        return self

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns weights, size, shift, picture, layer, quantity, value, a share in [0, 1]."""
        import pandas as pd
        import torch

        from nstbench.losses.content import activations

        backbone = self.load(materials)
        layers = self.architecture.activation_layers
        rows: list[dict[str, object]] = [
            {"picture": "", "layer": layer, "quantity": READ_OFF, "value": percent / 100}
            for layer, percent in zip(layers, self.read_off, strict=True)
        ]
        # A stand-in counts once, however many pictures it stands for.
        distinct: dict[Path, str] = {}
        for name, file in materials.pictures.items():
            distinct.setdefault(file, name)
        with torch.no_grad():
            for file, name in distinct.items():
                features = backbone(materials.picture(file), layers)
                for layer in layers:
                    for quantity, value in zero_shares(activations(features[layer]), self.shift):
                        rows.append({"picture": name, "layer": layer, "quantity": quantity, "value": value})
        return pd.DataFrame(rows).assign(weights=materials.weights, size=materials.size, shift=self.shift)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """How shares of zeros grow with depth, how far they are from the document's, what the shift does."""
        import pandas as pd

        medians = {
            quantity: _by_layer(table, quantity).median(axis=1) for quantity in table["quantity"].unique()
        }
        zeros, silent = medians[UNSHIFTED], medians[SILENT]
        depths = pd.Series(range(len(zeros)), zeros.index)
        correlations = _by_layer(table, UNSHIFTED).corrwith(depths, method="spearman")
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

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Bars a layer, without and with the shift; beside the first what the document shows."""
        from nstbench.charts.style import COLOURS, legend_below

        (shift,) = table["shift"].unique()
        unshifted, shifted = figure.subplots(1, 2, sharey=True)
        _draw_bars(unshifted, _by_layer(table, UNSHIFTED))
        _draw_bars(shifted, _by_layer(table, SHIFTED))
        read_off, silent = (_by_layer(table, quantity).median(axis=1) for quantity in (READ_OFF, SILENT))
        places = range(1, len(read_off) + 1)
        unshifted.plot(places, 100 * read_off, "D", color=COLOURS[1], markersize=4.5, label=READ_OFF)
        unshifted.plot(places, 100 * silent, ".-", color=COLOURS[2], linewidth=0.8, label=SILENT)
        unshifted.set(title="Without activation shift", ylabel="share of zeros in %", ylim=(0, 102))
        shifted.set(title=f"With activation shift, s = {shift:g}")
        legend_below(figure)
        largest = f"largest share of any picture: {_largest(table, SHIFTED):.2%}"
        shifted.text(0.02, 0.95, largest, transform=shifted.transAxes, va="top")


def zero_shares(features: "Tensor", shift: float) -> Iterator[tuple[str, float]]:
    """Shares of exact zeros, by quantity, of the features (1, N, H, W) and of both N x N Gram matrices."""
    from nstbench.losses.gram import gram

    for quantity, values in (
        (SILENT, features),
        (UNSHIFTED, gram(features)),
        (SHIFTED, gram(features, shift)),
    ):
        yield quantity, (values == 0).double().mean().item()


def _by_layer(table: "pd.DataFrame", quantity: str) -> "pd.DataFrame":
    """Layers, from the input on, by pictures."""
    chosen = table[table["quantity"] == quantity]
    return chosen.pivot(index="layer", columns="picture", values="value").loc[chosen["layer"].unique()]


def _largest(table: "pd.DataFrame", quantity: str) -> float:
    """Over pictures and layers."""
    return float(table.loc[table["quantity"] == quantity, "value"].max())


def _draw_bars(axes: "Axes", shares: "pd.DataFrame") -> None:
    """Medians over pictures with their quartiles, in per cent, one bar a layer."""
    from nstbench.charts.style import COLOURS, INK

    medians = 100 * shares.median(axis=1)
    low, high = (100 * shares.quantile(bound, axis=1) for bound in SPREAD)
    places = range(1, len(shares) + 1)
    whiskers = {"ecolor": INK, "elinewidth": 0.8, "capsize": 2}
    spread = [medians - low, high - medians]
    axes.bar(places, medians, yerr=spread, error_kw=whiskers, color=COLOURS[0], label=UNSHIFTED)
    axes.set(xticks=places, xlabel="convolution, from the input on")
    axes.grid(axis="y")
    axes.set_axisbelow(True)
