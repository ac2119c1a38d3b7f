"""How evenly the style layers are weighed by what a Gram matrix and its distance are divided by.

For the distance d_l = |F F^T / M - R R^T / M|^2 of layer l the normalisers differ by one number a layer.
Source of the question: Da, who divides Gram matrices by C H W "for balancing large and small feature maps".
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.network import LayersParameters

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.networks.backbone import Backbone

# What each makes of d_l, for N channels and M positions.
NORMALISERS: dict[str, Callable[[int, int], float]] = {
    "F Fᵀ": lambda n, m: m**2,
    "F Fᵀ / M": lambda n, m: 1.0,
    "F Fᵀ / (N M), Gatys": lambda n, m: 1 / (4 * n**2),
    "C H W, twice, Da": lambda n, m: 1 / (n**3 * m),
}


class BalanceParameters(LayersParameters):
    """The network and the style layers, from the input on."""

    layers: tuple[str, ...] = Field(min_length=2)


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns style, start, normaliser, layer, loss, gradient (the norm of what it does to the pixels).

    The first picture is the content, the others are styles. Starts are the content, and noise.
    """
    import pandas as pd

    from nstbench.images.noise import grey_noise

    backbone = materials.parameters.load(materials)
    images = {name: materials.picture(file) for name, file in materials.pictures.items()}
    content, *styles = images
    noise = grey_noise(images[content].shape, seed=0).to(images[content].device)
    rows: list[dict[str, Any]] = []
    for start, image in (("content", images[content]), ("noise", noise)):
        for style in styles:
            for layer in materials.parameters.layers:
                for row in _normalised(backbone, layer, image, images[style]):
                    rows.append({"style": style, "start": start, "layer": layer, **row})
    return pd.DataFrame(rows)


def _normalised(
    backbone: "Backbone", layer: str, image: "Tensor", style: "Tensor"
) -> Iterator[dict[str, Any]]:
    import torch

    from nstbench.losses.objective import Match
    from nstbench.methods.descent import gradient_length, gram_distance

    with torch.no_grad():
        features = backbone(style, [layer])[layer]
        term = Match(layer, 1.0, (layer,), 1.0, gram_distance(features))
        loss = term.loss(backbone(image, [layer])).item()
    gradient = gradient_length(backbone, [term], image)
    for name, factor in NORMALISERS.items():
        scale = factor(*features[0].flatten(1).shape)
        yield {"normaliser": name, "loss": scale * loss, "gradient": scale * gradient}


def spreads(table: "pd.DataFrame", start: str) -> "pd.Series":
    """Standard deviation over layers of log10 of the gradient's norm, by normaliser; medians over styles."""
    import numpy as np

    chosen = table[table["start"] == start]
    chosen = chosen.assign(decades=np.log10(chosen["gradient"]))
    by_style = chosen.groupby(["normaliser", "style"], sort=False)["decades"].std(ddof=0)
    return by_style.groupby(level="normaliser", sort=False).median()


def shares(table: "pd.DataFrame", quantity: str, start: str) -> "pd.DataFrame":
    """A layer's part of the sum over layers, medians over styles: layers by normalisers."""
    chosen = table[table["start"] == start]
    whole = chosen.groupby(["normaliser", "style"])[quantity].transform("sum")
    parts = chosen.assign(part=chosen[quantity] / whole)
    medians = parts.groupby(["normaliser", "layer"], sort=False)["part"].median().reset_index()
    return medians.pivot(index="layer", columns="normaliser", values="part").loc[
        chosen["layer"].unique(), list(NORMALISERS)
    ]


def findings(table: "pd.DataFrame") -> list[str]:
    said = []
    for start in table["start"].unique():
        spread = spreads(table, start).sort_values()
        listed = ", ".join(f"{decades:.2f} ({name})" for name, decades in spread.items())
        said.append(
            f"Started from {start}, the norms of the layers' gradients scatter by so many decades: {listed}; "
            f"the most even is {spread.index[0]}."
        )
    parts = shares(table, "gradient", "noise")
    heaviest = ", ".join(f"{parts[name].idxmax()} {parts[name].max():.0%} ({name})" for name in parts)
    return [*said, f"The layer with the largest share of the gradients' norms, from noise: {heaviest}."]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import lines

    quantities = {"loss": "style loss", "gradient": "gradients' norms"}
    for axes, (quantity, title) in zip(figure.subplots(1, 2), quantities.items(), strict=True):
        parts = shares(table, quantity, "noise")
        lines(axes, {name: 100 * parts[name] for name in NORMALISERS})
        axes.set(title=f"Share of the {title}, from noise", yscale="log", ylabel="%")
    figure.axes[1].legend(frameon=False, fontsize=8)


ANALYSIS = Analysis("layer_balance", BalanceParameters, measure, findings, draw)
