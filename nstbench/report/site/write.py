"""Everything below reports/ that the site consists of: the first page, a page per figure, and the rest."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from nstbench.charts.chart import Chart
from nstbench.claims.records import Verdict, read_verdicts
from nstbench.core.files import write_text
from nstbench.core.number_format import counted, duration
from nstbench.images.manifest import Manifest
from nstbench.methods import methods
from nstbench.pipeline.benchmark.configuration import load_benchmark
from nstbench.pipeline.benchmark.records import read_ranking
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import CHECKOUT
from nstbench.pipeline.usage import weights_used
from nstbench.report.figures.pair_results import results_by_pair
from nstbench.report.figures.tiles import Tile, panel_tiles, result_tile, write_tiles
from nstbench.report.site.addresses import notebook_address
from nstbench.report.site.assets import write_assets
from nstbench.report.site.chart_page import make_chart_page
from nstbench.report.site.claim_cards import make_cards
from nstbench.report.site.documents import FigurePage, group_by_document, neighbours
from nstbench.report.site.experiment_page import ExperimentPage, make_experiment_page
from nstbench.report.site.explorer import make_explorer
from nstbench.report.site.front_page import by_verdict, findings, profile_in_words, verdict_map
from nstbench.report.site.methods_page import load_topics
from nstbench.report.site.provenance_page import pictures_used, provenance
from nstbench.report.site.ranking_part import ranked_methods, ranking_in_words
from nstbench.report.site.templating import Pages
from nstbench.report.tables.chart_values import publish_table
from nstbench.report.tables.editions import write_editions
from nstbench.report.tables.scores import read_scores
from nstbench.report.verdicts.counts import count_verdicts

# What of results/ the site offers as files.
DOWNLOADS = ("scores.csv", "claims.csv", "claims.json")


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
    by_experiment = [results_by_pair(one, planned, profile, manifest, results) for one in experiments]
    pairs = [pair for pairs in by_experiment for pair in pairs]
    # Each run once, though several figures may show it.
    runs = list({run.planned.run.id: run for pair in pairs for run in pair.runs}.values())
    figures: list[FigurePage] = [
        *(make_experiment_page(own, scores, reports) for own in by_experiment if own),
        *(make_chart_page(chart, profile, manifest, results, reports) for chart in charts),
    ]
    documents = group_by_document(figures, verdicts, reports)
    in_order = [figure for document in documents for figure in document.figures]
    ranking, ranked = read_ranking(results), []
    if ranking is not None:
        benchmark = load_benchmark(CHECKOUT / "config" / "benchmark.yaml", manifest)
        ranked = ranked_methods(ranking, benchmark, profile, manifest, results)

    of_panels = [tile for pair in pairs for row in panel_tiles(pair) for tile in row if tile]
    # Beside those of the panels every result, because the plots of content and style link to it.
    of_results = map(result_tile, [*runs, *(each.run for each in ranked if each.run)])
    write_tiles([*of_panels, *_scrubbed_tiles(figures), *of_results], reports)
    downloads = [*_publish_tables(charts, results, reports), *write_editions(CHECKOUT, reports)]
    write_assets(reports)
    counts = count_verdicts(verdicts.separate)
    pages = Pages(
        reports,
        profile=profile,
        edition=profile_in_words(profile),
        documents=documents,
        downloads=downloads,
        topics=verdict_map([document for document in documents if document.claims]),
        verdict_counts=counts,
        claims_by_id={claim.id: claim for claim in verdicts.claims},
        claims_notebook=notebook_address("claims", reports),
        titles={figure.entry.id: figure.entry.title for figure in in_order},
    )
    pages.write(
        "provenance.html",
        provenance=provenance(runs, profile, commit),
        pictures=pictures_used(runs, (name for chart in charts for name in chart.pictures), manifest),
    )
    by_id = {figure.entry.id: figure for figure in in_order}
    pages.write("claims.html", cards=make_cards(documents, by_id))
    pages.write("explorer.html", explorer=make_explorer(by_experiment, scores, profile.judge))
    pages.write("contradictions.html", contradictions=verdicts.contradictions)
    pages.write("methods.html", topics=load_topics(), methods=methods().values())
    for place, figure in enumerate(in_order):
        id, around = figure.entry.id, neighbours(in_order, place)
        claims = verdicts.about(id, figure.entry.source.claims)
        pages.write(f"figures/{id}.html", figure.template, figure=figure, claims=claims, neighbours=around)
    # Last, because it leads to all of them.
    pages.write(
        "index.html",
        sizes=[counted(len(figures), "figure"), counted(len(runs), "picture")],
        computing=duration(sum(run.record["seconds"] for run in runs)),
        weights=weights_used(runs),
        findings=[*filter(None, [ranking_in_words(ranked)]), *findings(verdicts, documents, counts)],
        ranked=ranked,
        verdict_lists={
            "What fell, and why": by_verdict(documents, Verdict.CONTRADICTED),
            "What holds, and on what grounds": by_verdict(documents, Verdict.SUPPORTED),
        },
    )


def _scrubbed_tiles(figures: Iterable[FigurePage]) -> list[Tile]:
    """What descents had reached on their way, where a page lets its reader go through it."""
    return [
        frame.tile
        for figure in figures
        if isinstance(figure, ExperimentPage) and figure.scrubber
        for frames in figure.scrubber.frames.values()
        for frame in frames
    ]


def _publish_tables(charts: Iterable[Chart], results: Path, reports: Path) -> list[str]:
    """The tables of charts, and DOWNLOADS, whose addresses are returned."""
    for chart in charts:
        publish_table(results, reports, chart.id)
    downloads = []
    for file in filter(Path.is_file, (results / name for name in DOWNLOADS)):
        write_text(reports / "tables" / file.name, file.read_text(encoding="utf-8"))
        downloads.append(f"tables/{file.name}")
    return downloads
