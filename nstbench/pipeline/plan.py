"""From experiment files and a profile to runs, and from runs to batches for the scheduler."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nstbench.core.errors import InputError
from nstbench.images.manifest import Manifest
from nstbench.networks.catalogue import architecture
from nstbench.networks.weight_sources import weights_for
from nstbench.pipeline.experiment import Arm, Experiment, Pair, load_experiment
from nstbench.pipeline.profile import Grid, Profile
from nstbench.pipeline.specification import RunSpecification

T = TypeVar("T")
MOST_RUNS_PER_BATCH = 10
# Pixels times evaluations below which experiments share a batch: starting torch takes longer.
LEAST_WORK_PER_BATCH = 1_500_000
MOST_RUNS_SCORED_AT_ONCE = 48
MOST_RUNS = 10_000


@dataclass(frozen=True)
class PlannedRun:
    """A run and the place it has in an experiment.

    `pair` is as the experiment file names it; `truth` is the picture that stands here for the pair's.
    `factor` is what the experiment's sweep has multiplied its parameter by. Verdicts rest on those that are
    `evidence`; the others are for the figure alone.
    """

    experiment: str
    pair: Pair
    arm: Arm
    run: RunSpecification
    truth: str | None = None
    factor: float = 1.0
    evidence: bool = True

    @property
    def pictures(self) -> set[str]:
        """The names of the pictures that the run, and the scores of its result, are made from."""
        return self.run.pictures | ({self.truth} if self.truth else set())

    @property
    def asked(self) -> Pair:
        """The pictures by the names in the experiment file, with the arm's own style."""
        style = self.arm.style or self.pair.style
        return Pair(content=self.pair.content, style=style, truth=self.pair.truth)

    @property
    def used(self) -> Pair:
        """The pictures that are here in their place."""
        return Pair(content=self.run.content, style=self.run.style, truth=self.truth)


def load_experiments(folder: Path, manifest: Manifest) -> list[Experiment]:
    """All experiment files of a folder, in the order of their names, figure 2 before figure 13."""
    files = sorted(folder.glob("*.yaml"), key=with_numbers)
    if not files:
        raise InputError(f"no experiment files (*.yaml) in {folder}")
    return [load_experiment(file, manifest) for file in files]


