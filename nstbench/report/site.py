"""The site below reports/, readable from files and without a network: an overview and a page per figure."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nstbench.charts.chart import Chart
from nstbench.core.number_format import counted, duration
from nstbench.images.manifest import Manifest
from nstbench.methods import methods
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.usage import weights_used
from nstbench.report.addresses import page_file
from nstbench.report.chart_section import ChartSection, make_chart_section
from nstbench.report.chart_table import publish_table
from nstbench.report.documents import Document, documents, neighbours, notebook_address
from nstbench.report.exhibit import Exhibit, exhibits
from nstbench.report.explanations import explanations
from nstbench.report.gallery import write_tiles
from nstbench.report.pages import Pages
from nstbench.report.provenance import pictures_used, provenance
from nstbench.report.score_table import read_scores
from nstbench.report.section import Section, make_section
from nstbench.report.tiles import TileSource, result_tile, tile_sources
from nstbench.report.verdicts.records import Claim, Verdicts, read_verdicts
from nstbench.report.verdicts.tally import tally


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
    shown = [exhibits(experiment, planned, profile, manifest, results) for experiment in experiments]
    figures = [exhibit for pairs in shown for exhibit in pairs]
    runs = _distinct_runs(figures)
    sections: list[Section | ChartSection] = [
        *(make_section(pairs, scores, reports) for pairs in shown if pairs),
        *(make_chart_section(chart, profile, manifest, results, reports) for chart in charts),
    ]
    grouped = documents(sections, verdicts.claims, reports)
    in_order = [section for document in grouped for section in document.sections]
    write_tiles(_tiles(figures), reports)
    for chart in charts:
        publish_table(results, reports, chart.id)
    shared = _shared(verdicts.claims, in_order, grouped, profile)
    pages = Pages(reports, shared | {"claims_notebook": notebook_address("claims", reports)})
    pages.write(
        "index.html",
        counts=[counted(len(sections), "figure"), counted(len(runs), "picture")],
        computing=duration(sum(run.record["seconds"] for run in runs)),
        weights=weights_used(runs),
        tally=tally(verdicts.claims),
    )
    pages.write(
        "provenance.html",
        provenance=provenance(runs, profile, commit),
        pictures=pictures_used(runs, (name for chart in charts for name in chart.pictures), manifest),
    )
    pages.write("claims.html", tally=tally(verdicts.claims))
    pages.write("contradictions.html", contradictions=verdicts.contradictions)
    pages.write("methods.html", explanations=explanations(), methods=methods().values())
    _write_figure_pages(pages, in_order, verdicts, reports)


def _write_figure_pages(
    pages: Pages, in_order: Sequence[Section | ChartSection], verdicts: Verdicts, reports: Path
) -> None:
    for place, section in enumerate(in_order):
        id = section.entry.id
        pages.write(
            f"figures/{page_file(reports, id).name}",
            template=section.template,
            section=section,
            claims=verdicts.about(id, section.entry.source.claims),
            neighbours=neighbours(in_order, place),
        )


def _shared(
    claims: Sequence[Claim],
    sections: Sequence[Section | ChartSection],
    grouped: Sequence[Document],
    profile: Profile,
) -> dict[str, Any]:
    """What every page may refer to."""
    return {
        "profile": profile,
        "documents": grouped,
        "claims_by_id": {claim.id: claim for claim in claims},
        "titles": {section.entry.id: section.entry.title for section in sections},
    }


def _tiles(figures: Sequence[Exhibit]) -> Iterator[TileSource]:
    """Those of the panels, and every result, which the planes of content and style link to."""
    for exhibit in figures:
        for row in tile_sources(exhibit):
            yield from filter(None, row)
        yield from map(result_tile, exhibit.runs)


def _distinct_runs(figures: Sequence[Exhibit]) -> list[FinishedRun]:
    """Each run once, though several figures may show it."""
    return list({run.planned.run.id: run for exhibit in figures for run in exhibit.runs}.values())
