"""A run that was planned and made."""

from dataclasses import dataclass
from typing import Any

from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.runs import RunFolder


@dataclass(frozen=True)
class FinishedRun:
    """A planned run with the folder it left; InputError names the folder when it is not there."""

    planned: PlannedRun
    folder: RunFolder

    @property
    def record(self) -> dict[str, Any]:
        return self.folder.record

    @property
    def canonical_ratio(self) -> float | None:
        """alpha / beta of the common objective; None for a method that has none, inf without a style term."""
        ratio = self.record["facts"].get("canonical_ratio")
        return None if ratio is None else float(ratio)
