"""Runs that take no time."""

from pathlib import Path

from nstbench.methods import method
from nstbench.pipeline.execution import execute
from nstbench.pipeline.experiment import Arm, Pair
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.specification import RunSpecification

TWO_LAYERS = {"style_layers": {"relu1_1": 1.0}, "content_layers": {"relu2_1": 1.0}}


def small_run(snapshots: int = 0, **settings) -> RunSpecification:
    """The photo in the style of the painting at 32 px on the embedded network, as Nikulin and Novak do."""
    return RunSpecification(
        method="gatys2015",
        content="photo",
        style="painting",
        size=32,
        precision="fp32",
        snapshots=snapshots,
        parameters=method("gatys2015").configure("nikulin", {"weights": "embedded"} | settings).model_dump(),
    )


def make(run: RunSpecification, pictures: Path, results: Path) -> FinishedRun:
    """What `execute` leaves of a run, as one of an experiment that has a single arm."""
    pair = Pair(content=run.content, style=run.style)
    return FinishedRun(PlannedRun("small", pair, Arm(()), run), *execute([run], pictures, results))
