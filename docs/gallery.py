"""Make the first picture of the README again: `make gallery`. Five minutes on two cores.

Three shipped photographs in three shipped paintings, each with both of them in a corner.
"""

import sys
from pathlib import Path

from PIL import Image

import nstbench

PAIRS = (("temple", "whirling_night"), ("chelsea", "great_waves"), ("coffee", "composition"))
SIDE, INSET, GAP = 448, 96, 8


def tile(content: Path, style: Path) -> Image.Image:
    """The content in the style, a square of SIDE, with both pictures in its lower corners."""
    result = nstbench.stylize(square(content, SIDE), style, size=SIDE, evaluations=200).picture
    for picture, left in ((content, GAP), (style, SIDE - INSET - GAP)):
        frame = Image.new("RGB", (INSET + 4, INSET + 4), "white")
        frame.paste(square(picture, INSET), (2, 2))
        result.paste(frame, (left - 2, SIDE - INSET - GAP - 2))
    return result


def square(file: Path, side: int) -> Image.Image:
    """The middle of a picture."""
    picture = Image.open(file).convert("RGB")
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    return picture.crop((left, top, left + short, top + short)).resize((side, side), Image.Resampling.LANCZOS)


def main(pictures: Path, output: Path) -> None:
    """Write the sheet; `pictures` is results/pictures of any profile."""
    sheet = Image.new("RGB", (SIDE * len(PAIRS) + GAP * (len(PAIRS) - 1), SIDE), "white")
    for number, (content, style) in enumerate(PAIRS):
        made = tile(pictures / f"{content}.png", pictures / f"{style}.png")
        sheet.paste(made, (number * (SIDE + GAP), 0))
    sheet.save(output, quality=90)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
