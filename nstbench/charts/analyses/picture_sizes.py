"""What one pass of a decoder makes of pictures of other sizes, and how long it takes.

Source of the question: Soboleva, section Training, who applies the fully convolutional network to images of
any size.
"""

import itertools
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.charts.analyses.base import Analysis, Materials, Pixels
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.methods.adain2017.network import StyleTransferNetwork


class SizeParameters(Record):
    """`network` paints; `sides` are heights and widths in pixels, under every profile.

    The quickest of `repeats` passes counts.
    """

    network: str = "any_style"
    sides: tuple[tuple[Pixels, Pixels], ...] = Field(min_length=1)
    repeats: int = Field(default=1, ge=1)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Every side that there is."""
        return tuple(itertools.chain.from_iterable(self.sides))


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns content, style, asked, size, kept, pixels, seconds, distance, device, precision, threads.

    `asked` and `size` are "width x height", and `kept` is 1 where they are the same. `distance` is the sum
    over layers of the squared distances of channel moments from the style's, as a share of that of the
    content left as it is. Content and style are resized alike, their aspect given up.
    """
    import pandas as pd
    import torch

    from nstbench.methods.adain2017.network import load_network
    from nstbench.networks.feedforward.inventory import locate_network

    parameters: SizeParameters = materials.parameters
    network = load_network(locate_network(parameters.network), None, materials.hardware)
    largest = replace(materials, size=max(parameters.sizes))
    pictures = {name: largest.picture(file) for name, file in materials.pictures.items()}
    content, *styles = pictures
    rows = [
        _row(network, content, style, pictures, side, parameters.repeats)
        for style in styles
        for side in parameters.sides
    ]
    hardware = materials.hardware
    return pd.DataFrame(rows).assign(
        device=str(hardware.device), precision=hardware.precision, threads=torch.get_num_threads()
    )


def _row(
    network: "StyleTransferNetwork",
    content: str,
    style: str,
    pictures: "dict[str, Tensor]",
    sides: tuple[int, int],
    repeats: int,
) -> dict[str, object]:
    from torch.nn.functional import interpolate

    given, wanted = (
        interpolate(pictures[name], sides, mode="bicubic", antialias=True).clamp(0, 1)
        for name in (content, style)
    )
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        painted = network.stylize(given, [wanted], [1.0], 1.0)
        painted.sum().item()  # Waits for the device.
        seconds.append(time.perf_counter() - started)
    height, width = painted.shape[-2:]
    return {
        "content": content,
        "style": style,
        "asked": f"{sides[1]} x {sides[0]}",
        "size": f"{width} x {height}",
        "kept": int((height, width) == sides),
        "pixels": sides[0] * sides[1],
        "seconds": min(seconds[1:]),
        "distance": _distance(network, painted, wanted) / _distance(network, given, wanted),
    }


def _distance(network: "StyleTransferNetwork", image: "Tensor", style: "Tensor") -> float:
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


def findings(table: "pd.DataFrame") -> list[str]:
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


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import lines

    distances, rates = figure.subplots(1, 2)
    by_pixels = table.assign(rate=1 / table["seconds"]).sort_values("pixels")
    styles = {str(style): rows.set_index("pixels") for style, rows in by_pixels.groupby("style", sort=False)}
    lines(distances, {style: rows["distance"] for style, rows in styles.items()})
    lines(rates, {style: rows["rate"] for style, rows in styles.items()})
    distances.set(title="Distance from the style, of the content's own", ylim=(0, None))
    rates.set(title="Pictures per second", yscale="log")
    for axes in (distances, rates):
        axes.set(xlabel="pixels", xscale="log")
    distances.legend(frameon=False)


ANALYSIS = Analysis("picture_sizes", SizeParameters, measure, findings, draw)
