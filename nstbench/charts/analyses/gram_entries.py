"""How many entries of a picture's Gram matrices are empty, and how large the others are, layer by layer.

Source of the question: Nikulin and Novak 2016, section 6, who see sparsity and amplitude rise from the
bottom layers to the top ones, without saying how they divided the matrices.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.network import LayersParameters
from nstbench.core.rank_correlation import spearman
from nstbench.losses.sparsity import SMALL, small_entries

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

BINS = 40
# Histograms reach down to 10^LOWEST of the layer's largest entry.
LOWEST = -6.0
# Each divides F F^T of N channels and M positions.
NORMALISERS = {"F Fᵀ": lambda n, m: 1.0, "F Fᵀ / M": lambda n, m: m, "F Fᵀ / (N M)": lambda n, m: n * m}


class GramParameters(LayersParameters):
    """The network and the layers, from the input on."""

    layers: tuple[str, ...] = Field(min_length=2)


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns picture, layer, quantity, place, value.

    Quantities: `empty` and `small`, shares of entries; `mean`, `median`, `largest` of each normaliser in
    `place`; `histogram`, the share of entries in the bin that begins at 10^place of the largest.
    """
    import pandas as pd
    import torch

    from nstbench.losses.activations import activations

    parameters: GramParameters = materials.parameters
    backbone = parameters.load(materials)
    rows = []
    with torch.no_grad():
        for name, file in materials.pictures.items():
            features = backbone(materials.picture(file), parameters.layers)
            for layer in parameters.layers:
                for row in _describe(activations(features[layer]).float()):
                    rows.append({"picture": name, "layer": layer, **row})
    return pd.DataFrame(rows)


def _describe(features: "Tensor") -> Iterator[dict[str, Any]]:
    """The rows of one layer's features (1, N, H, W)."""
    import torch

    flat = features[0].flatten(1)
    entries = (flat @ flat.T).flatten()
    relative = entries / entries.max()
    yield {"quantity": "empty", "place": "", "value": (entries == 0).float().mean().item()}
    yield {"quantity": "small", "place": "", "value": small_entries(entries).float().mean().item()}
    for place, normaliser in NORMALISERS.items():
        divisor = normaliser(*flat.shape)
        for quantity, value in (
            ("mean", entries.mean()),
            ("median", entries.median()),
            ("largest", entries.max()),
        ):
            yield {"quantity": quantity, "place": place, "value": value.item() / divisor}
    counts, edges = torch.histogram(relative.clamp_min(10**LOWEST).log10().cpu(), BINS, range=(LOWEST, 0.0))
    for count, edge in zip(counts.tolist(), edges.tolist(), strict=False):
        yield {"quantity": "histogram", "place": f"{edge:.3f}", "value": count / len(entries)}


def findings(table: "pd.DataFrame") -> list[str]:
    small = _medians(table, "small", "")
    rising = [place for place in NORMALISERS if _with_depth(_medians(table, "mean", place)) > 0.8]
    first, last = small.index[0], small.index[-1]
    amplitudes = f"with {', '.join(rising)}" if rising else "with no normaliser"
    return [
        f"Entries below {SMALL:g} of the layer's largest: {small[first]:.0%} at {first}, "
        f"{small[last]:.0%} at {last} (medians over {table['picture'].nunique()} pictures).",
        f"The mean entry rises with depth {amplitudes}.",
    ]


def _medians(table: "pd.DataFrame", quantity: str, place: str) -> "pd.Series":
    """By layer, from the input on, over the pictures."""
    chosen = table[(table["quantity"] == quantity) & (table["place"] == place)]
    return chosen.groupby("layer", sort=False)["value"].median()


def _with_depth(by_layer: "pd.Series") -> float:
    """1 where every layer has more than the one before it, -1 where every layer has less."""
    return spearman(range(len(by_layer)), by_layer.tolist())


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import COLOURS, lines

    shares, amplitudes, histogram = figure.subplots(1, 3)
    for quantity, colour in zip(("small", "empty"), (COLOURS[0], COLOURS[1]), strict=True):
        medians = _medians(table, quantity, "")
        label = "exactly 0" if quantity == "empty" else f"below {SMALL:g} of the largest"
        shares.bar(medians.index, 100 * medians, color=colour, label=label)
    shares.set(title="Share of entries", ylabel="%", ylim=(0, 100))
    lines(amplitudes, {place: _medians(table, "mean", place) for place in NORMALISERS})
    amplitudes.set(title="Mean entry", yscale="log")
    name = table["picture"].iloc[0]
    bins = table[(table["picture"] == name) & (table["quantity"] == "histogram")]
    curves = {
        layer: rows.set_index(rows["place"].astype(float))["value"]
        for layer, rows in bins.groupby("layer", sort=False)
    }
    lines(histogram, curves)
    histogram.set(title=f"Entries of {name}", xlabel="log10 of the share of the largest")
    for axes in (shares, amplitudes):
        axes.tick_params(axis="x", rotation=60)
    for axes in (shares, amplitudes, histogram):
        axes.legend(frameon=False, fontsize=8)


ANALYSIS = Analysis("gram_entries", GramParameters, measure, findings, draw)
