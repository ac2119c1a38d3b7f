"""The files of one figure: a panel per pair, a thumbnail, the loss curves, and the sidecar."""

from collections.abc import Sequence
from pathlib import Path

from nstbench.core.errors import InputError
from nstbench.core.files import write_text, written_whole
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import save_picture
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.report.curves import save_curves
from nstbench.report.exhibit import exhibits
from nstbench.report.panel import draw_panel
from nstbench.report.sidecar import sidecar
from nstbench.report.thumbnail import draw_thumbnail


def write_figure(
    experiment: Experiment,
    planned: Sequence[PlannedRun],
    profile: Profile,
    manifest: Manifest,
    results: Path,
    reports: Path,
) -> None:
    """Write reports/figures/<id>.png (further pairs <id>.2.png, ...), .thumb.jpg, .curves.svg and .json.

    Reads results/runs and results/pictures; raises InputError naming a run that is not there.
    """
    figures = exhibits(experiment, planned, profile, manifest, results)
    if not figures:
        raise InputError(f"experiment {experiment.id!r} has no planned runs; check its pairs and the profile")
    for number, exhibit in enumerate(figures, 1):
        save_picture(draw_panel(exhibit), panel_file(reports, experiment.id, number))
    save_picture(draw_thumbnail(figures[0]), thumbnail_file(reports, experiment.id))
    with written_whole(curves_file(reports, experiment.id)) as temporary:
        save_curves(figures[0], temporary)
    write_text(reports / "figures" / f"{experiment.id}.json", sidecar(figures))


def panel_file(reports: Path, experiment: str, number: int = 1) -> Path:
    """The panel of an experiment's pair `number`, counted from 1."""
    return reports / "figures" / (f"{experiment}.png" if number == 1 else f"{experiment}.{number}.png")


def thumbnail_file(reports: Path, experiment: str) -> Path:
    return reports / "figures" / f"{experiment}.thumb.jpg"


def curves_file(reports: Path, experiment: str) -> Path:
    return reports / "figures" / f"{experiment}.curves.svg"
