"""A panel as the page shows it: rows of tiles that can be enlarged and set against each other."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from nstbench.pipeline.experiment import IMAGE_TILES, arm_and_snapshot
from nstbench.pipeline.usage import distinct
from nstbench.report.addresses import relative
from nstbench.report.exhibit import Exhibit
from nstbench.report.figure import panel_file
from nstbench.report.gallery import tile_file
from nstbench.report.tiles import TileSource, caption_and_note, tile_sources


@dataclass(frozen=True)
class ShownTile:
    """One picture: `name` tells it from others, `says` is its text alternative, `size` its side in pixels."""

    name: str
    address: str
    size: int
    caption: str
    note: str
    says: str


@dataclass(frozen=True)
class PanelRow:
    """Tiles side by side; None leaves a gap."""

    title: str
    tiles: list[ShownTile | None]


@dataclass(frozen=True)
class TiledPanel:
    """The panel of one pair; `drawing` names the file that has it as one picture."""

    title: str
    description: str
    rows: list[PanelRow]
    drawing: str

    @property
    def columns(self) -> int:
        return max(len(row.tiles) for row in self.rows)

    @property
    def tiles(self) -> list[ShownTile]:
        """Each once, in the order of the panel."""
        shown = (tile for row in self.rows for tile in row.tiles if tile)
        return list({tile.name: tile for tile in shown}.values())


def tiled_panel(exhibit: Exhibit, number: int, reports: Path) -> TiledPanel:
    """The panel of an experiment's pair `number`, counted from 1."""
    title = pair_title(exhibit)
    rows = [
        [_shown(source, title, reports) if source else None for source in sources]
        for sources in tile_sources(exhibit)
    ]
    texts = iter(exhibit.experiment.panel.row_titles)
    return TiledPanel(
        title,
        description(exhibit),
        [PanelRow(next(texts, ""), tiles) for tiles in rows],
        panel_file(reports, exhibit.experiment.id, number).relative_to(reports.parent).as_posix(),
    )


def pair_title(exhibit: Exhibit) -> str:
    """Content and styles of a pair by their titles."""
    run = exhibit.runs[0].planned.run
    styles = distinct(exhibit.manifest[shown.planned.run.style].title for shown in exhibit.shown.values())
    return f"{exhibit.manifest[run.content].title} in the style of {', '.join(styles)}"


def description(exhibit: Exhibit) -> str:
    """What the panel shows, for who cannot see it."""
    first = exhibit.runs[0].planned.run
    tiles = itertools.chain.from_iterable(exhibit.experiment.panel.rows)
    named = [arm_and_snapshot(tile) for tile in tiles if tile and tile not in IMAGE_TILES]
    shown = [(exhibit.shown[arm], snapshot) for arm, snapshot in named]
    captions = [", ".join(filter(None, caption_and_note(run, snapshot))) for run, snapshot in shown]
    styles = ", ".join(distinct(exhibit.manifest[run.planned.run.style].title for run, _ in shown))
    return f"{exhibit.manifest[first.content].title} in the style of {styles}: {'; '.join(captions)}."


def _shown(source: TileSource, pair: str, reports: Path) -> ShownTile:
    says = f"{pair}: {source.caption}" if source.run else f"{source.caption}, {source.note}"
    address = relative(tile_file(reports, source), reports / "figures")
    return ShownTile(source.name, address, source.size, source.caption, source.note, says)
