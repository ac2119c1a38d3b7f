"""What a run leaves behind, read back without torch: image.png, trace.csv, run.json, and often snapshots."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nstbench.core.errors import InputError
from nstbench.core.strict_json import from_json

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RunFolder:
    """results/runs/<run id>/ of a finished run."""

    folder: Path

    @property
    def image(self) -> Path:
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
        """run.json."""
        try:
            record: dict[str, Any] = from_json((self.folder / "run.json").read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InputError(f"{self.folder} holds no finished run; run snakemake again") from error
        return record

    def is_done(self, fingerprint: str) -> bool:
        """Whether the run finished with this code, these weights and these pictures."""
        try:
            return bool(self.record["fingerprint"] == fingerprint)
        except (InputError, KeyError, json.JSONDecodeError):
            return False
