"""Menus and a slider where a kernel answers them; where none does, what they start with."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import PIL.Image
from IPython.core.getipython import get_ipython
from IPython.display import DisplayObject, display

from nstbench.report.figures.drawings import rendered
from nstbench.report.notebook.images import photograph
from nstbench.report.notebook.variation import side_by_side

SLIDER_WIDTH = 512  # Pixels.


def kernel_answers() -> bool:
    """Whether this is a notebook in JupyterLab or the like, whose widgets reach Python."""
    return getattr(get_ipython(), "kernel", None) is not None


def menus(
    figures: Mapping[str, tuple[str, ...]],
    first: str,
    metrics: Mapping[str, str],
    across: str,
    up: str,
    draw: Callable[[str, str, str, tuple[str, ...]], DisplayObject],
) -> Any:
    """Menus for a figure, its arms and two metrics, above what `draw` makes of them.

    `figures` are arms by figure, of which `first` comes first with all its arms; `metrics` are titles by id.
    Without a kernel only the drawing is given.
    """
    if not kernel_answers():
        return draw(first, across, up, figures[first])
    import ipywidgets as widgets

    named = [(f"{id}: {title}", id) for id, title in metrics.items()]
    figure = widgets.Dropdown(description="figure", options=list(figures), value=first)
    arms = widgets.SelectMultiple(description="arms", options=figures[first], value=figures[first])
    right = widgets.Dropdown(description="across", options=named, value=across)
    above = widgets.Dropdown(description="up", options=named, value=up)

    def offer_arms(change: Mapping[str, Any]) -> None:
        arms.options = figures[change["new"]]
        arms.value = figures[change["new"]]

    def show(x: str, y: str, chosen: tuple[str, ...]) -> None:
        if chosen:  # While the figure changes, there is a moment without arms.
            display(draw(figure.value, x, y, chosen))

    figure.observe(offer_arms, "value")
    drawn = widgets.interactive_output(show, {"x": right, "y": above, "chosen": arms})
    return widgets.VBox([widgets.HBox([widgets.VBox([figure, right, above]), arms]), drawn])


def slider(pictures: Mapping[str, PIL.Image.Image]) -> Any:
    """Two pictures over one another: the left one up to where the slider is, and the right one after it.

    `pictures` are two by title. Without a kernel they stand side by side.
    """
    if not kernel_answers():
        return photograph(rendered(side_by_side(pictures)), " beside ".join(pictures), retina=True)
    import ipywidgets as widgets

    (left, right), titles = pictures.values(), list(pictures)
    shown = widgets.Image(format="jpeg", width=SLIDER_WIDTH)
    place = widgets.IntSlider(
        value=50, description="divide at", readout=False, layout={"width": f"{SLIDER_WIDTH}px"}
    )

    def divide(change: Mapping[str, Any]) -> None:
        data = io.BytesIO()
        divided(left, right, change["new"] / 100).save(data, "JPEG", quality=85)
        shown.value = data.getvalue()

    place.observe(divide, "value")
    divide({"new": place.value})
    return widgets.VBox([widgets.Label(f"{titles[0]}  |  {titles[1]}"), place, shown])


def divided(left: PIL.Image.Image, right: PIL.Image.Image, share: float) -> PIL.Image.Image:
    """The first `share` of `left`, in [0, 1], and the rest of `right`, in the size of `left`."""
    whole = right.resize(left.size)
    whole.paste(left.crop((0, 0, round(share * left.width), left.height)))
    return whole
