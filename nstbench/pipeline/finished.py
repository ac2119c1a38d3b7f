"""A run that was planned and made, and what it left in its folder; read without torch."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nstbench.core.errors import InputError
from nstbench.core.strict_json import from_json

if TYPE_CHECKING:
    import pandas as pd

    from nstbench.pipeline.plan import PlannedRun


@dataclass(frozen=True)
class FinishedRun:
    """The place of a run in an experiment, and the files in its folder, results/runs/<run id>/."""

    planned: "PlannedRun"
    folder: Path

    @classmethod
    def of(cls, planned: "PlannedRun", results: Path) -> "FinishedRun":
        """The run that the pipeline makes of `planned` below the folder `results`; it need not be there."""
        return cls(planned, run_folder(results, planned.run.id))

    @property
    def exists(self) -> bool:
        """Whether the run was made and left its files."""
        return (self.folder / "run.json").exists()

    @property
    def image(self) -> Path:
        """The file of the result, an 8-bit RGB PNG."""
        return self.folder / "image.png"

    @property
    def snapshots(self) -> dict[int, Path]:
        """The pictures of its way by the evaluation after which they were taken."""
        return {int(file.stem): file for file in sorted((self.folder / "snapshots").glob("*.png"))}

    @cached_property
    def trace(self) -> "pd.DataFrame":
        """One row per evaluation: `evaluation`, `total`, one column per term (unweighted), `seconds`."""
        import pandas as pd

        return pd.read_csv(self.folder / "trace.csv")

    @cached_property
    def record(self) -> dict[str, Any]:
        """run.json; InputError names the folder when the run is not there."""
        return read_record(self.folder)

    @property
    def canonical_ratio(self) -> float | None:
        """Alpha / beta of the common objective; None for a method that has none, inf without a style term."""
        ratio = self.record["facts"].get("canonical_ratio")
        return None if ratio is None else float(ratio)


def run_folder(results: Path, id: str) -> Path:
    """Where the run of that id leaves its files."""
    return results / "runs" / id


def read_record(folder: Path) -> dict[str, Any]:
    """The run.json of a run's folder; InputError when it holds none."""
    try:
        record: dict[str, Any] = from_json((folder / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{folder} holds no finished run; run snakemake again") from error
    return record
