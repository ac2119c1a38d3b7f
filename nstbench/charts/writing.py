"""The files of one chart: the measured table, the drawing, a thumbnail, and how it was measured."""

import io
import json
import time
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from nstbench.charts.analyses import analysis
from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.chart import Chart
from nstbench.charts.style import TYPOGRAPHY, label_short_logarithmic_axes
from nstbench.charts.thumbnail import SIZE
from nstbench.core.files import write_text, written_whole
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import save_picture
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
    materials = _materials(chart, planned, profile, manifest, results)
    started = time.perf_counter()
    table = analysis(chart.analysis).measure(materials)
    seconds = time.perf_counter() - started
    with written_whole(table_file(results, chart.id)) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g")
    _draw(analysis(chart.analysis), table, chart.id, reports)
    facts = {
        "chart": chart.model_dump(),
        "profile": profile.model_dump(),
        "pictures": _pictures(materials),
        "runs": [run.planned.run.id for run in materials.runs],
        "weights": _weights(materials),
        "device": str(materials.hardware.device),
        "precision": materials.hardware.precision,
        "seconds": round(seconds, 2),
        "findings": analysis(chart.analysis).findings(table),
    }
    write_text(facts_file(reports, chart.id), json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def table_file(results: Path, id: str) -> Path:
    return results / "charts" / f"{id}.csv"


def drawing_file(reports: Path, id: str) -> Path:
    return reports / "figures" / f"{id}.svg"


def facts_file(reports: Path, id: str) -> Path:
    return reports / "figures" / f"{id}.json"


def _materials(
    chart: Chart, planned: Sequence[PlannedRun], profile: Profile, manifest: Manifest, results: Path
) -> Materials:
    from nstbench.core.hardware import resolve

    folder = results / "pictures"
    return Materials(
        parameters=chart.typed_parameters(),
        pictures={name: folder / f"{manifest.available(name)}.png" for name in chart.pictures},
        curves={id: results / "networks" / f"{id}.csv" for id in chart.trainings},
        # Pairs with one stand-in have the same runs.
        runs=[
            FinishedRun.of(entry, results) for entry in {entry.run.id: entry for entry in planned}.values()
        ],
        folder=folder,
        size=profile.size,
        weights=profile.weights,
        hardware=resolve(precision=profile.precision),
    )


def _pictures(materials: Materials) -> dict[str, str]:
    """The pictures that were measured or that runs were made from: the name asked for, and the one used."""
    pairs = [(run.planned.asked, run.planned.used) for run in materials.runs]
    contents = {asked.content: used.content for asked, used in pairs}
    styles = {asked.style: used.style for asked, used in pairs}
    return {name: file.stem for name, file in materials.pictures.items()} | contents | styles


def _weights(materials: Materials) -> list[str]:
    """Where the weights come from of the networks of the runs, or of the one that the parameters name."""
    if materials.runs:
        return weights_used(materials.runs)
    backbone = getattr(materials.parameters, "backbone", None)
    return [weights_phrase(materials.weights, backbone)] if backbone else []


def _draw(drawn: Analysis, table: pd.DataFrame, id: str, reports: Path) -> None:
    with matplotlib.rc_context(TYPOGRAPHY):
        figure = Figure(figsize=drawn.inches, layout="constrained")
        drawn.draw(table, figure)
        label_short_logarithmic_axes(figure)
        with written_whole(drawing_file(reports, id)) as temporary:
            figure.savefig(temporary, metadata={"Date": None})
        pixels = io.BytesIO()
        figure.savefig(pixels, format="png", dpi=DOTS_PER_INCH)
    with Image.open(pixels) as picture:
        save_picture(_thumbnail(picture.convert("RGB")), reports / "figures" / f"{id}.thumb.jpg")


def _thumbnail(picture: Image.Image) -> Image.Image:
    """The whole drawing in the middle of a thumbnail."""
    sheet = Image.new("RGB", SIZE, "white")
    picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
    sheet.paste(picture, ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2))
    return sheet
