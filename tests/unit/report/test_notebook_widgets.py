"""Menus and slider of the notebooks, with and without a kernel that answers."""

import io
from functools import partial

import numpy as np
import pytest
from IPython.display import Markdown
from PIL import Image

from nstbench.report.notebook import widgets

FIGURES = {"one": ("weak", "strong"), "two": ("left", "middle", "right")}
METRICS = {"C": "content distance", "S": "style distance"}


@pytest.fixture
def drawn():
    """What `draw` was asked for, one entry a drawing, and the menus above it."""
    asked = []

    def draw(figure, across, up, arms):
        asked.append((figure, across, up, tuple(arms)))
        return Markdown(figure)

    return asked, partial(widgets.menus, FIGURES, "one", METRICS, "C", "S", draw)


def test_without_a_kernel_the_first_drawing_stands_alone(drawn):
    asked, menus = drawn
    assert isinstance(menus(), Markdown)
    assert asked == [("one", "C", "S", ("weak", "strong"))]


def test_menus_offer_the_arms_of_the_figure_and_draw_what_is_chosen(drawn, monkeypatch):
    monkeypatch.setattr(widgets, "kernel_answers", lambda: True)
    asked, menus = drawn
    box = menus()
    (figure, across, _), arms = box.children[0].children[0].children, box.children[0].children[1]
    arms.value = ("strong",)
    across.value = "S"
    assert asked[-2:] == [("one", "C", "S", ("strong",)), ("one", "S", "S", ("strong",))]
    figure.value = "two"
    assert arms.options == arms.value == FIGURES["two"]
    assert asked[-1] == ("two", "S", "S", FIGURES["two"])
    assert all(entry[3] for entry in asked)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_divided_picture_is_the_left_one_up_to_its_share(share):
    left, right = Image.new("RGB", (40, 10), "red"), Image.new("RGB", (20, 5), "blue")
    row = np.asarray(widgets.divided(left, right, share))[4]
    assert row.tolist() == [[255, 0, 0]] * int(40 * share) + [[0, 0, 255]] * (40 - int(40 * share))


def test_the_slider_divides_two_pictures(monkeypatch):
    pictures = {"a": Image.new("RGB", (64, 64), "red"), "b": Image.new("RGB", (64, 64), "blue")}
    assert widgets.slider(pictures).data.startswith(b"\xff\xd8")
    monkeypatch.setattr(widgets, "kernel_answers", lambda: True)
    _, place, shown = widgets.slider(pictures).children
    place.value = 100
    red, _, blue = Image.open(io.BytesIO(shown.value)).getpixel((60, 30))
    assert red > 240 and blue < 15
    place.value = 0
    red, _, blue = Image.open(io.BytesIO(shown.value)).getpixel((3, 30))
    assert red < 15 and blue > 240
