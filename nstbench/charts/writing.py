"""The files of one chart: the measured table, the drawing, a thumbnail, and how it was measured."""

import io
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from nstbench.charts.base import ChartKind, Materials
from nstbench.charts.chart import Chart
from nstbench.charts.style import THUMBNAIL, TYPOGRAPHY, label_short_logarithmic_axes
from nstbench.core.files import write_text, written_whole
from nstbench.core.number_format import span
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import THUMBNAIL_QUALITY, save_picture
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.usage import weights_phrase, weights_used

DOTS_PER_INCH = 96


def write_chart(
    chart: Chart,
    planned: Sequence[PlannedRun],
    profile: Profile,
    manifest: Manifest,
    results: Path,
    reports: Path,
) -> None:
    """Measure, and write results/charts/<id>.csv and reports/figures/<id>.svg, .thumb.jpg and .json.

    `planned` are the runs of the chart's experiment; InputError names one that is not there.
    """
    from nstbench.core.hardware import resolve

    kind = chart.configured(profile.brief)
    folder = results / "pictures"
    # Pairs with one stand-in have the same runs.
    distinct = {entry.run.id: entry for entry in planned}.values()
    materials = Materials(
        pictures={name: folder / f"{manifest.available(name)}.png" for name in chart.pictures},
        curves={id: results / "networks" / f"{id}.csv" for id in chart.trainings},
        runs=[FinishedRun.of(entry, results) for entry in distinct],
        folder=folder,
        size=profile.size,
        weights=profile.weights,
        hardware=resolve(precision=profile.precision),
    )
    started = time.perf_counter()
    table = kind.measure(materials)
    seconds = time.perf_counter() - started
    with written_whole(table_file(results, chart.id)) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g")
    _draw(kind, table, chart.id, reports)
    # The content or style that was asked for, and the one that a run was made from.
    pairs = [(run.planned.asked, run.planned.used) for run in materials.runs]
    substituted = {asked.content: used.content for asked, used in pairs}
    substituted |= {asked.style: used.style for asked, used in pairs}
    weights = [weights_phrase(profile.weights, kind.weights_of)] if kind.weights_of else []
    facts = {
        "chart": chart.model_dump(),
        "profile": profile.model_dump(),
        "pictures": {name: file.stem for name, file in materials.pictures.items()} | substituted,
        "runs": [run.planned.run.id for run in materials.runs],
        "weights": weights_used(materials.runs) or weights,
        "size": span([entry.run.size for entry in distinct] or [profile.size]),
        "device": str(materials.hardware.device),
        "precision": materials.hardware.precision,
        "seconds": round(seconds, 2),
        "findings": kind.findings(table),
    }
    write_text(facts_file(reports, chart.id), json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def table_file(results: Path, id: str) -> Path:
    """The measured numbers."""
    return results / "charts" / f"{id}.csv"


def drawing_file(reports: Path, id: str) -> Path:
    """The drawing."""
    return reports / "figures" / f"{id}.svg"


def facts_file(reports: Path, id: str) -> Path:
    """How it was measured, and what was found, in sentences."""
    return reports / "figures" / f"{id}.json"


def _draw(kind: ChartKind, table: pd.DataFrame, id: str, reports: Path) -> None:
    """The drawing, and its thumbnail: the whole drawing in the middle."""
    pixels = io.BytesIO()
    with drawing(kind, table) as figure:
        with written_whole(drawing_file(reports, id)) as temporary:
            figure.savefig(temporary, metadata={"Date": None})
        figure.savefig(pixels, format="png", dpi=DOTS_PER_INCH)
    sheet = Image.new("RGB", THUMBNAIL, "white")
    with Image.open(pixels) as drawn:
        small = drawn.convert("RGB")
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    sheet.paste(small, ((THUMBNAIL[0] - small.width) // 2, (THUMBNAIL[1] - small.height) // 2))
    save_picture(sheet, reports / "figures" / f"{id}.thumb.jpg", THUMBNAIL_QUALITY)


@contextmanager
def drawing(kind: ChartKind, table: pd.DataFrame) -> Iterator[Figure]:
    """A measured table as a figure, in the style of all charts, which also holds while it is saved."""
    with matplotlib.rc_context(TYPOGRAPHY):
        figure = Figure(figsize=kind.inches, layout="constrained")
        kind.draw(table, figure)
        label_short_logarithmic_axes(figure)
        yield figure
