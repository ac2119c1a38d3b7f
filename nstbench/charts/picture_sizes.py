"""What one pass of a decoder makes of pictures of other sizes, and how long it takes.

Source of the question: Soboleva, section Training, who applies the fully convolutional network to images of
any size.
"""

import itertools
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.charts.base import ChartKind, Materials, Pixels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.methods.adain2017.network import StyleTransferNetwork


class PictureSizes(ChartKind):
    """Pictures of several sizes by one pass of a decoder.

    `network` is the decoder's id; `sides` are heights and widths in pixels, under every profile. The quickest
    of `repeats` passes counts.
    """

    network: str = "any_style"
    sides: tuple[tuple[Pixels, Pixels], ...] = Field(min_length=1)
    repeats: int = Field(default=1, ge=1)

    def sizes_at(self, profile: int) -> tuple[int, ...]:
        """Every height and every width."""
        return tuple(itertools.chain.from_iterable(self.sides))

    def stands_on_embedded(self, weights: str) -> bool:
        """Always: the decoder inverts the embedded encoder."""
        return True

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns content, style, asked, size, kept, pixels, seconds, distance, device, precision, threads.

        `asked` and `size` are "width x height", and `kept` is 1 where they are the same. `distance` is the
        sum over layers of the squared distances of channel moments from the style's, as a share of that of
        the content left as it is. Content and style are resized alike, their aspect given up.
        """
        import pandas as pd
        import torch
        from torch.nn.functional import interpolate

        from nstbench.methods.adain2017.network import load_network
        from nstbench.networks.feedforward.inventory import locate_network

        hardware = materials.hardware
        network = load_network(locate_network(self.network), None, hardware)
        largest = replace(materials, size=max(self.sizes_at(materials.size)))
        pictures = {name: largest.picture(file) for name, file in materials.pictures.items()}
        content, *styles = pictures
        rows = []
        for style in styles:
            for sides in self.sides:
                given, wanted = (
                    interpolate(pictures[name], sides, mode="bicubic", antialias=True).clamp(0, 1)
                    for name in (content, style)
                )
                seconds = []
                for _ in range(self.repeats + 1):  # The first does not count.
                    started = time.perf_counter()
                    stylized = network.stylize(given, [wanted], [1.0], 1.0)
                    stylized.sum().item()  # Waits for the device.
                    seconds.append(time.perf_counter() - started)
                height, width = stylized.shape[-2:]
                rows.append(
                    {
                        "content": content,
                        "style": style,
                        "asked": f"{sides[1]} x {sides[0]}",
                        "size": f"{width} x {height}",
                        "kept": int((height, width) == sides),
                        "pixels": sides[0] * sides[1],
                        "seconds": min(seconds[1:]),
                        "distance": distance_of_moments(network, stylized, wanted)
                        / distance_of_moments(network, given, wanted),
                    }
                )
        return pd.DataFrame(rows).assign(
            device=str(hardware.device), precision=hardware.precision, threads=torch.get_num_threads()
        )

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Whether sizes are kept, the distance from the style that is left, and pictures per second."""
        kept = table["kept"].all()
        by_size = table.groupby("asked", sort=False).agg({"distance": "median", "seconds": "median"})
        distances = ", ".join(f"{row['distance']:.2f} at {size}" for size, row in by_size.iterrows())
        rates = ", ".join(f"{1 / row['seconds']:.2g} at {size}" for size, row in by_size.iterrows())
        return [
            f"Every picture has the size that was asked for: {'yes' if kept else 'no'}.",
            f"Distance from the style that is left, median over styles: {distances}.",
            f"Pictures per second on {table['threads'][0]} thread(s) of {table['device'][0]} in "
            f"{table['precision'][0]}: {rates}.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Distances and rates over the number of pixels, a line a style through squares, dots for oblongs."""
        from nstbench.charts.style import INK, curves_by, legend_below, lines

        distances, rates = figure.subplots(1, 2)
        by_pixels = table.assign(rate=1 / table["seconds"]).sort_values("pixels", kind="stable")
        is_square = by_pixels["asked"].str.fullmatch(r"(\d+) x \1")
        hollow = {"marker": "D", "markersize": 4, "markerfacecolor": "none", "linestyle": "none"}
        for axes, quantity in ((distances, "distance"), (rates, "rate")):
            lines(axes, curves_by(by_pixels[is_square], "style", "pixels", quantity))
            for line in list(axes.get_lines()):
                line.set(marker="o", markersize=4)
                oblongs = by_pixels[~is_square & (by_pixels["style"] == line.get_label())]
                axes.plot(oblongs["pixels"], oblongs[quantity], color=line.get_color(), **hollow)
            axes.set(xlabel="pixels of the picture, width times height", xscale="log")
            axes.margins(x=0.03)
        distances.plot([], [], color=INK, label="pictures that are no squares", **hollow)
        distances.set(title="Distance from the style", ylabel="share of the content's own", ylim=(0, None))
        rates.set(title="Speed", ylabel="pictures per second", yscale="log")
        legend_below(figure)


def distance_of_moments(network: "StyleTransferNetwork", image: "Tensor", style: "Tensor") -> float:
    """The sum over layers of squared distances of channel moments from the style's."""
    import torch

    from nstbench.losses.channel_moments import channel_moments
    from nstbench.methods.adain2017.architecture import LAYERS
    from nstbench.methods.adain2017.loss import style_loss

    with torch.inference_mode():
        of_image, of_style = network.encoder(image, LAYERS), network.encoder(style, LAYERS)
    losses = (
        style_loss(channel_moments(of_image[layer]), channel_moments(of_style[layer]), "squared")
        for layer in LAYERS
    )
    return sum(loss.item() for loss in losses)
