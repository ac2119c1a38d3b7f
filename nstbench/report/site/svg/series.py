"""How the lines and points of several arms are told apart: by colour, then by dashes and shapes."""

from dataclasses import dataclass

COLOURS = 7
# Around the origin, each of about the same area.
SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "M-3.6 -3.6h7.2v7.2h-7.2z",
    "M0 -5.2L5.2 0L0 5.2L-5.2 0z",
    "M0 -4.8L5 3.8H-5z",
)


@dataclass(frozen=True)
class Series:
    """One arm: its name and its number, from which follow colour, dashes and shape."""

    name: str
    number: int

    @property
    def colour(self) -> int:
        """Its number in the palette of the style sheet."""
        return self.number % COLOURS

    @property
    def round(self) -> int:
        """How often all colours were used before."""
        return self.number // COLOURS

    @property
    def shape(self) -> str:
        """The path of its mark."""
        return SHAPES[self.round % len(SHAPES)]
