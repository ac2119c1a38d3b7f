"""Everything below reports/ that the site consists of: the first page, a page per figure, and the rest."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from nstbench.charts.chart import Chart
from nstbench.claims.records import read_verdicts
from nstbench.core.number_format import counted, duration
from nstbench.images.manifest import Manifest
from nstbench.methods import methods
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.usage import weights_used
from nstbench.report.figures.pair_results import PairResults, results_by_pair
from nstbench.report.figures.tiles import Tile, panel_tiles, result_tile, write_tiles
from nstbench.report.site.addresses import notebook_address
from nstbench.report.site.chart_page import make_chart_page
from nstbench.report.site.documents import FigurePage, group_by_document, neighbours
from nstbench.report.site.experiment_page import make_experiment_page
from nstbench.report.site.methods_page import load_topics
from nstbench.report.site.provenance_page import pictures_used, provenance
from nstbench.report.site.templating import Pages
from nstbench.report.tables.chart_values import publish_table
from nstbench.report.tables.scores import read_scores
from nstbench.report.verdicts.counts import count_verdicts


def write_site(
    experiments: Sequence[Experiment],
    charts: Sequence[Chart],
    planned: Sequence[PlannedRun],
    profile: Profile,
    manifest: Manifest,
    results: Path,
    reports: Path,
    commit: str,
) -> None:
    """Write reports/*.html, reports/figures/<id>.html and what they show, from results/ and reports/figures/.

    InputError names what is missing.
    """
    scores = read_scores(results / "scores.csv")
    verdicts = read_verdicts(results / "claims.json")
    by_experiment = [
        pairs
        for experiment in experiments
        if (pairs := results_by_pair(experiment, planned, profile, manifest, results))
    ]
    pairs = [pair for pairs in by_experiment for pair in pairs]
    # Each run once, though several figures may show it.
    runs = list({run.planned.run.id: run for pair in pairs for run in pair.runs}.values())
    figures: list[FigurePage] = [
        *(make_experiment_page(own, scores, reports) for own in by_experiment),
        *(make_chart_page(chart, profile, manifest, results, reports) for chart in charts),
    ]
    documents = group_by_document(figures, verdicts.claims, reports)
    in_order = [figure for document in documents for figure in document.figures]

    write_tiles(_tiles(pairs), reports)
    for chart in charts:
        publish_table(results, reports, chart.id)

    shared = {
        "profile": profile,
        "documents": documents,
        "verdict_counts": count_verdicts(verdicts.claims),
        "claims_by_id": {claim.id: claim for claim in verdicts.claims},
        "claims_notebook": notebook_address("claims", reports),
        "titles": {figure.entry.id: figure.entry.title for figure in in_order},
    }
    pages = Pages(reports, shared)
    pages.write(
        "index.html",
        sizes=[counted(len(figures), "figure"), counted(len(runs), "picture")],
        computing=duration(sum(run.record["seconds"] for run in runs)),
        weights=weights_used(runs),
    )
    pages.write(
        "provenance.html",
        provenance=provenance(runs, profile, commit),
        pictures=pictures_used(runs, (name for chart in charts for name in chart.pictures), manifest),
    )
    pages.write("claims.html")
    pages.write("contradictions.html", contradictions=verdicts.contradictions)
    pages.write("methods.html", topics=load_topics(), methods=methods().values())
    for place, figure in enumerate(in_order):
        pages.write(
            f"figures/{figure.entry.id}.html",
            figure.template,
            figure=figure,
            claims=verdicts.about(figure.entry.id, figure.entry.source.claims),
            neighbours=neighbours(in_order, place),
        )


def _tiles(pairs: Sequence[PairResults]) -> Iterator[Tile]:
    """Those of the panels, and every result, which the plots of content and style link to."""
    for pair in pairs:
        for row in panel_tiles(pair):
            yield from filter(None, row)
        yield from map(result_tile, pair.runs)
