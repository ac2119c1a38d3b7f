"""The files of an experiment's figure: where they lie, and writing all of them."""

from collections.abc import Sequence
from pathlib import Path

from nstbench.core.errors import InputError
from nstbench.core.files import write_text, written_whole
from nstbench.core.strict_json import to_json
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import THUMBNAIL_QUALITY, save_picture
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.report.figures.curves import draw_curves
from nstbench.report.figures.drawings import png
from nstbench.report.figures.pair_results import PairResults, results_by_pair
from nstbench.report.figures.panel import draw_panel, draw_thumbnail

# A panel is looked at as a whole; its tiles are at hand in more detail.
PANEL_QUALITY = 85


def write_figure(
    experiment: Experiment,
    planned: Sequence[PlannedRun],
    profile: Profile,
    manifest: Manifest,
    results: Path,
    reports: Path,
) -> None:
    """Write reports/figures/<id>.jpg (then <id>.2.jpg, ...), .thumb.jpg, .curves.png and .json.

    Reads results/runs and results/pictures; raises InputError naming a run that is not there.
    """
    pairs = results_by_pair(experiment, planned, profile, manifest, results)
    if not pairs:
        raise InputError(f"experiment {experiment.id!r} has no planned runs; check its pairs and the profile")
    for number, pair in enumerate(pairs, 1):
        save_picture(draw_panel(pair), panel_file(reports, experiment.id, number), PANEL_QUALITY)
    save_picture(draw_thumbnail(pairs[0]), thumbnail_file(reports, experiment.id), THUMBNAIL_QUALITY)
    with written_whole(curves_file(reports, experiment.id)) as temporary:
        temporary.write_bytes(png(draw_curves(pairs[0])))
    write_text(record_file(reports, experiment.id), figure_record(pairs))


def panel_file(reports: Path, experiment: str, number: int = 1) -> Path:
    """The panel of an experiment's pair `number`, counted from 1."""
    return reports / "figures" / (f"{experiment}.jpg" if number == 1 else f"{experiment}.{number}.jpg")


def thumbnail_file(reports: Path, id: str) -> Path:
    """The small picture that stands for an experiment or a chart on the first page."""
    return reports / "figures" / f"{id}.thumb.jpg"


def curves_file(reports: Path, experiment: str) -> Path:
    """The loss curves of an experiment's first pair."""
    return reports / "figures" / f"{experiment}.curves.png"


def record_file(reports: Path, experiment: str) -> Path:
    """What decided each run of an experiment's figure, and what came out."""
    return reports / "figures" / f"{experiment}.json"


def figure_record(pairs: Sequence[PairResults]) -> str:
    """Everything that decided the runs of a figure, and their outcomes.

    It is strict JSON; infinities and NaN are written as text.
    """
    experiment, profile = pairs[0].experiment, pairs[0].profile
    runs = [run for pair in pairs for run in pair.runs]
    content = {
        "experiment": experiment.id,
        "title": experiment.title,
        "source": experiment.source.model_dump(),
        "panel": experiment.panel.model_dump(),
        "profile": profile.model_dump(),
        "tiles": [
            {
                "pair": run.planned.pair.model_dump(),
                "truth": run.planned.truth,
                "arm": run.planned.arm.id,
                "caption": run.planned.arm.caption,
                "run": run.planned.run.id,
                "seed": run.planned.run.seed,
                "settings": run.planned.run.model_dump(),
                "canonical_ratio": run.canonical_ratio,
                "evaluations": run.record["evaluations"],
                "device": run.record["device"],
                "precision": run.record["precision"],
                "seconds": run.record["seconds"],
                "final_losses": run.record["final_losses"],
            }
            for run in runs
        ],
    }
    return to_json(content) + "\n"
