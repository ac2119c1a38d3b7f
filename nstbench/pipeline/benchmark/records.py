"""What the benchmark leaves in results/benchmark/, and how others read it.

`ranking.csv` is tidy: a row for each method, preset, strength and measure. `ranking.json` holds the same rows
with all that is needed to understand them.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from nstbench.core.configuration import Record
from nstbench.core.errors import InputError
from nstbench.core.files import write_text
from nstbench.pipeline.experiment import Pair

FOLDER = "benchmark"
Kind = Literal["ours", "peer"]
Better = Literal["lower", "higher"]


class Measure(Record):
    """Something that entries are ranked by.

    `subject` is that of a metric, or `cost`; `reason` says why there are no values, where there are none.
    """

    id: str
    title: str
    subject: str
    better: Better
    reason: str = ""


# Measures that are no metrics of a picture.
DERIVED = {
    measure.id: measure
    for measure in (
        Measure(
            id="TRADE",
            title="content lost and style missed, 1 for either picture copied",
            subject="both",
            better="lower",
        ),
        Measure(
            id="PEOPLE",
            title="how much people liked it: their mean rating, or the share that chose it",
            subject="both",
            better="higher",
        ),
        Measure(id="seconds", title="seconds of wall time for a picture", subject="cost", better="lower"),
        Measure(
            id="memory",
            title="memory that a picture takes at its peak, in MB",
            subject="cost",
            better="lower",
        ),
        Measure(id="training", title="seconds of training, once", subject="cost", better="lower"),
        Measure(
            id="ArtFID", title="(1 + LPIPS) (1 + FID) of a set of pictures", subject="both", better="lower"
        ),
    )
}


class Entry(Record):
    """Who takes part: a method with a preset, or a program by others, whose preset is `command`.

    `swept` is the parameter that trades content for style, of those that were run with its multiples.
    """

    method: str
    preset: str
    title: str
    source: str
    kind: Kind
    swept: str | None = None

    @property
    def id(self) -> str:
        """Method and preset as `--methods` takes them, or the name of a program."""
        return self.method if self.kind == "peer" else f"{self.method}/{self.preset}"

    @property
    def name(self) -> str:
        """Method and preset, for tables and charts."""
        return self.method if self.kind == "peer" else f"{self.method} {self.preset}"


class Row(Record):
    """A mean over pairs with the ends of its 95 % bootstrap interval.

    `strength` is how strong the style is relative to the preset's own, 1. Entries are placed at strength 1:
    `place` is one more than the number of entries that are better and told apart. None where nothing was
    measured, or nothing can be compared.
    """

    method: str
    preset: str
    strength: float
    kind: Kind
    measure: str
    value: float | None
    low: float | None
    high: float | None
    place: int | None
    pairs: int


class FrontPoint(Record):
    """An entry at a strength; `on_front` where none is as good in both measures and better in one."""

    method: str
    preset: str
    strength: float
    kind: Kind
    x: float
    y: float
    on_front: bool


class Front(Record):
    """Two measures against each other; `log_x` where the first is to be drawn on a logarithmic axis."""

    id: str
    title: str
    x: str
    y: str
    log_x: bool
    points: tuple[FrontPoint, ...]


class Agreement(Record):
    """Spearman's correlation of the means of two measures over entries, better counted upwards in both."""

    one: str
    other: str
    rho: float | None


class Placing(Record):
    """How a measure tells entries apart: the p of Friedman's test, and groups that it does not tell apart.

    A group names entries (`Entry.name`) that are not told apart from one another; they are the bars of a
    critical-difference diagram. `ranks` are mean ranks over the pairs that all of them have.
    """

    measure: str
    pairs: int
    p: float | None
    ranks: dict[str, float]
    groups: tuple[tuple[str, ...], ...]


class Ranking(Record):
    """The whole result."""

    scope: str
    size: int
    evaluations: int
    weights: str
    machine: str
    pairs: tuple[Pair, ...]
    pictures: str
    entries: tuple[Entry, ...]
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    fronts: tuple[Front, ...]
    placings: tuple[Placing, ...]
    agreement: tuple[Agreement, ...]
    left_out: dict[str, str]

    def row(self, entry: Entry, measure: str) -> Row:
        """What an entry has at strength 1."""
        return next(
            row
            for row in self.rows
            if (row.method, row.preset, row.measure, row.strength) == (entry.method, entry.preset, measure, 1)
        )


def ranking_file(results: Path, suffix: str = ".json") -> Path:
    """Where the ranking lies, as .json, .csv, .svg or .png."""
    return (results / FOLDER / "ranking").with_suffix(suffix)


def people_file(results: Path) -> Path:
    """Where `nstbench survey-results` leaves what people think of the benchmark's pictures, if it does.

    A table with the columns method (`Entry.id`), content, style and value, among others.
    """
    return results / FOLDER / "people.csv"


def read_ranking(results: Path) -> Ranking | None:
    """The ranking in a folder of results; None where no benchmark has been made, InputError when damaged."""
    file = ranking_file(results)
    if not file.is_file():
        return None
    try:
        return Ranking.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise InputError(f"{file} is not a ranking; make it again with `nstbench benchmark`") from error


def write_ranking(ranking: Ranking, results: Path) -> None:
    """Write ranking.json, and its rows and rank correlations as ranking.csv and agreement.csv."""
    tables: dict[Path, Sequence[Record]] = {
        ranking_file(results, ".csv"): ranking.rows,
        ranking_file(results).with_name("agreement.csv"): ranking.agreement,
    }
    for file, records in tables.items():
        table = io.StringIO()
        rows = csv.DictWriter(table, type(records[0]).model_fields if records else (), lineterminator="\n")
        rows.writeheader()
        rows.writerows(record.model_dump() for record in records)
        write_text(file, table.getvalue())
    write_text(ranking_file(results), ranking.model_dump_json(indent=1) + "\n")


class PeerResult(Record):
    """What a runner of a competitor leaves beside its picture: how long it took, and its peak of memory.

    `program` names the distribution, its version and its licence.
    """

    seconds: float
    memory_mb: float | None = None
    program: str = ""


def peer_picture(results: Path, competitor: str, content: str, style: str, size: int) -> Path:
    """Where the picture of a competitor lies; its PeerResult lies beside it, with the suffix .json.

    Content and style are the names of the pictures that are here (`Manifest.available`).
    """
    return results / FOLDER / "peers" / competitor / f"{content}--{style}--{size}.png"


def read_peer_result(picture: Path) -> PeerResult:
    """What lies beside the picture of a competitor; InputError when it is damaged or not there."""
    file = picture.with_suffix(".json")
    try:
        return PeerResult.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(
            f"{file} does not say how {picture.name} was made; delete both and run `nstbench benchmark` again"
        ) from error
