"""Tiles as files of the site, small enough for a page and fine enough to be enlarged."""

from collections.abc import Iterable
from pathlib import Path

from nstbench.core.files import written_whole
from nstbench.report.tiles import TileSource

QUALITY = 90


def tile_file(reports: Path, source: TileSource) -> Path:
    return reports / "tiles" / f"{source.name}.jpg"


def write_tiles(sources: Iterable[TileSource], reports: Path) -> None:
    """Write reports/tiles/<name>.jpg for each distinct tile, at its own size and with all of its colour.

    InputError names a picture that is not there.
    """
    for source in {source.name: source for source in sources}.values():
        picture = source.picture
        with written_whole(tile_file(reports, source)) as temporary:
            # Without subsampling, which would blur the colours of what is enlarged.
            picture.save(temporary, "JPEG", quality=QUALITY, subsampling=0)
