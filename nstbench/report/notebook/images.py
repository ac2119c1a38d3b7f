"""Pictures and drawings in a notebook, light enough that ten of them open at once."""

import io
from pathlib import Path

import PIL.Image
from IPython.display import Image
from matplotlib.figure import Figure

from nstbench.images.reading import read_picture
from nstbench.report.figures.drawings import few_colours, png

# Bytes of a panel, and pixels of loss curves: with 21 experiments a notebook stays below 5 MB.
HEAVIEST_PANEL = 60_000
SHRINK = 0.85
CURVES_WIDTH = 1000


def drawing(drawn: Figure, alt: str) -> Image:
    """A drawing at half its size."""
    return Image(png(drawn), format="png", retina=True, alt=alt)


def photograph(picture: PIL.Image.Image, alt: str, retina: bool = False) -> Image:
    """A picture as JPEG; with `retina` it is shown at half its size."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=80)
    return Image(data.getvalue(), format="jpeg", retina=retina, alt=alt)


def light_panel(file: Path, alt: str) -> Image:
    """A panel as JPEG, smaller by steps until it has at most `HEAVIEST_PANEL` bytes; a page shows `file`."""
    picture = read_picture(file)
    while True:
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=75)
        if data.tell() <= HEAVIEST_PANEL:
            return Image(data.getvalue(), format="jpeg", alt=alt, metadata={"file": file.name})
        picture.thumbnail((SHRINK * picture.width, SHRINK * picture.height), PIL.Image.Resampling.LANCZOS)


def light_curves(file: Path, alt: str) -> Image:
    """Loss curves that were drawn before, as wide as a page and in few colours; a page shows `file`."""
    picture = read_picture(file)
    picture.thumbnail((CURVES_WIDTH, picture.height), PIL.Image.Resampling.LANCZOS)
    return Image(few_colours(picture), format="png", alt=alt, metadata={"file": file.name})
