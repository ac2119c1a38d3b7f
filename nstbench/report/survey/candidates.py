"""Results that can be shown to people: finished runs of an experiment, or the pictures of a table."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nstbench.core.errors import InputError
from nstbench.core.spreadsheets import read_rows
from nstbench.pipeline.benchmark.contest import ID, contest
from nstbench.pipeline.benchmark.making import competitors_files
from nstbench.pipeline.benchmark.records import read_ranking
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import without_sweeps
from nstbench.pipeline.project import Project

TABLE_COLUMNS = ("arm", "content", "style", "result")
# What a point of an axis says when it changes the style alone.
MERE_STYLE = {"id", "caption", "style"}

Pair = tuple[str, str]


@dataclass(frozen=True)
class Candidate:
    """A result, the arm and the pair that made it, and the three pictures.

    `run` is the id of a run or the file of a picture; `square` says that the run saw the centre squares of
    content and style.
    """

    arm: str
    pair: Pair
    run: str
    result: Path
    content: Path
    style: Path
    square: bool


@dataclass(frozen=True)
class Collection:
    """Candidates by pair and arm, where they come from, and how there would be more of them.

    `experiment` is None for the pictures of a table. `usual` are the arms that are shown where none are
    named; without any it is all of them.
    """

    title: str
    remedy: str
    experiment: str | None
    by_pair: dict[Pair, dict[str, Candidate]]
    usual: tuple[str, ...] = ()

    @property
    def arms(self) -> tuple[str, ...]:
        """Those that have a result, in the order in which they come."""
        return tuple(dict.fromkeys(arm for made in self.by_pair.values() for arm in made))

    def complete(self, arms: Sequence[str]) -> dict[Pair, list[Candidate]]:
        """The pairs that have a result of each of `arms`."""
        return {
            pair: [made[arm] for arm in arms]
            for pair, made in self.by_pair.items()
            if all(arm in made for arm in arms)
        }


def of_benchmark(project: Project, results: Path) -> Collection | None:
    """What a benchmark has made, at the presets' own strength; None where none has been made.

    Usual are the programs by others and the default preset of each method, as far as they have all pairs.
    """
    ranking = read_ranking(results)
    if ranking is None:
        return None
    entered = contest(project.benchmark, ranking.scope, project.profile, project.manifest)
    made = [
        (entered.entry_of(planned).id, planned.run.content, planned.run.style, planned.run.id, run.image)
        for planned in entered.planned
        if planned.factor == 1 and (run := FinishedRun.of(planned, results)).exists
    ]
    competitors = project.benchmark.competitors
    for trial, (file, pair) in competitors_files(entered, competitors, results).items():
        made.append((trial.split(":")[0].removeprefix("peer-"), pair.content, pair.style, str(file), file))
    by_pair = _by_pair(
        Candidate(
            arm=arm,
            pair=(content, style),
            run=run,
            result=result,
            content=results / "pictures" / f"{content}.png",
            style=results / "pictures" / f"{style}.png",
            square=True,
        )
        for arm, content, style, run, result in made
    )
    first = {entry.method: entry.id for entry in reversed(ranking.entries)}.values()
    usual = tuple(
        entry.id
        for entry in ranking.entries
        if entry.id in first and all(entry.id in shown for shown in by_pair.values())
    )
    title = f"the benchmark in {results}"
    return Collection(title, "run `nstbench benchmark` on more of them", ID, by_pair, usual)


def of_project(project: Project, results: Path, experiment: str | None, arms: Sequence[str]) -> Collection:
    """The finished runs of `experiment`; without one, of that which has most pairs with all of `arms`.

    InputError for an unknown experiment.
    """
    if experiment is not None and experiment not in project.experiments:
        allowed = ", ".join(project.experiments)
        raise InputError(f"unknown experiment {experiment!r}; allowed: {allowed}")
    collections = []
    for id in [experiment] if experiment else project.experiments:
        names = arm_names(project.experiments[id])
        candidates = []
        for entry in without_sweeps(project.plans[id]):
            content, style = entry.run.content, entry.run.style
            run = FinishedRun.of(entry, results)
            if entry.run.seed == 0 and run.exists:
                candidates.append(
                    Candidate(
                        arm=names[entry.arm.id],
                        pair=(content, style),
                        run=entry.run.id,
                        result=run.image,
                        content=results / "pictures" / f"{content}.png",
                        style=results / "pictures" / f"{style}.png",
                        square=True,
                    )
                )
        title = f"{id} in {results} under the profile {project.profile.name}"
        remedy = f"add pairs to config/experiments/{id}.yaml, set PROFILE to one with more, or run snakemake"
        collections.append(Collection(title, remedy, id, _by_pair(candidates)))
    return max(collections, key=lambda each: len(each.complete(arms or each.arms)))


def arm_names(experiment: Experiment) -> dict[str, str]:
    """What to call each arm when pairs are told apart by their style: its id without mere styles.

    An experiment whose only axis is the style has one arm, called by its method.
    """
    deciding = [any(point.model_fields_set - MERE_STYLE for point in axis) for axis in experiment.axes]
    names = [
        "/".join(itertools.compress((point.id for point in points), deciding)) or experiment.method
        for points in itertools.product(*experiment.axes)
    ]
    return dict(zip((arm.id for arm in experiment.arms), names, strict=True))


def of_table(file: Path) -> Collection:
    """The pictures of a CSV file with the columns arm, content, style and result, beside that file.

    InputError when it cannot be read or a column is missing.
    """
    candidates = [
        Candidate(
            arm=row["arm"],
            pair=(row["content"], row["style"]),
            run=row["result"],
            result=file.parent / row["result"],
            content=file.parent / row["content"],
            style=file.parent / row["style"],
            square=False,
        )
        for _, row in read_rows(file, TABLE_COLUMNS)
    ]
    return Collection(str(file), f"add lines to {file}", None, _by_pair(candidates))


def _by_pair(candidates: Iterable[Candidate]) -> dict[Pair, dict[str, Candidate]]:
    grouped: dict[Pair, dict[str, Candidate]] = {}
    for candidate in candidates:
        grouped.setdefault(candidate.pair, {}).setdefault(candidate.arm, candidate)
    return grouped
