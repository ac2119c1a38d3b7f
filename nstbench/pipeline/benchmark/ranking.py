"""From scores and records of runs to the ranking."""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from nstbench.core.errors import InputError
from nstbench.core.rank_correlation import spearman
from nstbench.core.spreadsheets import number_in, read_rows
from nstbench.images.manifest import Manifest
from nstbench.metrics import metrics
from nstbench.pipeline.benchmark.configuration import Benchmark, Competitor, FrontDefinition
from nstbench.pipeline.benchmark.contest import Contest, strength_of_style
from nstbench.pipeline.benchmark.places import interval, places
from nstbench.pipeline.benchmark.records import (
    DERIVED,
    Agreement,
    Better,
    Entry,
    Front,
    FrontPoint,
    Measure,
    Placing,
    Ranking,
    Row,
    peer_picture,
    people_file,
    read_peer_result,
)
from nstbench.pipeline.experiment import Pair
from nstbench.pipeline.finished import read_record, run_folder
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.tables import control_id

if TYPE_CHECKING:
    import pandas as pd

# Why a measure has no value, where that is not said with scores.
ARTFID = (
    "needs Inception trained on paintings (art_inception.pth), which no package carries, and many pictures"
)
NO_TRAINING = "nothing was trained"
# A metric and the scores of the pictures of a trial.
Scores = Mapping[tuple[str, str], float]


@dataclass
class Standing:
    """An entry at a strength: by measure, its value on each pair, and numbers that are of no pair."""

    entry: Entry
    strength: float
    on_pairs: dict[str, dict[str, float]] = field(default_factory=dict)
    alone: dict[str, float] = field(default_factory=dict)

    def note(self, measure: str, pair: str, value: float) -> None:
        """Keep a value, unless it is NaN."""
        if not math.isnan(value):
            self.on_pairs.setdefault(measure, {})[pair] = value

    def mean(self, measure: str, pairs: Iterable[str] | None = None) -> float | None:
        """The mean over pairs, of all that it has or of those named; None where one is missing."""
        values = self.on_pairs.get(measure, {})
        chosen = list(values if pairs is None else pairs)
        if not chosen or not values.keys() >= set(chosen):
            return self.alone.get(measure)
        return fmean(values[pair] for pair in chosen)


def rank(
    contest: Contest,
    benchmark: Benchmark,
    profile: Profile,
    manifest: Manifest,
    scores: "pd.DataFrame",
    memory: Mapping[str, float],
    results: Path,
) -> Ranking:
    """Rank all that was made and scored.

    `scores` has the columns trial, metric, value and reason, of runs, of controls and of competitors
    (`peer_trial`); `memory` are MB by the id of a run.
    """
    from nstbench.core.hardware import machine, resolve

    columns = zip(scores["trial"], scores["metric"], scores["value"], strict=True)
    known = {(trial, metric): float(value) for trial, metric, value in columns}
    judge = profile.judge.suffix
    standings = _of_methods(contest, benchmark, known, memory, results, judge)
    standings += _of_competitors(contest, benchmark.competitors, known, results, judge)
    _note_people(standings, people_file(results))
    measures = _measures(benchmark, scores, standings)
    first = [standing for standing in standings if standing.strength == 1]
    placings, place = [], {}
    for measure in measures:
        sign = 1 if measure.better == "higher" else -1
        entered = {
            standing.entry.name: {pair: sign * value for pair, value in standing.on_pairs[measure.id].items()}
            for standing in first
            if measure.id in standing.on_pairs
        }
        compared, place[measure.id] = places(entered)
        pairs = max(map(len, entered.values()), default=0)
        placings.append(
            Placing(
                measure=measure.id,
                pairs=pairs,
                p=compared.p,
                ranks=dict(sorted(compared.ranks.items(), key=lambda ranked: ranked[1])),
                groups=compared.groups,
            )
        )
    rows = [_row(standing, measure.id, place[measure.id]) for standing in standings for measure in measures]
    return Ranking(
        scope=contest.name,
        size=contest.scope.size,
        evaluations=contest.scope.evaluations,
        weights=profile.weights,
        machine=machine(resolve(precision=profile.precision).device),
        pairs=contest.pairs,
        pictures=_pictures(contest.pairs, manifest),
        entries=tuple(standing.entry for standing in first),
        measures=measures,
        rows=tuple(rows),
        fronts=tuple(_front(definition, measures, standings) for definition in benchmark.fronts),
        placings=tuple(placings),
        agreement=_agreement(measures, first),
        left_out=contest.left_out,
    )


