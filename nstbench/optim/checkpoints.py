"""A long run's state on disk, so that an interrupted run goes on where it stopped, bit for bit."""

import logging
import time
from pathlib import Path
from typing import Any

import torch

from nstbench.core.files import written_whole

SECONDS_BETWEEN = 20.0
log = logging.getLogger(__name__)


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
            What `save` was given; None when no file is there that was saved under this name.
        """
        if not self.path.exists():
            return None
        try:
            saved = torch.load(self.path, weights_only=True)
            if saved["checkpoint"] == self.path.name:
                state: dict[str, Any] = saved["state"]
                return state
        except Exception as error:  # Of a damaged file it can be any; a fresh start is always right.
            log.debug("%s: %s", self.path, error)
        log.warning("%s is damaged or no checkpoint; starting from the beginning", self.path)
        return None

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
            torch.save({"checkpoint": self.path.name, "state": state}, temporary)
        self._saved_at = time.perf_counter()

    def remove(self) -> None:
        """Delete the file, if there is one."""
        self.path.unlink(missing_ok=True)
