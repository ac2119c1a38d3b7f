"""Learning curves, and jumps of losses at launches, against what is known of made-up ones."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from pydantic import ValidationError

from nstbench.charts.training_curves import LearningCurve, Relaunches

RELAUNCHES = Relaunches(shares=(0.2, 0.5), before=0.1, after=0.05)


@pytest.fixture
def curves(materials, tmp_path):
    """Of two trainings of 100 steps: even losses, and some that are 3 times as high on steps 51 and 52."""

    def make(id, jump):
        style = np.full(100, 2.0)
        style[50:52] *= jump
        table = pd.DataFrame({"step": np.arange(1, 101), "style/relu1_1": style, "content/relu4_1": 1.0})
        table.insert(1, "total", table["style/relu1_1"] * 10 + 1)
        table["seconds"] = 0.1 * table["step"]
        file = tmp_path / f"{id}.csv"
        table.to_csv(file, index=False)
        return file

    files = {"whole": make("whole", 1.0), "relaunched": make("relaunched", 3.0)}
    return replace(materials(), curves=files)


def test_a_jump_is_the_largest_loss_after_a_launch_over_the_median_before_it(curves):
    table = RELAUNCHES.measure(curves)
    jumps = table.dropna(subset="jump").set_index(["training", "loss", "step"])["jump"]
    assert set(jumps.index.get_level_values("step")) == {21, 51}
    assert jumps["relaunched", "style", 51] == pytest.approx(3.0)
    assert jumps["relaunched", "total", 51] == pytest.approx(61 / 21)
    assert jumps["relaunched", "content", 51] == pytest.approx(1.0)
    assert jumps["relaunched", "style", 21] == pytest.approx(1.0)
    assert (jumps["whole"] == 1.0).all()


def test_chance_is_how_often_the_first_training_jumps_as_far(curves):
    """Its loss is 3 times as high on two steps, so jumps are 3 where one of them is among the five after."""
    other = curves.curves["relaunched"]
    table = RELAUNCHES.measure(replace(curves, curves={"first": other, "again": other}))
    marked = table.dropna(subset="jump").set_index(["training", "loss", "place"])["chance"]
    assert marked["again", "style", 0.5] == pytest.approx(6 / 99)  # After steps 46 to 51.
    assert marked["again", "style", 0.2] == 1.0
    fair = RELAUNCHES.measure(curves).dropna(subset="jump").set_index(["training", "loss", "place"])
    assert fair["chance"]["relaunched", "style", 0.5] == 0.0


def test_changes_are_of_medians_of_blocks(curves):
    table = Relaunches(shares=(0.2, 0.5), before=0.1, after=0.05, blocks=25).measure(curves)
    style = table[table["loss"] == "style"].dropna(subset="block").set_index("step")
    whole, relaunched = (style[style["training"] == id] for id in ("whole", "relaunched"))
    assert whole.index.tolist() == list(range(8, 101, 4))
    assert whole["block"].tolist() == list(range(2, 26))
    # Two of the four steps from 49 to 52 are 3 times as high: their median is twice the others'.
    assert relaunched["change"][52] == pytest.approx(2.0)
    assert relaunched["change"][56] == pytest.approx(0.5)
    assert (relaunched["change"].drop([52, 56]) == 1.0).all()
    assert "style 1 of 24" in Relaunches.findings(table)[3]


def test_short_trainings_have_a_block_a_step(curves, tmp_path):
    table = pd.read_csv(curves.curves["whole"]).head(5)
    table.to_csv(tmp_path / "short.csv", index=False)
    found = RELAUNCHES.measure(replace(curves, curves={"short": tmp_path / "short.csv"}))
    assert found.dropna(subset="block").groupby("loss").size().eq(4).all()


def test_a_jump_before_or_long_after_a_launch_does_not_count(curves):
    table = Relaunches(shares=(0.4, 0.52), before=0.1, after=0.05).measure(curves)
    jumps = table[table["training"] == "relaunched"].dropna(subset="jump")
    assert set(jumps["step"]) == {41, 53}
    assert (jumps["jump"] == 1.0).all()


@pytest.mark.parametrize("share", [0.0, 1.0, 7.0, float("nan")])
def test_a_launch_lies_within_the_training(share):
    with pytest.raises(ValidationError, match=r"shares\.0"):
        Relaunches(shares=(share,))


def test_jumps_are_said(curves):
    said = Relaunches.findings(RELAUNCHES.measure(curves))
    whole, falls, relaunched, falls_too = said
    assert falls.endswith("total 0 of 19; style 0 of 19; content 0 of 19.")
    assert falls_too == falls.replace("whole", "relaunched")
    assert whole.startswith("whole: largest loss right after step 20 and 50 over the median before it")
    assert "style 1.00 and 3.00" in relaunched


def test_launches_are_marked(curves):
    figure = Figure()
    Relaunches.draw(RELAUNCHES.measure(curves), figure)
    for axes in figure.axes:
        marked = [line.get_xdata()[0] for line in axes.get_lines() if len(set(line.get_xdata())) == 1]
        assert marked == [21, 51]


def test_curves_are_means_over_a_window_of_sums_over_layers(materials, tmp_path):
    curve = pd.DataFrame(
        {
            "step": [1, 2, 3],
            "total": [8.0, 4.0, 2.0],
            "content/a": [1.0, 1.0, 4.0],
            "style/a": [3.0, 1.0, 1.0],
            "style/b": [0.0, 0.0, 6.0],
            "seconds": [1.0, 2.0, 3.0],
        }
    )
    curve.to_csv(tmp_path / "mine.csv")
    asked = replace(materials(), curves={"mine": tmp_path / "mine.csv"})
    table = LearningCurve(window=2).measure(asked)
    values = {loss: rows["value"].tolist() for loss, rows in table.groupby("loss")}
    assert values == {"total": [8, 6, 3], "content": [1, 1, 2.5], "style": [3, 2, 4]}
    assert LearningCurve.findings(table) == [
        "In 3 steps and 3 s, mine brought its losses down: total from 8 to 3, style from 3 to 4, "
        "content from 1 to 2.5."
    ]
