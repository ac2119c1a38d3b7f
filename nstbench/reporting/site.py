"""The static page: reports/index.html, readable from a file and without a network."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from nstbench.experiments.chart import Chart
from nstbench.experiments.experiment import Experiment
from nstbench.experiments.family import family
from nstbench.experiments.finished import FinishedRun
from nstbench.experiments.plan import PlannedRun
from nstbench.experiments.profile import Profile
from nstbench.files import write_text
from nstbench.images.manifest import Manifest
from nstbench.reporting.chart_section import ChartSection, make_chart_section
from nstbench.reporting.exhibit import exhibits
from nstbench.reporting.provenance import provenance
from nstbench.reporting.quantities import counted, duration, scientific
from nstbench.reporting.score_table import read_scores
from nstbench.reporting.section import Section, make_section
from nstbench.reporting.templating import environment
from nstbench.reporting.usage import weights_used


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
    """Write reports/index.html from results/ and reports/figures/; InputError names what is missing."""
    scores = read_scores(results / "scores.csv")
    shown = [exhibits(experiment, planned, profile, manifest, results) for experiment in experiments]
    sections = [make_section(figures, scores, reports) for figures in shown if figures]
    drawn = [make_chart_section(chart, profile, manifest, results, reports) for chart in charts]
    runs = _distinct_runs(run for figures in shown for exhibit in figures for run in exhibit.runs)
    documents = _by_document([*sections, *drawn])
    templates = environment()
    templates.filters["scientific"] = scientific
    html = templates.get_template("page.html.j2").render(
        documents=documents,
        notebooks=_notebooks(documents, reports),
        counts=[counted(len(sections) + len(drawn), "figure"), counted(len(runs), "picture")],
        computing=duration(sum(run.record["seconds"] for run in runs)),
        profile=profile,
        weights=weights_used(runs),
        provenance=provenance(runs, profile, commit),
    )
    write_text(reports / "index.html", html)


def _by_document(sections: Iterable[Section | ChartSection]) -> dict[str, list[Section | ChartSection]]:
    grouped: dict[str, list[Section | ChartSection]] = {}
    for section in sections:
        grouped.setdefault(section.entry.source.document, []).append(section)
    return grouped


def _notebooks(documents: Iterable[str], reports: Path) -> dict[str, str]:
    """The address of each document's notebook, less its suffix, where there is one."""
    addresses = {document: f"notebooks/{family(document)}" for document in documents}
    return {
        document: address
        for document, address in addresses.items()
        if (reports / f"{address}.html").is_file()
    }


def _distinct_runs(runs: Iterable[FinishedRun]) -> list[FinishedRun]:
    """Each run once, though several figures may show it."""
    return list({run.planned.run.id: run for run in runs}.values())
