"""The pictures of a panel with their captions."""

from dataclasses import dataclass
from math import ceil

from PIL import Image

from nstbench.experiments.experiment import IMAGE_TILES, arm_and_snapshot
from nstbench.experiments.finished import FinishedRun
from nstbench.images.pictures import load_picture
from nstbench.reporting.exhibit import Exhibit
from nstbench.reporting.quantities import counted, scientific

CANONICAL_RATIO = "canonical \N{GREEK SMALL LETTER ALPHA}/β"
SMALLEST_SIDE = 240  # Pixels that a caption needs; smaller pictures are enlarged by a whole factor.


@dataclass(frozen=True)
class Tile:
    """A square picture, what it is, and what a reader should know of it."""

    picture: Image.Image
    caption: str
    note: str


def tile_rows(exhibit: Exhibit) -> list[list[Tile | None]]:
    """The tiles as the experiment lays them out, all of one size; None leaves a gap."""
    size = max(run.planned.run.size for run in exhibit.shown.values())
    side = size * ceil(SMALLEST_SIDE / size)
    return [
        [_tile(exhibit, name, side) if name else None for name in row]
        for row in exhibit.experiment.panel.rows
    ]


def caption_and_note(run: FinishedRun, snapshot: int) -> tuple[str, str]:
    """What stands below the result of a run (snapshot 0), or below a picture of its way.

    The note is the canonical ratio of content to style, where the method has one.
    """
    if snapshot:
        return f"after {counted(run.planned.run.snapshots_at[snapshot - 1], 'evaluation')}", ""
    ratio = run.canonical_ratio
    return run.planned.arm.caption, "" if ratio is None else f"{CANONICAL_RATIO} = {scientific(ratio)}"


def _tile(exhibit: Exhibit, name: str, side: int) -> Tile:
    if name in IMAGE_TILES:
        return _image_tile(exhibit, name, side)
    arm, number = arm_and_snapshot(name)
    run = exhibit.shown[arm]
    file = run.folder.snapshots[run.planned.run.snapshots_at[number - 1]] if number else run.folder.image
    picture = load_picture(file, run.planned.run.size, square=True)
    return Tile(_enlarged(picture, side), *caption_and_note(run, number))


def _image_tile(exhibit: Exhibit, role: str, side: int) -> Tile:
    planned = exhibit.runs[0].planned
    wanted, used = getattr(planned.asked, role), getattr(planned.used, role)
    picture = load_picture(exhibit.results / "pictures" / f"{used}.png", planned.run.size, square=True)
    note = role if used == wanted else f"{role}, stand-in for {exhibit.manifest[wanted].title}"
    return Tile(_enlarged(picture, side), exhibit.manifest[used].title, note)


def _enlarged(picture: Image.Image, side: int) -> Image.Image:
    return picture.resize((side, side), Image.Resampling.BICUBIC)
