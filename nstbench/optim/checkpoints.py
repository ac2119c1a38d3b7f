"""A long run's state on disk, so that an interrupted run goes on where it stopped, bit for bit."""

import time
from pathlib import Path
from typing import Any

import torch

from nstbench.core.files import written_whole

SECONDS_BETWEEN = 20.0


class Checkpoint:
    """At most one file, rewritten every 20 seconds and removed at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved_at = time.perf_counter()

    def load(self) -> dict[str, Any] | None:
        """The last state saved, or None when there is none that can be read."""
        try:
            state: dict[str, Any] = torch.load(self.path, weights_only=True)
        except Exception:  # Reading a damaged file can raise anything; a fresh start is always right.
            return None
        return state

    @property
    def due(self) -> bool:
        return time.perf_counter() - self._saved_at >= SECONDS_BETWEEN

    def save(self, state: dict[str, Any]) -> None:
        with written_whole(self.path) as temporary:
            torch.save(state, temporary)
        self._saved_at = time.perf_counter()

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
