"""Which layers make up a style loss, and what normalising the network or the Gram matrices changes.

Sources of the questions: Jain and Venkitachalam, section 3, on layers with large activations; Da, who divides
Gram matrices by C H W "for balancing large and small feature maps".
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.charts.base import Materials
from nstbench.charts.channel_means import NETWORKS
from nstbench.charts.network import LayersKind
from nstbench.core.errors import InputError
from nstbench.core.number_format import counted
from nstbench.core.rank_correlation import spearman

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

# What each makes of the distance |F F^T / M - R R^T / M|^2 of a layer, for N channels and M positions: one
# number a layer is all by which they differ. Gatys et al. divide as Da divides his Gram matrices, and by 4;
# the loss that Da prints divides their distance by C H W once more.
NORMALISERS: dict[str, Callable[[int, int], float]] = {
    "F Fᵀ": lambda n, m: m**2,
    "F Fᵀ / M": lambda n, m: 1.0,
    "F Fᵀ / (C H W)": lambda n, m: 1 / n**2,
    "C H W once more": lambda n, m: 1 / (n**3 * m),
}


class LayerShares(LayersKind):
    """How much of the style loss each layer makes up at the content, with three normalisations.

    A layer whose features are s times as large has s^4 times the loss, because Gram matrices are squares and
    the loss squares them again.
    """

    inches = (10.0, 5.0)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns network, content, style, layer, share (of all layers' sum), activation (the style's mean).

        The pictures are contents and styles in turns; InputError when one has no partner.
        """
        import pandas as pd
        import torch

        from nstbench.methods.gatys2015.algorithm import style_terms

        networks = {name: self.load(materials, name) for name in NETWORKS}
        names = list(materials.pictures)
        if len(names) % 2:
            raise InputError(f"layer_shares of {len(names)} pictures; name a style after every content")
        rows: list[dict[str, object]] = []
        with torch.no_grad():
            for content, style in zip(names[::2], names[1::2], strict=True):
                start, target = (materials.picture(materials.pictures[name]) for name in (content, style))
                for network, backbone in networks.items():
                    terms = style_terms(backbone, target, dict.fromkeys(self.layers, 1.0))
                    found, wanted = backbone(start, self.layers), backbone(target, self.layers)
                    losses = [term.loss(found[term.layers[0]]).item() for term in terms]
                    for layer, loss in zip(self.layers, losses, strict=True):
                        own = {"network": network, "content": content, "style": style, "layer": layer}
                        activation = wanted[layer].float().mean().item()
                        rows.append({**own, "share": loss / sum(losses), "activation": activation})
        return pd.DataFrame(rows)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """The heaviest layer of each network, and whether shares follow activations."""
        ranks = rank_correlations(table).groupby("network").median()
        shares = table.groupby(["network", "layer"], sort=False)["share"].median()
        pairs = counted(table.groupby(["content", "style"]).ngroups, "pair")
        return [
            f"{title}: {shares[network].idxmax()} makes up {shares[network].max():.0%} of the style loss; "
            f"the rank correlation of shares with activations is {ranks[network]:.2f} (medians over {pairs})."
            for network, title in NETWORKS.items()
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Shares above activations, a column a network."""
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


def rank_correlations(table: "pd.DataFrame") -> "pd.Series":
    """Spearman's, of shares and activations over the layers of each loss."""

    def correlation(rows: "pd.DataFrame") -> float:
        return spearman(rows["share"].tolist(), rows["activation"].tolist())

    losses = table.groupby(["network", "content", "style"], sort=False)
    return losses[["share", "activation"]].apply(correlation)


class LayerBalance(LayersKind):
    """How evenly style layers are weighed by what a Gram matrix and its distance are divided by."""

    layers: tuple[str, ...] = Field(min_length=2)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns style, start, normaliser, layer, loss, gradient (the norm of what it does to the pixels).

        The first picture is the content, the others are styles. Starts are the content, and noise.
        """
        import pandas as pd
        import torch

        from nstbench.images.noise import grey_noise
        from nstbench.losses.distances import squared_distance
        from nstbench.losses.gram import gram
        from nstbench.losses.objective import Term
        from nstbench.methods.descent import gradient_length

        backbone = self.load(materials)
        images = {name: materials.picture(file) for name, file in materials.pictures.items()}
        content, *styles = images
        noise = grey_noise(images[content].shape, seed=0).to(images[content].device)
        rows: list[dict[str, object]] = []
        for start, image in (("content", images[content]), ("noise", noise)):
            for style in styles:
                for layer in self.layers:
                    with torch.no_grad():
                        features = backbone(images[style], [layer])[layer]
                        target = gram(features)

                    def distance(found: "Tensor", target: "Tensor" = target) -> "Tensor":
                        return squared_distance(gram(found), target)

                    term = Term(layer, 1.0, (layer,), distance)
                    with torch.no_grad():
                        loss = distance(backbone(image, [layer])[layer]).item()
                    gradient = gradient_length(backbone, [term], image)
                    for name, factor in NORMALISERS.items():
                        scale = factor(*features[0].flatten(1).shape)
                        own = {"style": style, "start": start, "layer": layer, "normaliser": name}
                        rows.append({**own, "loss": scale * loss, "gradient": scale * gradient})
        return pd.DataFrame(rows)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """How far the layers' gradients scatter with each normaliser, and which layer is heaviest."""
        said = []
        for start in table["start"].unique():
            spread = spreads(table, start).sort_values()
            listed = ", ".join(f"{decades:.2f} ({name})" for name, decades in spread.items())
            said.append(
                f"Started from {start}, the norms of the layers' gradients have these standard deviations in "
                f"decades: {listed}; the most even is {spread.index[0]}."
            )
        parts = shares(table, "gradient", "noise")
        heaviest = ", ".join(f"{parts[name].idxmax()} {parts[name].max():.0%} ({name})" for name in parts)
        return [*said, f"The layer with the largest share of the gradients' norms, from noise: {heaviest}."]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Shares of the loss and of the gradients' norms, a line a normaliser."""
        from nstbench.charts.style import legend_below, lines

        quantities = {"loss": "style loss", "gradient": "gradients' norms"}
        for axes, (quantity, title) in zip(figure.subplots(1, 2), quantities.items(), strict=True):
            parts = shares(table, quantity, "noise")
            lines(axes, {name: 100 * parts[name] for name in NORMALISERS})
            axes.set(title=f"Share of the {title}, from noise", yscale="log", ylabel="%")
        legend_below(figure)


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
