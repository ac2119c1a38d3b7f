"""Bars of work that goes side by side."""

import io
import sys

from nstbench.core import progress as module
from nstbench.core.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_bars_side_by_side_share_a_display_until_the_last_has_ended(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    first, second = progress("first", 3), progress("second", 5)
    watch = first.__enter__()
    beside = second.__enter__()
    assert module._SHOWN[0] is module._SHOWN[1]
    watch(3, 0.5)
    first.__exit__(None, None, None)
    display = module._SHOWN[0]
    assert display.live.is_started
    beside(4, 0.25)
    second.__exit__(None, None, None)
    assert not display.live.is_started
    assert [(task.description, task.completed) for task in display.tasks] == [("first", 3), ("second", 4)]
    assert "second" in terminal.getvalue()
    with progress("third", 1):
        assert module._SHOWN[0] is not display
