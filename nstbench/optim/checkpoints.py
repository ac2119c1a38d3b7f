"""A long run's state on disk, so that an interrupted run goes on where it stopped, bit for bit."""

import time
from pathlib import Path
from typing import Any

import torch

from nstbench.core.files import written_whole

SECONDS_BETWEEN = 20.0


class Checkpoint:
    """At most one file, rewritten every 20 seconds and removed at the end.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved_at = time.perf_counter()

    def load(self) -> dict[str, Any] | None:
        """Read the last state.

        Returns
        -------
        dict or None
            What `save` was given; None when no file is there that can be read.
        """
        try:
            state: dict[str, Any] = torch.load(self.path, weights_only=True)
        except Exception:  # Reading a damaged file can raise anything; a fresh start is always right.
            return None
        return state

    @property
    def due(self) -> bool:
        """Whether 20 seconds have gone by since the last state was saved."""
        return time.perf_counter() - self._saved_at >= SECONDS_BETWEEN

    def save(self, state: dict[str, Any]) -> None:
        """Write a state in place of the last one, whole or not at all.

        Parameters
        ----------
        state : dict
            Tensors, numbers, and lists and dictionaries of them.
        """
        with written_whole(self.path) as temporary:
            torch.save(state, temporary)
        self._saved_at = time.perf_counter()

    def remove(self) -> None:
        """Delete the file, if there is one."""
        self.path.unlink(missing_ok=True)
