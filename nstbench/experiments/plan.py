"""From experiment files and a profile to runs, and from runs to batches for the scheduler."""

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nstbench.errors import InputError
from nstbench.experiments.experiment import Arm, Experiment, Pair, load_experiment
from nstbench.experiments.profile import Profile
from nstbench.experiments.specification import RunSpecification
from nstbench.images.manifest import Manifest
from nstbench.methods import method

MOST_RUNS_PER_BATCH = 10
MOST_RUNS_SCORED_AT_ONCE = 48


@dataclass(frozen=True)
class PlannedRun:
    """A run and the place it has in an experiment; `pair` is as the experiment file names it."""

    experiment: str
    pair: Pair
    arm: Arm
    run: RunSpecification


@dataclass(frozen=True)
class Batch:
    """Runs that one process makes one after the other."""

    id: str
    runs: tuple[RunSpecification, ...]


def load_experiments(folder: Path, manifest: Manifest) -> list[Experiment]:
    """All experiment files of a folder, in the order of their names, figure 2 before figure 13."""
    files = sorted(folder.glob("*.yaml"), key=_with_numbers)
    if not files:
        raise InputError(f"no experiment files (*.yaml) in {folder}")
    return [load_experiment(file, manifest) for file in files]


def _with_numbers(file: Path) -> list[tuple[int, str]]:
    """A key that sorts runs of digits by their value."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", file.stem)]


def plan(experiment: Experiment, profile: Profile, manifest: Manifest) -> list[PlannedRun]:
    """Every run of an experiment: pairs times arms, times seeds where the arm draws random numbers."""
    pairs = experiment.pairs if experiment.every_pair else experiment.pairs[: profile.pairs]
    return [
        PlannedRun(experiment.id, pair, arm, run)
        for pair in pairs
        for arm in experiment.arms
        for run in _runs(experiment, pair, arm, profile, manifest)
    ]


def _runs(
    experiment: Experiment, pair: Pair, arm: Arm, profile: Profile, manifest: Manifest
) -> Iterable[RunSpecification]:
    recipe = method(experiment.method)
    shortened = profile.evaluations is not None
    budget = {"evaluations": profile.evaluations} if shortened else {}
    weights = {"weights": profile.weights} if "weights" in recipe.parameters.model_fields else {}
    changes = {**weights, **budget, **experiment.settings_of(arm, shortened)}
    parameters = recipe.configure(experiment.parameters, changes)
    for seed in range(profile.seeds if recipe.draws(parameters) else 1):
        yield RunSpecification(
            method=recipe.id,
            content=manifest.available(pair.content),
            style=manifest.available(pair.style),
            size=profile.size,
            seed=seed,
            precision=arm.precision or profile.precision,
            parameters=parameters.model_dump(),
        )


def batches(plans: Sequence[PlannedRun]) -> list[Batch]:
    """Split the distinct runs, each owned by the first experiment that asks for it, into batches."""
    owners: dict[str, tuple[str, RunSpecification]] = {}
    for planned in plans:
        owners.setdefault(planned.run.id, (planned.experiment, planned.run))
    by_experiment: dict[str, list[RunSpecification]] = {}
    for experiment, run in owners.values():
        by_experiment.setdefault(experiment, []).append(run)
    return [
        batch
        for experiment, runs in by_experiment.items()
        for batch in _split(experiment, runs, MOST_RUNS_PER_BATCH)
    ]


def scoring_batches(plans: Sequence[PlannedRun]) -> list[Batch]:
    """Split the distinct runs so that those of a pair are scored together, beside their controls."""
    distinct = {planned.run.id: planned.run for planned in plans}
    by_pair = sorted(distinct.values(), key=lambda run: (run.content, run.style, run.size))
    return _split("scores", by_pair, MOST_RUNS_SCORED_AT_ONCE)


def _split(name: str, runs: Sequence[RunSpecification], most: int) -> list[Batch]:
    """Consecutive batches of nearly equal lengths, called `<name>-000` and so on."""
    count = math.ceil(len(runs) / most)
    bounds = [len(runs) * number // count for number in range(count + 1)]
    return [
        Batch(f"{name}-{number:03d}", tuple(runs[first:last]))
        for number, (first, last) in enumerate(itertools.pairwise(bounds))
    ]
