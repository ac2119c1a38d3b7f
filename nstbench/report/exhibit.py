"""What a figure is drawn from: the finished runs of one experiment, pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nstbench.images.manifest import Manifest
from nstbench.pipeline.experiment import Experiment, Pair
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import PlannedRun, shown
from nstbench.pipeline.profile import Profile


@dataclass(frozen=True)
class Exhibit:
    """One pair of an experiment under one profile, with all its runs."""

    experiment: Experiment
    runs: tuple[FinishedRun, ...]
    profile: Profile
    manifest: Manifest
    results: Path

    @cached_property
    def shown(self) -> dict[str, FinishedRun]:
        """The run that stands for each arm: seed 0."""
        return {run.planned.arm.id: run for run in self.runs if run.planned.run.seed == 0}


def exhibits(
    experiment: Experiment, planned: Sequence[PlannedRun], profile: Profile, manifest: Manifest, results: Path
) -> list[Exhibit]:
    """One exhibit for each of the own pairs of `experiment` that has runs in `planned`."""
    by_pair: dict[Pair, list[FinishedRun]] = {}
    for entry in shown(experiment, planned):
        by_pair.setdefault(entry.pair, []).append(FinishedRun.of(entry, results))
    return [Exhibit(experiment, tuple(runs), profile, manifest, results) for runs in by_pair.values()]
