"""Pictures and drawings in a notebook, light enough that ten of them open at once."""

import io

import matplotlib
import PIL.Image
from IPython.display import Image
from matplotlib.figure import Figure

from nstbench.charts.style import TYPOGRAPHY

SHARP = 200  # Dots per inch of drawings, shown at half their size.
DRAWING_COLOURS = 128


def drawing(figure: Figure, alt: str) -> Image:
    """A drawing, in as many colours as lines and letters need, which makes it a quarter as heavy.

    No SVG, which JupyterLab hides in a notebook that the user has not run.
    """
    reduced = io.BytesIO()
    palette = rendered(figure).quantize(DRAWING_COLOURS, dither=PIL.Image.Dither.NONE)
    palette.save(reduced, "PNG", optimize=True)
    return Image(reduced.getvalue(), format="png", retina=True, alt=alt)


def photograph(picture: PIL.Image.Image, alt: str, retina: bool = False) -> Image:
    """A picture as JPEG; with `retina` it is shown at half its size."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=80)
    return Image(data.getvalue(), format="jpeg", retina=retina, alt=alt)


def rendered(figure: Figure) -> PIL.Image.Image:
    """The pixels of a drawing, RGB."""
    png = io.BytesIO()
    with matplotlib.rc_context(TYPOGRAPHY):  # ticks are made when they are drawn
        figure.savefig(png, format="png", dpi=SHARP)
    with PIL.Image.open(png) as drawn:
        return drawn.convert("RGB")
