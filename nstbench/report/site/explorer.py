"""The explorer: every result of every figure by content and style, to filter and to compare two by two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nstbench.methods import method
from nstbench.metrics.feature_spaces import FeatureSpace
from nstbench.pipeline.experiment import short_name
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.usage import distinct
from nstbench.report.figures.pair_results import PairResults
from nstbench.report.site.vega.content_style import (
    Point,
    content_style_spec,
    distances,
    fair_domain,
    is_beyond,
    run_label,
)

FILTERS = ("document", "figure", "pair", "setting")
HEIGHT = 560


@dataclass(frozen=True)
class Explorer:
    """The chart, and what a reader chooses from: documents, figures and pairs by the values of the filter.

    `runs` are those of each figure, by its title, as (id, label); `beyond` of those shown lie outside of the
    axes, most of them nearly unchanged pictures, which would leave little room for all others.
    """

    spec: Mapping[str, Any]
    documents: Mapping[str, str]
    figures: Mapping[str, str]
    pairs: Mapping[str, str]
    runs: Mapping[str, Sequence[tuple[str, str]]]
    shown: int
    beyond: int
    missing: int


def make_explorer(
    by_experiment: Sequence[Sequence[PairResults]], scores: pd.DataFrame, judge: FeatureSpace
) -> Explorer:
    """All runs that figures show, each once; `scores` is results/scores.csv."""
    known = distances(scores, judge)
    shown_in: dict[str, list[PairResults]] = {}
    runs: dict[str, FinishedRun] = {}
    for pair in (pair for pairs in by_experiment for pair in pairs):
        for run in pair.runs:
            runs.setdefault(run.planned.run.id, run)
            shown_in.setdefault(run.planned.run.id, []).append(pair)
    documents, figures, pairs = {}, {}, {}
    options: dict[str, list[tuple[str, str]]] = {}
    points = []
    for id, run in runs.items():
        if id not in known:
            continue
        experiments = [pair.experiment for pair in shown_in[id]]
        content, style = run.planned.run.content, run.planned.run.style
        titles = shown_in[id][0].manifest
        pairs[f"{content} {style}"] = f"{titles[content].title} with {titles[style].title}"
        for experiment in experiments:
            figures[experiment.id] = experiment.title
            documents[short_name(experiment.source.document)] = experiment.source.document
        filtered = {
            "document": _listed(short_name(one.source.document) for one in experiments),
            "figure": _listed(one.id for one in experiments),
            "pair": _listed([f"{content} {style}"]),
            "setting": run_label(run).lower(),
        }
        series = method(run.planned.run.method).title
        points.append(Point(series, run_label(run), *known[id], id, filtered))
        options.setdefault(experiments[0].title, []).append((id, run_label(run)))
    domains = [fair_domain(values) for values in zip(*((at.x, at.y) for at in points), strict=True)]
    spec = content_style_spec(
        points, [], distinct(at.series for at in points), judge, FILTERS, HEIGHT, domains
    )
    beyond = sum(is_beyond(point, domains) for point in points)
    return Explorer(spec, documents, figures, pairs, options, len(points), beyond, len(runs) - len(points))


def _listed(ids: Iterable[str]) -> str:
    """A text in which a whole id can be looked for."""
    return f"|{'|'.join(dict.fromkeys(ids))}|"
