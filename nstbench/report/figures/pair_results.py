"""The finished runs of an experiment, pair by pair: what its panels, curves and tables are made from."""

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
class PairResults:
    """All runs of an experiment on one pair of pictures under one profile.

    `results` is the folder that holds runs/ and pictures/.
    """

    experiment: Experiment
    runs: tuple[FinishedRun, ...]
    profile: Profile
    manifest: Manifest
    results: Path

    @cached_property
    def shown(self) -> dict[str, FinishedRun]:
        """The run that stands for each arm, by the arm's id: the one with seed 0."""
        return {run.planned.arm.id: run for run in self.runs if run.planned.run.seed == 0}


def results_by_pair(
    experiment: Experiment, planned: Sequence[PlannedRun], profile: Profile, manifest: Manifest, results: Path
) -> list[PairResults]:
    """One entry for each of the experiment's own pairs that has runs in `planned`."""
    by_pair: dict[Pair, list[FinishedRun]] = {}
    for entry in shown(experiment, planned):
        by_pair.setdefault(entry.pair, []).append(FinishedRun.of(entry, results))
    return [PairResults(experiment, tuple(runs), profile, manifest, results) for runs in by_pair.values()]
