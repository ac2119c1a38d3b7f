"""Pictures and drawings in a notebook, light enough that ten of them open at once."""

import io
from pathlib import Path

import PIL.Image
from IPython.display import Image
from matplotlib.figure import Figure

from nstbench.report.figures.drawings import png


def drawing(drawn: Figure | Path, alt: str) -> Image:
    """A drawing, or the file of one that was made before, at half its size."""
    data = drawn.read_bytes() if isinstance(drawn, Path) else png(drawn)
    return Image(data, format="png", retina=True, alt=alt)


def photograph(picture: PIL.Image.Image, alt: str, retina: bool = False) -> Image:
    """A picture as JPEG; with `retina` it is shown at half its size."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=80)
    return Image(data.getvalue(), format="jpeg", retina=retina, alt=alt)
