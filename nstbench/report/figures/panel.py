"""The panel of a pair as one picture: title, what was used, and rows of equal tiles; and its thumbnail."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from math import ceil
from typing import Protocol

from PIL import Image

from nstbench.charts.style import THUMBNAIL, THUMBNAIL_GAP, THUMBNAIL_SIDE
from nstbench.pipeline.usage import usage_lines
from nstbench.report.figures.pair_results import PairResults
from nstbench.report.figures.tiles import Tile, panel_tiles
from nstbench.report.figures.typography import Face, Paragraph, paragraph

GROUND, INK, MUTED = "#ffffff", "#1b1b1a", "#62625e"
NARROWEST = 640
SMALLEST_EM = 13
EM = 0.014  # of the panel's width, so that text is legible when a wide panel is shown on 1000 pixels.
SMALLEST_SIDE = 192  # Pixels that a caption needs; smaller pictures are enlarged by a whole factor.


class _Block(Protocol):
    """A part of a panel; a panel is blocks below one another."""

    @property
    def height(self) -> int: ...

    def draw(self, sheet: Image.Image, left: int, top: int) -> None: ...


@dataclass(frozen=True)
class _Space:
    """Nothing, `height` pixels of it."""

    height: int

    def draw(self, sheet: Image.Image, left: int, top: int) -> None:
        """Leave the ground as it is."""


@dataclass(frozen=True)
class _TileRow:
    """Pictures side by side, `pitch` pixels from left edge to left edge, with texts `space` pixels below."""

    cells: list[tuple[Image.Image, list[Paragraph]] | None]
    pitch: int
    space: int

    @property
    def height(self) -> int:
        heights = [
            picture.height + self.space + sum(text.height for text in texts)
            for picture, texts in filter(None, self.cells)
        ]
        return max(heights, default=0)

    def draw(self, sheet: Image.Image, left: int, top: int) -> None:
        for column, cell in enumerate(self.cells):
            if cell:
                picture, texts = cell
                across, below = left + column * self.pitch, top + picture.height + self.space
                sheet.paste(picture, (across, top))
                for text in texts:
                    text.draw(sheet, across, below)
                    below += text.height


def draw_panel(pair: PairResults) -> Image.Image:
    """The panel of one pair, as the experiment lays it out."""
    rows = panel_tiles(pair)
    side, columns = tile_side(pair), max(map(len, rows))
    em = max(SMALLEST_EM, round(columns * side * EM))
    pitch = side + max(side // 14, em)
    width = max(NARROWEST, columns * pitch - (pitch - side))
    experiment, text = pair.experiment, Face(em, INK)
    blocks: list[_Block] = [
        paragraph(experiment.title, Face(round(1.6 * em), INK, bold=True), width),
        _Space(em // 3),
        paragraph(f"{experiment.source.document}, {experiment.source.figure}", text, width),
    ]
    for line in usage_lines(pair.runs, pair.profile, pair.manifest):
        blocks.append(paragraph(line, Face(em, MUTED), width))
    blocks += _rows(pair, rows, em, side, pitch)
    margin = 2 * em
    sheet = Image.new("RGB", (width + 2 * margin, sum(block.height for block in blocks) + 2 * margin), GROUND)
    top = margin
    for block in blocks:
        block.draw(sheet, margin, top)
        top += block.height
    return sheet


def draw_thumbnail(pair: PairResults) -> Image.Image:
    """Three tiles of the panel side by side: the first, the middle and the last."""
    tiles = [tile for row in panel_tiles(pair) for tile in row if tile]
    last, side = len(tiles) - 1, tile_side(pair)
    sheet = Image.new("RGB", THUMBNAIL, "white")
    for column, place in enumerate(sorted({0, last // 2, last})):
        small = tiles[place].enlarged(side).resize((THUMBNAIL_SIDE,) * 2, Image.Resampling.LANCZOS)
        sheet.paste(small, (column * (THUMBNAIL_SIDE + THUMBNAIL_GAP), 0))
    return sheet


def tile_side(pair: PairResults) -> int:
    """The side of every tile of a panel: that of the largest run, or a multiple of it."""
    size = max(run.planned.run.size for run in pair.shown.values())
    return size * ceil(SMALLEST_SIDE / size)


def _rows(
    pair: PairResults, rows: list[list[Tile | None]], em: int, side: int, pitch: int
) -> Iterator[_Block]:
    titles = pair.experiment.panel.row_titles[: len(rows)]
    for tiles, title in zip_longest(rows, titles):
        yield _Space(round(1.5 * em))
        if title:
            yield paragraph(title, Face(em, INK, bold=True), pitch * len(tiles))
            yield _Space(em // 3)
        cells = [
            (
                tile.enlarged(side),
                [paragraph(tile.caption, Face(em, INK), side), paragraph(tile.note, Face(em, MUTED), side)],
            )
            if tile
            else None
            for tile in tiles
        ]
        yield _TileRow(cells, pitch, space=em // 2)
