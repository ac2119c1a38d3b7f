"""Mean activation of every channel: as trained, normalised as in the port, and normalised to mean 1.

Source of the question: Jain and Venkitachalam, section 3 and figure 8. nstbench.networks.normalisation has
the three networks; the right procedure divides each channel by a positive number and so keeps what
it computes.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import model_validator

from nstbench.charts.base import Materials, Pixels
from nstbench.charts.network import LayersKind
from nstbench.core.number_format import number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.networks.normalisation import Normalisation

# Each with what it is called above its panel; the first is the one that the others are compared with.
NETWORKS: "dict[Normalisation, str]" = {
    "one-scale": "Regular",
    "port": "Normalised as in the port",
    "mean-1": "Normalised to mean 1",
}
READ_OFF = "read off the document"
BINS = 50
# As far as the document's histogram of the regular network reaches.
LARGEST = 3.0


class ChannelMeans(LayersKind):
    """Mean activations of the channels of layers behind a ReLU; all three normalisations are made.

    Pictures are `size` pixels wide under every profile: means go with the size, and those that normalise a
    network were taken at one. `read_off` are the modes that a document shows for the regular network, layer
    by layer.
    """

    size: Pixels | None = None
    read_off: tuple[float, ...] = ()

    def sizes_at(self, profile: int) -> tuple[int, ...]:
        """Its own, or the profile's."""
        return (self.size or profile,)

    @model_validator(mode="after")
    def _one_value_a_layer(self) -> "ChannelMeans":
        if self.read_off and len(self.read_off) != len(self.layers):
            raise ValueError(f"read_off has {len(self.read_off)} values for {len(self.layers)} layers")
        return self

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns network, layer, channel, mean, mean_before_relu, correlation, over pictures and positions.

        `correlation` is Pearson's with the same channel of the regular network, NaN for one that is constant.
        What was read off stands in `mean` alone, as the one channel of a further network.
        """
        import pandas as pd
        import torch

        (size,) = self.sizes_at(materials.size)
        pictures = replace(materials, size=size)
        networks = {name: self.load(materials, name) for name in NETWORKS}
        names = self.architecture.layer_names
        before = {layer: names[names.index(layer) - 1] for layer in self.layers}
        sums: dict[tuple[str, str], Tensor] = {}
        with torch.no_grad():
            for file in materials.pictures.values():
                image = pictures.picture(file)
                found = {
                    name: network(image, {*before, *before.values()}) for name, network in networks.items()
                }
                for name, features in found.items():
                    for layer in self.layers:
                        added = moments(features[layer], features[before[layer]], found["one-scale"][layer])
                        sums[name, layer] = sums.get((name, layer), 0) + added
        tables = []
        for (normalised, layer), total in sums.items():
            x, z, y, xx, yy, xy = (total / len(materials.pictures)).cpu()
            table = pd.DataFrame({"network": normalised, "layer": layer, "channel": range(len(x))})
            correlation = (xy - x * y) / ((xx - x * x) * (yy - y * y)).sqrt()
            columns = {"mean": x, "mean_before_relu": z, "correlation": correlation}
            tables.append(table.assign(**{key: values.numpy() for key, values in columns.items()}))
        shown = {"network": READ_OFF, "layer": self.layers, "channel": 0, "mean": self.read_off}
        return pd.concat([*tables, pd.DataFrame(shown)] if self.read_off else tables)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Medians by network, channels with the wrong sign, and how far layers' means are apart."""
        medians = table.groupby("network", sort=False)["mean"].median()
        negative = (table[table["network"] == "one-scale"]["mean_before_relu"] < 0).mean()
        layers = table.groupby(["network", "layer"], sort=False)[["mean", "correlation"]]
        means, correlations = layers.mean()["mean"], layers.mean()["correlation"]
        spread = {network: means[network].max() / means[network].min() for network in NETWORKS}
        listed = ", ".join(f"{value:z.2f} at {layer}" for layer, value in correlations["port"].items())
        sentences = [
            f"The median channel's mean activation is {medians['one-scale']:.2f} in the regular network, "
            f"{medians['port']:.2f} after the port's procedure and {medians['mean-1']:.2f} after the right "
            "one.",
            f"{negative:.0%} of the regular network's channels have a negative mean before the ReLU, by "
            f"which the port divides. Its channels correlate with the regular ones by {listed}; "
            f"with the right procedure by at least {correlations['mean-1'].min():.4f}.",
            f"The layers' means differ by a factor of {spread['one-scale']:.1f} in the regular network, "
            f"{spread['port']:.0f} in the port's and {spread['mean-1']:.1f} in the right one. A style loss "
            f"goes with the fourth power of the activations, which makes {number(spread['one-scale'] ** 4)}, "
            f"{number(spread['port'] ** 4)} and {number(spread['mean-1'] ** 4)} of it.",
        ]
        if READ_OFF in medians:
            by_layer = table.groupby(["network", "layer"], sort=False)["mean"].median()
            beside = ", ".join(
                f"{own:.2f} ({mode:g}) at {layer}"
                for (layer, own), mode in zip(by_layer["one-scale"].items(), by_layer[READ_OFF], strict=True)
            )
            sentences.append(
                f"The regular network's median channels, with the modes of the document's figure: {beside}."
            )
        return sentences

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """A panel a network, an outline a layer; the legend says how many channels lie beyond the axis."""
        from matplotlib.ticker import MaxNLocator

        from nstbench.charts.style import COLOURS, INK, legend_under

        for axes, (network, title) in zip(figure.subplots(1, 3, sharex=True), NETWORKS.items(), strict=True):
            channels = table[table["network"] == network]
            for colour, layer in zip(COLOURS, channels["layer"].unique(), strict=False):
                shares, edges, beyond = histogram(channels.loc[channels["layer"] == layer, "mean"])
                label = f"{layer}, {beyond:.0f}% beyond" if beyond >= 0.5 else layer
                axes.stairs(shares, edges, color=colour, linewidth=1.1, label=label)
                axes.stairs(shares, edges, color=colour, alpha=0.12, fill=True)
                if network == "one-scale":
                    shown = table.loc[(table["network"] == READ_OFF) & (table["layer"] == layer), "mean"]
                    top = axes.get_xaxis_transform()
                    axes.plot(shown, [0.015] * len(shown), "^", color=colour, transform=top, clip_on=False)
            axes.axvline(1, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
            axes.grid(axis="y")
            axes.set_axisbelow(True)
            legend_under(axes)
            axes.set(title=title, xlabel="mean activation of a channel", xlim=(0, LARGEST))
        figure.axes[0].set_ylabel("% of the layer's channels")


def moments(features: "Tensor", before: "Tensor", original: "Tensor") -> "Tensor":
    """Means over the positions of (1, N, H, W) as (6, N) in fp64.

    Of the features, of those before the ReLU, of the original ones, and of the squares and the products of
    the first and the third.
    """
    import torch

    x, z, y = (layer[0].flatten(1).float() for layer in (features, before, original))
    return torch.stack([each.mean(1, dtype=torch.float64) for each in (x, z, y, x * x, y * y, x * y)])


def histogram(means: "Iterable[float]") -> "tuple[list[float], list[float], float]":
    """Per cent of channels in each of BINS bins from 0 to LARGEST, the bins' edges, per cent beyond."""
    import numpy as np

    values = np.asarray(list(means))
    counts, edges = np.histogram(values, BINS, (0.0, LARGEST))
    beyond = float((values > LARGEST).mean())
    return (100 * counts / len(values)).tolist(), edges.tolist(), 100 * beyond
