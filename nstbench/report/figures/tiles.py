"""The pictures of a panel with their captions, laid out as the experiment says."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from nstbench.core.files import written_whole
from nstbench.core.number_format import counted, scientific
from nstbench.images.pictures import load_picture
from nstbench.pipeline.experiment import IMAGE_TILES, arm_and_snapshot
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.usage import distinct
from nstbench.report.figures.pair_results import PairResults

CANONICAL_RATIO = "canonical \N{GREEK SMALL LETTER ALPHA}/β"
JPEG_QUALITY = 90
# What networks are called where a panel shows several kinds.
KINDS = {
    "original": "the original network",
    "imagenet": "trained on ImageNet",
    "embedded": "a student, half as wide",
    "random": "untrained",
    "random-half": "untrained, half as wide",
}


@dataclass(frozen=True)
class Tile:
    """A picture of a panel: its file, the side of the square that is shown, its caption and a note.

    `name` is unique in the report. `run` made the picture; it is None for content, style and truth.
    """

    name: str
    file: Path
    size: int
    caption: str
    note: str
    run: FinishedRun | None = None

    @property
    def picture(self) -> Image.Image:
        """`size` x `size` pixels, as the run saw or made it; InputError when the file is not there."""
        return load_picture(self.file, self.size, square=True)

    def enlarged(self, side: int) -> Image.Image:
        """The picture at `side` x `side` pixels."""
        return self.picture.resize((side, side), Image.Resampling.BICUBIC)

    def alt_text(self, pair: str) -> str:
        """The text alternative; `pair` is the title of the pair that a result belongs to."""
        return f"{pair}: {self.caption}" if self.run else f"{self.caption}, {self.note}"


def panel_tiles(pair: PairResults) -> list[list[Tile | None]]:
    """The tiles of a panel in rows; None leaves a gap."""
    return [[_tile(pair, name) if name else None for name in row] for row in pair.experiment.panel.rows]


def result_tile(run: FinishedRun, snapshot: int = 0) -> Tile:
    """The result of a run (snapshot 0), or one of its snapshots, counted from 1.

    The note of a result is the canonical ratio of content to style, where the method has one.
    """
    planned = run.planned.run
    if snapshot:
        evaluation = planned.snapshots_at[snapshot - 1]
        caption = f"after {counted(evaluation, 'evaluation')}"
        name = f"{planned.id}-{evaluation}"
        return Tile(name, run.snapshots[evaluation], planned.size, caption, "", run)
    ratio = run.canonical_ratio
    note = "" if ratio is None else f"{CANONICAL_RATIO} = {scientific(ratio)}"
    return Tile(planned.id, run.image, planned.size, run.planned.arm.caption, note, run)


def _tile(pair: PairResults, name: str) -> Tile:
    if name not in IMAGE_TILES:
        arm, snapshot = arm_and_snapshot(name)
        tile = result_tile(pair.shown[arm], snapshot)
        parameters = {id: run.planned.run.parameters for id, run in pair.shown.items()}
        weights = {id: str(own["weights"]) for id, own in parameters.items() if "weights" in own}
        if snapshot or arm not in weights or len({*weights.values()}) == 1:
            return tile
        # Which network is real and which learned from another one is no difference to be overlooked.
        kind = KINDS.get(weights[arm], "own weights")
        return replace(tile, note=" · ".join(filter(None, (kind, tile.note))))
    planned = pair.runs[0].planned
    wanted, used = getattr(planned.asked, name), getattr(planned.used, name)
    file, size = pair.results / "pictures" / f"{used}.png", planned.run.size
    note = name if used == wanted else f"{name}, stand-in for {pair.manifest[wanted].title}"
    return Tile(f"{used}-{size}", file, size, pair.manifest[used].title, note)


def pair_title(pair: PairResults) -> str:
    """Content and styles of a pair by their titles."""
    return _title(pair, pair.shown.values())


def panel_description(pair: PairResults) -> str:
    """What the panel shows, as its text alternative."""
    tiles = filter(None, itertools.chain.from_iterable(panel_tiles(pair)))
    results = [(tile.run, tile) for tile in tiles if tile.run]
    captions = [", ".join(filter(None, (tile.caption, tile.note))) for _, tile in results]
    return f"{_title(pair, [run for run, _ in results])}: {'; '.join(captions)}."


def _title(pair: PairResults, runs: Iterable[FinishedRun]) -> str:
    styles = distinct(pair.manifest[run.planned.run.style].title for run in runs)
    return f"{pair.manifest[pair.runs[0].planned.run.content].title} in the style of {', '.join(styles)}"


def tile_file(reports: Path, tile: Tile) -> Path:
    """Where the site has the picture of a tile."""
    return reports / "tiles" / f"{tile.name}.jpg"


def write_tiles(tiles: Iterable[Tile], reports: Path) -> None:
    """Write reports/tiles/<name>.jpg for each distinct tile, at its own size.

    InputError names a picture that is not there.
    """
    for tile in {tile.name: tile for tile in tiles}.values():
        picture = tile.picture
        with written_whole(tile_file(reports, tile)) as temporary:
            # Without chroma subsampling, which would blur the colours of what is enlarged.
            picture.save(temporary, "JPEG", quality=JPEG_QUALITY, subsampling=0)
