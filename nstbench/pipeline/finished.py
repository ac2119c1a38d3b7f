"""A run that was planned and made, and what it left in its folder; read without torch."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nstbench.core.errors import InputError
from nstbench.core.files import sha256
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

    @cached_property
    def image(self) -> Path:
        """The file of the result, an 8-bit RGB PNG; InputError when it is damaged or not there."""
        return run_file(self.folder, "image.png", self.record)

    @cached_property
    def snapshots(self) -> dict[int, Path]:
        """The pictures of its way by the evaluation after which they were taken; InputError like `image`."""
        names = sorted(name for name in self.record.get("outputs", {}) if name.startswith("snapshots/"))
        return {int(Path(name).stem): run_file(self.folder, name, self.record) for name in names}

    @cached_property
    def trace(self) -> "pd.DataFrame":
        """One row per evaluation: `evaluation`, `total`, one column per term (unweighted), `seconds`."""
        import pandas as pd

        return pd.read_csv(run_file(self.folder, "trace.csv", self.record))

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
    """The run.json of a run's folder; InputError when it holds none, or something else."""
    file = folder / "run.json"
    try:
        record = from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{folder} holds no finished run; run snakemake again") from error
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise InputError(f"{file} is not the record of a run; run snakemake again")
    return record


def run_file(folder: Path, name: str, record: dict[str, Any]) -> Path:
    """A file in a run's folder; InputError when it is not there, or not what its `record` says was left."""
    file = folder / name
    if not file.is_file():
        raise InputError(f"{file} is not there; run snakemake again")
    if record.get("outputs", {}).get(name) not in (None, sha256(file)):
        raise InputError(f"{file} has another content than its run left; run snakemake again")
    return file
