"""The pictures of a panel with their captions."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from PIL import Image

from nstbench.core.number_format import counted, scientific
from nstbench.images.pictures import load_picture
from nstbench.pipeline.experiment import IMAGE_TILES, arm_and_snapshot
from nstbench.pipeline.finished import FinishedRun
from nstbench.report.exhibit import Exhibit

CANONICAL_RATIO = "canonical \N{GREEK SMALL LETTER ALPHA}/β"
SMALLEST_SIDE = 240  # Pixels that a caption needs; smaller pictures are enlarged by a whole factor.


@dataclass(frozen=True)
class TileSource:
    """The file of a picture, the side of the square that is shown, what it is and what to know of it.

    `name` tells it from every other tile of the report; `run` is the run that it came from, if it did.
    """

    name: str
    file: Path
    size: int
    caption: str
    note: str
    run: FinishedRun | None = None

    @property
    def picture(self) -> Image.Image:
        """`size` x `size` pixels, as the run saw or made it."""
        return load_picture(self.file, self.size, square=True)


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
    return [[_drawn(source, side) if source else None for source in row] for row in tile_sources(exhibit)]


def tile_sources(exhibit: Exhibit) -> list[list[TileSource | None]]:
    """What the tiles are made from, as the experiment lays them out; None leaves a gap."""
    return [[_tile(exhibit, name) if name else None for name in row] for row in exhibit.experiment.panel.rows]


def result_tile(run: FinishedRun, snapshot: int = 0) -> TileSource:
    """The result of a run (snapshot 0), or a picture of its way."""
    planned = run.planned.run
    caption, note = caption_and_note(run, snapshot)
    if not snapshot:
        return TileSource(planned.id, run.image, planned.size, caption, note, run)
    evaluation = planned.snapshots_at[snapshot - 1]
    file = run.snapshots[evaluation]
    return TileSource(f"{planned.id}-{evaluation}", file, planned.size, caption, note, run)


def caption_and_note(run: FinishedRun, snapshot: int) -> tuple[str, str]:
    """What stands below the result of a run (snapshot 0), or below a picture of its way.

    The note is the canonical ratio of content to style, where the method has one.
    """
    if snapshot:
        return f"after {counted(run.planned.run.snapshots_at[snapshot - 1], 'evaluation')}", ""
    ratio = run.canonical_ratio
    return run.planned.arm.caption, "" if ratio is None else f"{CANONICAL_RATIO} = {scientific(ratio)}"


def _tile(exhibit: Exhibit, name: str) -> TileSource:
    if name in IMAGE_TILES:
        return _image_tile(exhibit, name)
    arm, number = arm_and_snapshot(name)
    return result_tile(exhibit.shown[arm], number)


def _image_tile(exhibit: Exhibit, role: str) -> TileSource:
    planned = exhibit.runs[0].planned
    wanted, used = getattr(planned.asked, role), getattr(planned.used, role)
    file, size = exhibit.results / "pictures" / f"{used}.png", planned.run.size
    note = role if used == wanted else f"{role}, stand-in for {exhibit.manifest[wanted].title}"
    return TileSource(f"{used}-{size}", file, size, exhibit.manifest[used].title, note)


def _drawn(source: TileSource, side: int) -> Tile:
    enlarged = source.picture.resize((side, side), Image.Resampling.BICUBIC)
    return Tile(enlarged, source.caption, source.note)
