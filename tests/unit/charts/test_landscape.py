"""Barriers between results, and the saddle, against values known by hand."""

import pandas as pd

from nstbench.charts.landscape import barriers


def test_a_barrier_is_the_height_over_the_higher_end():
    places, losses = [0.0, 0.5, 1.0], [2.0, 9.0, 3.0]
    table = pd.DataFrame({"place": places, "loss": losses}).assign(content="c", style="s", start="a", end="b")
    assert list(barriers(table)) == [3.0]
