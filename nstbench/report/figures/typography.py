"""Text set in pixels: a font that matplotlib carries, line breaks, and paragraphs that know their height."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

LEADING = 1.4


@dataclass(frozen=True)
class Face:
    """How a text looks: pixels per em, colour, weight."""

    size: int
    colour: str
    bold: bool = False

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        """DejaVu Sans, which matplotlib carries."""
        return _font("DejaVuSans-Bold.ttf" if self.bold else "DejaVuSans.ttf", self.size)


@dataclass(frozen=True)
class Paragraph:
    """Lines of one face."""

    lines: tuple[str, ...]
    face: Face

    @property
    def height(self) -> int:
        """In pixels, with the leading."""
        return round(len(self.lines) * self.face.size * LEADING)

    def draw(self, sheet: Image.Image, left: int, top: int) -> None:
        """Set it with its upper left corner at (left, top)."""
        canvas = ImageDraw.Draw(sheet)
        for row, line in enumerate(self.lines):
            middle = top + round((row + 0.5) * self.face.size * LEADING)
            canvas.text((left, middle), line, fill=self.face.colour, font=self.face.font, anchor="lm")


def paragraph(text: str, face: Face, width: int) -> Paragraph:
    """Break `text` into lines of at most `width` pixels; an empty text has no lines."""
    lines: list[str] = []
    for word in _pieces(text, face, width):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return Paragraph(tuple(lines), face)


def _pieces(text: str, face: Face, width: int) -> Iterator[str]:
    """Words, those that are wider than a line cut into parts that fit. A no-break space binds."""
    for word in filter(None, text.split(" ")):
        rest = word
        while rest:
            end = len(rest)
            while end > 1 and face.font.getlength(rest[:end]) > width:
                end -= 1
            yield rest[:end]
            rest = rest[end:]


@cache
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / file, size)