def with_numbers(file: Path) -> list[tuple[int, str]]:
    """A key that sorts runs of digits by their value."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", file.stem)]


def plan(experiment: Experiment, profile: Profile, manifest: Manifest) -> list[PlannedRun]:
    """Every run of an experiment: pairs times arms, times factors of its sweep, times seeds where it draws.

    The pairs are the experiment's own, as many as the profile allows, then those of the profile's grid, which
    are then the evidence: own pairs beside them are made once, as the figure shows them.
    InputError when there are too many for anybody to have meant them.
    """
    every = experiment.every_pair
    all_own = every if isinstance(every, bool) else profile.name in every
    own = experiment.pairs if all_own else experiment.pairs[: profile.pairs]
    grid: tuple[Pair, ...] = ()
    if profile.grid and experiment.grid:
        # With the pictures that the experiment has in the place of the profile's.
        contents = experiment.grid_contents or profile.grid.contents
        styles = experiment.grid_styles or profile.grid.styles
        grid = Grid(contents=contents, styles=styles).pairs
    pairs, arms = dict.fromkeys((*own, *grid)), experiment.arms
    for_figure = Profile.model_validate({**dict(profile), "seeds": 1, "sweeps": False}) if grid else profile
    points = sum(len(experiment.factors_of(arm)) if profile.sweeps else 1 for arm in arms)
    if (count := len(pairs) * points * profile.seeds) > MOST_RUNS:
        raise InputError(
            f"{len(pairs):,} pairs, {points:,} arms with their sweeps and {profile.seeds} seeds of profile "
            f"{profile.name} make {count:,} runs; allowed: at most {MOST_RUNS:,}"
        )
    planned = []
    for pair, arm in itertools.product(pairs, arms):
        is_evidence = pair in grid and arm.id in experiment.on_grid if grid else True
        if is_evidence or pair in own:
            truth = pair.truth and manifest.available(pair.truth)
            made = _runs(experiment, pair, arm, profile if is_evidence else for_figure, manifest)
            planned += [
                PlannedRun(experiment.id, pair, arm, run, truth, factor, is_evidence) for factor, run in made
            ]
    return planned


def shown(experiment: Experiment, planned: Iterable[PlannedRun]) -> list[PlannedRun]:
    """Those of `planned` that the experiment's figure shows: neither a profile's grid nor a sweep."""
    return [
        entry
        for entry in without_sweeps(planned)
        if entry.experiment == experiment.id and entry.pair in experiment.pairs
    ]


def without_sweeps(planned: Iterable[PlannedRun]) -> list[PlannedRun]:
    """Those of `planned` that are made with the parameters that their arms name."""
    return [entry for entry in planned if entry.factor == 1]


def _runs(
    experiment: Experiment, pair: Pair, arm: Arm, profile: Profile, manifest: Manifest
) -> Iterable[tuple[float, RunSpecification]]:
    """Factors of the sweep, each with its runs: of every seed at the factor 1, of the first at the others."""
    recipe = experiment.method_of(arm)
    shortened = profile.evaluations is not None
    settings = experiment.settings_of(arm, shortened)
    asked = experiment.configure(arm, settings).model_dump()
    allotted: dict[str, Any] = {"evaluations": profile.evaluations} if shortened else {}
    if "backbone" in asked:
        allotted["weights"] = weights_for(architecture(asked["backbone"]), profile.weights)
    changes = {**recipe.known(allotted), **settings}
    # As the method reads them: a file may have "10" for 10.
    typed = experiment.configure(arm, changes).model_dump()
    changes = {key: typed[key] for key in changes}
    if profile.evaluations and not profile.own_budgets and "evaluations" in changes:
        changes["evaluations"] = min(changes["evaluations"], profile.evaluations)
    if profile.name in experiment.budgets:
        changes.update(recipe.known({"evaluations": experiment.budgets[profile.name]}))
    changes = _with_stand_ins(changes, manifest)
    seeds = min(profile.seeds, experiment.seeds or profile.seeds)
    for factor in experiment.factors_of(arm) if profile.sweeps else (1.0,):
        parameters = experiment.configure(arm, changes, factor)
        for seed in range(seeds if parameters.draws() and factor == 1 else 1):
            run = RunSpecification(
                method=recipe.id,
                content=manifest.available(pair.content),
                style=manifest.available(arm.style or pair.style),
                size=experiment.sizes.get(profile.name, profile.size),
                seed=seed,
                precision=arm.precision or profile.precision,
                snapshots=experiment.snapshots,
                parameters=parameters.model_dump(),
            )
            yield factor, run


def _with_stand_ins(changes: dict[str, Any], manifest: Manifest) -> dict[str, Any]:
    """Settings that name pictures with those that are here in their place."""
    named: dict[str, Any] = {key: changes[key] for key in ("network", "blend") if key in changes}
    if named.get("network") in manifest.root:
        # A shipped network is named after the picture that it has learned, and stood in for alike.
        named["network"] = manifest.available(named["network"])
    if "blend" in named:
        shares: Counter[str] = Counter()
        for name, share in named["blend"].items():
            shares[manifest.available(name)] += share
        named["blend"] = dict(shares)
    return {**changes, **named}


def batches(plans: Sequence[PlannedRun]) -> dict[str, tuple[RunSpecification, ...]]:
    """The distinct runs, each owned by the first experiment that asks for it, by the id of their batch.

    One process makes a batch. Experiments that compute little share the batch of the first of them.
    """
    owners: dict[str, tuple[str, RunSpecification]] = {}
    for planned in plans:
        owners.setdefault(planned.run.id, (planned.experiment, planned.run))
    by_experiment: dict[str, list[RunSpecification]] = {}
    for experiment, run in owners.values():
        by_experiment.setdefault(experiment, []).append(run)
    # By the experiment that opens a batch: one that computes little takes in the next.
    shared: dict[str, list[RunSpecification]] = {}
    open_batch: list[RunSpecification] = []
    for experiment, runs in by_experiment.items():
        if work(open_batch + runs) > LEAST_WORK_PER_BATCH or not open_batch:
            shared[experiment] = open_batch = list(runs)
        else:
            open_batch += runs
    return {
        id: part
        for experiment, runs in shared.items()
        for id, part in _split(
            experiment, runs, MOST_RUNS_PER_BATCH if work(runs) > LEAST_WORK_PER_BATCH else len(runs)
        )
    }


def work(runs: Iterable[RunSpecification]) -> int:
    """Pixels times loss-and-gradient evaluations; a method that does not descend counts one."""
    return sum(run.size**2 * int(run.parameters.get("evaluations", 1)) for run in runs)


def scoring_batches(plans: Sequence[PlannedRun], name: str = "scores") -> dict[str, tuple[PlannedRun, ...]]:
    """What is scored, by the id of its batch; those of a pair are scored together, beside their controls.

    A run is scored twice when one experiment knows its truth and another does not.
    """
    distinct = {(planned.run.id, planned.truth): planned for planned in plans}
    by_pair = sorted(
        distinct.values(), key=lambda scored: (scored.run.content, scored.run.style, scored.run.size)
    )
    return dict(_split(name, by_pair, MOST_RUNS_SCORED_AT_ONCE))


def _split(name: str, members: Sequence[T], most: int) -> Iterator[tuple[str, tuple[T, ...]]]:
    """Consecutive parts of nearly equal lengths, called `<name>-000` and so on."""
    count = math.ceil(len(members) / most)
    bounds = [len(members) * number // count for number in range(count + 1)]
    for number, (first, last) in enumerate(itertools.pairwise(bounds)):
        yield f"{name}-{number:03d}", tuple(members[first:last])
