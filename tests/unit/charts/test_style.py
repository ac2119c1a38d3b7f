"""Labels of logarithmic axes."""

import pytest
from matplotlib.figure import Figure

from nstbench.charts.style import label_short_logarithmic_axes


def labels(low: float, high: float, own: list[float] | None = None) -> list[str]:
    """Of both kinds of ticks of an axis from `low` to `high`, from left to right."""
    figure = Figure()
    axes = figure.subplots()
    axes.set(xscale="log", xlim=(low, high))
    if own:
        axes.set_xticks(own, [f"{tick} px" for tick in own])
        axes.minorticks_off()
    label_short_logarithmic_axes(figure)
    figure.draw_without_rendering()
    ticks = axes.xaxis.get_major_ticks() + axes.xaxis.get_minor_ticks()
    seen = sorted((tick.get_loc(), tick.label1.get_text()) for tick in ticks if low <= tick.get_loc() <= high)
    return [text for _, text in seen if text]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (16_000, 270_000, ["20,000", "50,000", "100,000", "200,000"]),
        (0.4, 12, ["0.5", "1", "2", "5", "10"]),
        (2.5, 6.5, ["3", "4", "5", "6"]),
    ],
)
def test_short_axes_have_plain_numbers_that_do_not_collide(low, high, expected):
    assert labels(low, high) == expected


def test_long_axes_keep_powers_of_ten():
    assert all("10^" in text for text in labels(1e-3, 1e4))


def test_ticks_of_a_chart_s_own_stay():
    assert labels(100, 600, own=[128, 256, 512]) == ["128 px", "256 px", "512 px"]
