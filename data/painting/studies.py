"""Paint thousands of different pictures for a network to learn styles from.

PYTHONPATH=data python -m painting.studies build/studies         # 3,000 of them
PYTHONPATH=data python -m painting.studies build/studies 20000   # more; those that are there stay

Three minutes for 3,000 on one core.
"""

import sys
from pathlib import Path

from PIL import Image
from rich.progress import track

from nstbench.core.errors import InputError
from nstbench.images.pictures import save_picture
from painting.painters import paint

COUNT, SIZE = 3000, 256


def paint_studies(folder: Path, count: int) -> None:
    """Write studies of seeds 0 to `count` - 1 into the folder, as far as they are not there."""
    for seed in track(range(count), "painting studies"):
        file = folder / f"study_{seed:06}.png"
        if not file.exists():
            save_picture(Image.fromarray(paint("study", seed, SIZE)), file)


def main() -> None:
    """Paint as many as the arguments say, where they say."""
    try:
        paint_studies(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else COUNT)
    except (IndexError, ValueError):
        sys.exit("give a folder to paint into, and how many: python -m painting.studies FOLDER 3000")
    except InputError as error:
        sys.exit(f"painting: {error}")


if __name__ == "__main__":
    main()
