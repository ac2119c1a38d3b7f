"""The panel of a figure: a title, what was used, and rows of equal tiles with their captions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from PIL import Image

from nstbench.pipeline.usage import usage_lines
from nstbench.report.exhibit import Exhibit
from nstbench.report.tiles import Tile, tile_rows
from nstbench.report.typography import Face, Paragraph, paragraph

GROUND, INK, MUTED = "#ffffff", "#1b1b1a", "#62625e"
NARROWEST = 640
SMALLEST_EM = 13
EM = 0.014  # of the panel's width, so that text is legible when a wide panel is shown on 1000 pixels.


class Block(Protocol):
    """A part of a panel; a panel is blocks below one another."""

    @property
    def height(self) -> int: ...

    def draw(self, sheet: Image.Image, left: int, top: int) -> None: ...


@dataclass(frozen=True)
class TileRow:
    """Tiles side by side, `pitch` pixels apart from left edge to left edge."""

    tiles: Sequence["CaptionedTile | None"]
    pitch: int

    @property
    def height(self) -> int:
        return max((tile.height for tile in self.tiles if tile), default=0)

    def draw(self, sheet: Image.Image, left: int, top: int) -> None:
        for column, tile in enumerate(self.tiles):
            if tile:
                tile.draw(sheet, left + column * self.pitch, top)


@dataclass(frozen=True)
class CaptionedTile:
    """A picture with paragraphs beneath it."""

    picture: Image.Image
    paragraphs: tuple[Paragraph, ...]

    @property
    def height(self) -> int:
        return self.picture.height + self._space + sum(part.height for part in self.paragraphs)

    @property
    def _space(self) -> int:
        return self.paragraphs[0].face.size // 2

    def draw(self, sheet: Image.Image, left: int, top: int) -> None:
        sheet.paste(self.picture, (left, top))
        top += self.picture.height + self._space
        for part in self.paragraphs:
            part.draw(sheet, left, top)
            top += part.height


@dataclass(frozen=True)
class Space:
    """Nothing, `height` pixels of it."""

    height: int

    def draw(self, sheet: Image.Image, left: int, top: int) -> None:
        """Leave the ground as it is."""


def draw_panel(exhibit: Exhibit) -> Image.Image:
    """The panel of one pair, as the experiment lays it out."""
    rows = tile_rows(exhibit)
    side = next(tile.picture.width for row in rows for tile in row if tile)
    columns = max(map(len, rows))
    em = max(SMALLEST_EM, round(columns * side * EM))
    gap = max(side // 14, em)
    width = max(NARROWEST, columns * (side + gap) - gap)
    blocks = [*_heading(exhibit, em, width), *_rows(exhibit, rows, em, side + gap)]
    margin = 2 * em
    sheet = Image.new("RGB", (width + 2 * margin, sum(block.height for block in blocks) + 2 * margin), GROUND)
    top = margin
    for block in blocks:
        block.draw(sheet, margin, top)
        top += block.height
    return sheet


def _heading(exhibit: Exhibit, em: int, width: int) -> Iterator[Block]:
    experiment = exhibit.experiment
    source = f"{experiment.source.document}, {experiment.source.figure}"
    yield paragraph(experiment.title, Face(round(1.6 * em), INK, bold=True), width)
    yield Space(em // 3)
    yield paragraph(source, Face(em, INK), width)
    for line in usage_lines(exhibit.runs, exhibit.profile, exhibit.manifest):
        yield paragraph(line, Face(em, MUTED), width)


def _rows(exhibit: Exhibit, rows: list[list[Tile | None]], em: int, pitch: int) -> Iterator[Block]:
    titles = exhibit.experiment.panel.row_titles
    for tiles, title in zip_longest(rows, titles[: len(rows)]):
        yield Space(round(1.5 * em))
        if title:
            yield paragraph(title, Face(em, INK, bold=True), pitch * len(tiles))
            yield Space(em // 3)
        yield TileRow([_captioned(tile, em) if tile else None for tile in tiles], pitch)


def _captioned(tile: Tile, em: int) -> CaptionedTile:
    width = tile.picture.width
    caption = paragraph(tile.caption, Face(em, INK), width)
    note = paragraph(tile.note, Face(em, MUTED), width)
    return CaptionedTile(tile.picture, (caption, note))
