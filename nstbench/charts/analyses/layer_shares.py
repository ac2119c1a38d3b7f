"""How much of the style loss each layer makes up at the content, with three normalisations of the network.

Source of the question: Jain and Venkitachalam, section 3. A layer whose features are s times as large has s^4
times the loss, because Gram matrices are squares and the loss squares them again.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.channel_means import NETWORKS, MeansParameters
from nstbench.core.errors import InputError
from nstbench.core.rank_correlation import spearman

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.networks.backbone import Backbone

# What the shares of one style loss belong to.
LOSS = ["network", "content", "style"]


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns network, content, style, layer, share (of all layers' sum), activation (the style's mean).

    The pictures are contents and styles in turns; InputError when one has no partner.
    """
    import pandas as pd
    import torch

    parameters: MeansParameters = materials.parameters
    networks = {name: parameters.load(materials, name) for name in NETWORKS}
    names = list(materials.pictures)
    if len(names) % 2:
        raise InputError(f"layer_shares of {len(names)} pictures; name a style after every content")
    rows = []
    with torch.no_grad():
        for content, style in zip(names[::2], names[1::2], strict=True):
            start, painting = (materials.picture(materials.pictures[name]) for name in (content, style))
            for network, backbone in networks.items():
                own = {"network": network, "content": content, "style": style}
                rows += [own | row for row in _shares(backbone, start, painting, parameters.layers)]
    return pd.DataFrame(rows)


def _shares(
    backbone: "Backbone", content: "Tensor", style: "Tensor", layers: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    from nstbench.methods.descent import style_terms

    terms = style_terms(backbone, style, dict.fromkeys(layers, 1.0))
    found, wanted = backbone(content, layers), backbone(style, layers)
    losses = [term.loss(found).item() for term in terms]
    for layer, loss in zip(layers, losses, strict=True):
        activation = wanted[layer].float().mean().item()
        yield {"layer": layer, "share": loss / sum(losses), "activation": activation}


def rank_correlations(table: "pd.DataFrame") -> "pd.Series":
    """Spearman's, of shares and activations over the layers of each loss."""

    def correlation(rows: "pd.DataFrame") -> float:
        return spearman(rows["share"].tolist(), rows["activation"].tolist())

    return table.groupby(LOSS, sort=False)[["share", "activation"]].apply(correlation)


def findings(table: "pd.DataFrame") -> list[str]:
    from nstbench.core.number_format import counted

    ranks = rank_correlations(table).groupby("network").median()
    shares = table.groupby(["network", "layer"], sort=False)["share"].median()
    pairs = counted(table.groupby(["content", "style"]).ngroups, "pair")
    return [
        f"{title}: {shares[network].idxmax()} makes up {shares[network].max():.0%} of the style loss; the "
        f"rank correlation of shares with activations is {ranks[network]:.2f} (medians over {pairs})."
        for network, title in NETWORKS.items()
    ]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import COLOURS

    medians = table.groupby(["network", "layer"], sort=False)[["share", "activation"]].median()
    grid = figure.subplots(2, len(NETWORKS))
    for (above, below), (network, title) in zip(grid.T, NETWORKS.items(), strict=True):
        own = medians.loc[network]
        above.bar(own.index, 100 * own["share"], color=COLOURS[0])
        above.set(title=title, ylim=(0, 100))
        below.bar(own.index, own["activation"], color=COLOURS[1])
    grid[0, 0].set_ylabel("% of the style loss")
    grid[1, 0].set_ylabel("mean activation")
    for axes in grid.flat:
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.tick_params(axis="x", rotation=45)


ANALYSIS = Analysis("layer_shares", MeansParameters, measure, findings, draw, inches=(10.0, 5.0))
