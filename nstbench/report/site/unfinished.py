"""The first page before all is made: the figures so far, and a place for each that is still to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nstbench.charts.chart import Chart
from nstbench.charts.writing import drawing_file
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.seals import seal_file
from nstbench.report.figures.files import panel_file, thumbnail_file
from nstbench.report.site.addresses import relative, snakemake_command
from nstbench.report.site.templating import Pages

# The job that makes the whole site; it has a seal as long as that stands.
SITE_JOB = "report"


@dataclass(frozen=True)
class Place:
    """The place of a figure: addresses of its picture and thumbnail, which are there when it `is_made`."""

    entry: Experiment | Chart
    picture: str
    thumbnail: str
    is_made: bool


def write_unfinished(
    entries: Iterable[Experiment | Chart],
    profile: Profile,
    results: Path,
    reports: Path,
    at_work: bool = True,
) -> None:
    """Write reports/index.html with the figures made so far; a whole site is left alone.

    No seal knows this page, so nobody takes it for the site or for damage. `at_work` is False when the
    pipeline has ended.
    """
    entries = list(entries)
    written: list[Place] = []
    # Again when another job has finished a figure meanwhile: its page may be written before this one.
    while not seal_file(results, SITE_JOB).exists() and written != (places := _places(entries, reports)):
        documents: dict[str, list[Place]] = {}
        for place in places:
            documents.setdefault(place.entry.source.document, []).append(place)
        pages = Pages(reports, profile=profile, navigation={"index.html": "Overview"})
        pages.write(
            "index.html",
            "unfinished.html.j2",
            documents=documents,
            made=sum(place.is_made for place in places),
            total=len(places),
            at_work=at_work,
            command=snakemake_command("", profile),
        )
        written = places


def _places(entries: Iterable[Experiment | Chart], reports: Path) -> list[Place]:
    places = []
    for entry in entries:
        thumbnail = thumbnail_file(reports, entry.id)
        # Both are written before the thumbnail.
        picture = (drawing_file if isinstance(entry, Chart) else panel_file)(reports, entry.id)
        addresses = relative(picture, reports), relative(thumbnail, reports)
        places.append(Place(entry, *addresses, thumbnail.is_file()))
    return places
