"""A small picture that stands for a figure in the table of contents."""

from PIL import Image

from nstbench.charts.thumbnail import GAP, SIDE, SIZE
from nstbench.report.exhibit import Exhibit
from nstbench.report.tiles import Tile, tile_rows


def draw_thumbnail(exhibit: Exhibit) -> Image.Image:
    """Three tiles of the panel side by side: the first, the middle and the last."""
    tiles = [tile for row in tile_rows(exhibit) for tile in row if tile]
    sheet = Image.new("RGB", SIZE, "white")
    for column, tile in enumerate(_spread(tiles)):
        sheet.paste(tile.picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (column * (SIDE + GAP), 0))
    return sheet


def _spread(tiles: list[Tile]) -> list[Tile]:
    return [tiles[position] for position in sorted({0, (len(tiles) - 1) // 2, len(tiles) - 1})]
