"""Drawings in pixels, for notebooks: JupyterLab hides SVG in a notebook that the user has not run."""

import io

import matplotlib
import PIL.Image
from matplotlib.figure import Figure

from nstbench.charts.style import TYPOGRAPHY

SHARP = 200  # Dots per inch; notebooks show drawings at half their size.
COLOURS = 128


def png(figure: Figure) -> bytes:
    """A drawing as PNG, in as many colours as lines and letters need, which makes it a quarter as heavy."""
    return few_colours(rendered(figure))


def few_colours(drawn: PIL.Image.Image) -> bytes:
    """A picture of lines and letters as PNG with a palette."""
    reduced = io.BytesIO()
    # Median cut, Pillow's own choice, would give a thin line its neighbour's colour.
    palette = drawn.quantize(COLOURS, PIL.Image.Quantize.MAXCOVERAGE, dither=PIL.Image.Dither.NONE)
    palette.save(reduced, "PNG", optimize=True)
    return reduced.getvalue()


def rendered(figure: Figure) -> PIL.Image.Image:
    """The pixels of a drawing, RGB."""
    drawn = io.BytesIO()
    with matplotlib.rc_context(TYPOGRAPHY):  # ticks are made when they are drawn
        figure.savefig(drawn, format="png", dpi=SHARP, pil_kwargs={"compress_level": 0})
    with PIL.Image.open(drawn) as image:
        return image.convert("RGB")
