import json

import pytest
from PIL import Image

from nstbench.pipeline.experiment import Arm, Comparison, Pair, Point
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.specification import RunSpecification
from nstbench.report.tables.comparisons import ComparisonRow, ComparisonTable, colour_difference


@pytest.fixture
def finished(tmp_path):
    def finished(name, colour):
        folder = tmp_path / name
        folder.mkdir()
        Image.new("RGB", (8, 8), colour).save(folder / "image.png")
        (folder / "run.json").write_text(json.dumps({"final_losses": {"total": 1.0}}))
        run = RunSpecification(method="gatys2015", content="c", style="s", size=64, parameters={})
        arm = Arm((Point(id=name, caption=name),))
        return FinishedRun(PlannedRun("e", Pair(content="c", style="s"), arm, run), folder)

    return finished


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("black", "white", 100.0), ("white", "white", 0.0), ((119, 119, 119), (122, 122, 122), 1.187)],
)
def test_colour_difference_is_ciede2000(finished, one, other, expected):
    """Black to white is 100; for greys around L* = 50 it is the difference of L*, 51.22 - 50.03."""
    assert colour_difference(finished("a", one), finished("b", other)) == pytest.approx(expected, abs=0.01)


def test_the_largest_differences_are_named():
    lines = [ComparisonRow("p", 2.0, 1.9, 0.5), ComparisonRow("q", 2.0, 2.02, 1.5)]
    table = ComparisonTable("bf16", "fp32", lines)
    assert table.largest_loss_change == pytest.approx(0.05)
    assert table.largest_colour_difference == 1.5


def test_a_comparison_needs_both_arms():
    with pytest.raises(ValueError, match="reference"):
        Comparison.model_validate({"arm": "a"})