def peer_trial(competitor: str, pair: Pair) -> str:
    """The id under which the picture of a competitor is scored."""
    return f"peer-{competitor}:{pair.content}:{pair.style}"


def competing_pairs(competitor: Competitor, pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs on which a competitor takes part: all, or those whose style it has learned."""
    return [pair for pair in pairs if not competitor.styles or pair.style in competitor.styles]


def _of_methods(
    contest: Contest,
    benchmark: Benchmark,
    known: Scores,
    memory: Mapping[str, float],
    results: Path,
    judge: str,
) -> list[Standing]:
    standings: dict[tuple[str, float], Standing] = {}
    for planned in contest.planned:
        entry, strength = contest.entry_of(planned), strength_of_style(planned)
        standing = standings.setdefault((entry.name, strength), Standing(entry, strength))
        run = planned.run
        _note_scores(standing, known, run.id, Pair(content=run.content, style=run.style), judge)
        pair = f"{run.content} {run.style}"
        standing.note("seconds", pair, float(read_record(run_folder(results, run.id))["seconds"]))
        if run.id in memory:
            standing.alone["memory"] = memory[run.id]
        if entry.method in benchmark.training:
            standing.alone["training"] = benchmark.training[entry.method]
    return list(standings.values())


def _of_competitors(
    contest: Contest, competitors: Iterable[Competitor], known: Scores, results: Path, judge: str
) -> list[Standing]:
    standings = []
    for competitor in competitors:
        entry = Entry(
            method=competitor.name,
            preset="command",
            title=competitor.title,
            source=competitor.source,
            kind="peer",
        )
        standing = Standing(entry, 1.0)
        for pair in competing_pairs(competitor, contest.pairs):
            picture = peer_picture(results, competitor.name, pair.content, pair.style, contest.scope.size)
            if not picture.is_file():
                continue
            made = read_peer_result(picture)
            _note_scores(standing, known, peer_trial(competitor.name, pair), pair, judge)
            standing.note("seconds", f"{pair.content} {pair.style}", made.seconds)
            if made.memory_mb is not None:
                standing.alone["memory"] = max(made.memory_mb, standing.alone.get("memory", 0.0))
        if standing.on_pairs:
            standings.append(standing)
    return standings


def _note_scores(standing: Standing, known: Scores, trial: str, pair: Pair, judge: str) -> None:
    """Every metric of a picture, and TRADE: both distances relative to those of the pictures copied."""
    name = f"{pair.content} {pair.style}"
    for id in metrics():
        standing.note(id, name, known.get((trial, id), math.nan))
    content, style = f"C{judge}", f"S{judge}"
    lost = known.get((control_id("style", pair), content), math.nan)
    missed = known.get((control_id("content", pair), style), math.nan)
    kept, reached = known.get((trial, content), math.nan), known.get((trial, style), math.nan)
    standing.note("TRADE", name, kept / lost + reached / missed)


def _note_people(standings: Iterable[Standing], file: Path) -> None:
    """Note what people think, where somebody has been asked; it is of the presets' own strength."""
    if not file.is_file():
        return
    asked = {standing.entry.id: standing for standing in standings if standing.strength == 1}
    for number, row in read_rows(file, ["method"]):
        if row["method"] not in asked:
            raise InputError(
                f"{file}: line {number}: {row['method']} takes no part; allowed: {', '.join(asked)}"
            )
        if row.get("content") and row.get("style"):
            pair = f"{row['content']} {row['style']}"
            asked[row["method"]].note("PEOPLE", pair, number_in(row.get("value", "")))


def _measures(
    benchmark: Benchmark, scores: "pd.DataFrame", standings: Iterable[Standing]
) -> tuple[Measure, ...]:
    """As benchmark.yaml lists them; one that nobody has a value of says why."""
    reasons = {"ArtFID": ARTFID, "training": NO_TRAINING, "memory": "not measured"}
    reasons |= dict(zip(scores["metric"], scores["reason"].fillna(""), strict=True))
    measured = {id for standing in standings for id in (*standing.on_pairs, *standing.alone)}
    found = []
    people = [id for id in ("PEOPLE",) if id in measured and id not in benchmark.measures]
    for id in (*people, *benchmark.measures):
        if id in DERIVED:
            measure = DERIVED[id]
        else:
            metric = metrics()[id]
            better: Better = "higher" if metric.better == "higher" else "lower"
            measure = Measure(id=id, title=metric.title, subject=metric.subject, better=better)
        missing = {} if id in measured else {"reason": reasons.get(id) or "not measured"}
        found.append(Measure.derived_from(measure, **missing))
    return tuple(found)


def _row(standing: Standing, measure: str, place: Mapping[str, int]) -> Row:
    values = standing.on_pairs.get(measure, {})
    ends = interval(values)
    return Row(
        method=standing.entry.method,
        preset=standing.entry.preset,
        strength=standing.strength,
        kind=standing.entry.kind,
        measure=measure,
        value=standing.mean(measure),
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        place=place.get(standing.entry.name) if standing.strength == 1 else None,
        pairs=len(values),
    )


def _front(definition: FrontDefinition, measures: Iterable[Measure], standings: Iterable[Standing]) -> Front:
    """The points of two measures; one is dominated where another is better on its own pairs."""
    better = {measure.id: measure.better for measure in measures}
    signs = [1 if better[id] == "lower" else -1 for id in (definition.x, definition.y)]
    ids = definition.x, definition.y
    standings = [standing for standing in standings if all(id in standing.on_pairs for id in ids)]

    def costs(standing: Standing, pairs: Iterable[str]) -> list[float]:
        means = (standing.mean(id, pairs) for id in ids)
        return [math.inf if mean is None else sign * mean for sign, mean in zip(signs, means, strict=True)]

    points = []
    for standing in standings:
        pairs = list(standing.on_pairs[definition.x])
        own = np.array(costs(standing, pairs))
        others = (np.array(costs(other, pairs)) for other in standings)
        dominated = any((other <= own).all() and (other < own).any() for other in others)
        x, y = (standing.mean(id) for id in ids)
        assert x is not None
        assert y is not None
        points.append(
            FrontPoint(
                method=standing.entry.method,
                preset=standing.entry.preset,
                strength=standing.strength,
                kind=standing.entry.kind,
                x=x,
                y=y,
                on_front=not dominated,
            )
        )
    return Front(
        id=definition.id,
        title=definition.title,
        x=definition.x,
        y=definition.y,
        log_x=definition.log_x,
        points=tuple(points),
    )


def _agreement(measures: Iterable[Measure], standings: Iterable[Standing]) -> tuple[Agreement, ...]:
    """Rank correlations over entries that have all pairs, so that means compare."""
    standings = list(standings)
    most = max((len(values) for each in standings for values in each.on_pairs.values()), default=0)
    found = []
    for one, other in itertools.combinations([measure for measure in measures if not measure.reason], 2):
        sign = 1 if one.better == other.better else -1
        both = [
            (standing.mean(one.id), standing.mean(other.id))
            for standing in standings
            if all(len(standing.on_pairs.get(each.id, {})) == most for each in (one, other))
        ]
        rho = math.nan
        if len(both) > 2:
            firsts, seconds = zip(*both, strict=True)
            rho = sign * spearman(firsts, seconds)
        found.append(Agreement(one=one.id, other=other.id, rho=None if math.isnan(rho) else rho))
    return tuple(found)


def _pictures(pairs: Iterable[Pair], manifest: Manifest) -> str:
    """Which pictures are photographs and paintings, in a sentence."""
    names = dict.fromkeys(name for pair in pairs for name in (pair.content, pair.style))
    procedural = [name for name in names if manifest[name].procedural]
    if not procedural:
        return f"All {len(names)} pictures are real photographs and paintings."
    return f"Of {len(names)} pictures {len(procedural)} are procedural: {', '.join(procedural)}."
