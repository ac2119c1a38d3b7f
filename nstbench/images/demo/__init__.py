"""The two pictures that ship inside the package, for `nstbench demo`: a scene and an oil painting, CC0."""

from pathlib import Path

# Long side in pixels. The pictures are those of the same names in data/pictures, scaled down.
DEMO_SIZE = 320


def demo_pair() -> tuple[Path, Path]:
    """Find the demonstration pictures.

    Returns
    -------
    content, style : Path
        PNG files of 320 x 320 px: a mountain village in summer, and a whirling night over a village.
    """
    folder = Path(__file__).parent
    return folder / "valley_summer.png", folder / "whirling_night.png"
