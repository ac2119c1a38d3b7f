"""Where the cores' time went."""

import subprocess
import sys

import pytest

from nstbench.pipeline.timing.overhead import computed_by_kind

# A child that leaves a grandchild behind, which works for half a second.
WORK = "import time\nwhile time.process_time() < 0.5: pass"
LEAVER = f"import subprocess, sys; subprocess.Popen([sys.executable, '-S', '-c', {WORK!r}])"
MEASURE = """
import subprocess, sys
from pathlib import Path
from unittest.mock import patch
from nstbench.pipeline.timing import overhead

run = subprocess.run
with patch("subprocess.run", lambda command, cwd: run([sys.executable, "-S", "-c", sys.argv[1]])):
    print(overhead.run_anew(Path(sys.argv[2]))[1])
"""


def test_seconds_are_those_of_each_kind_of_job(tmp_path):
    (tmp_path / "figure-one.log").write_text("seen\ncomputed for 9.00 s, 1.50 s of a core\n")
    (tmp_path / "figure-two-parts.log").write_text("computed for 9.00 s, 2.50 s of a core\n")
    (tmp_path / "report.log").write_text("computed for 1.00 s, 0.75 s of a core\n")
    (tmp_path / "chart-failed.log").write_text("Traceback\n")
    assert computed_by_kind(tmp_path) == {"figure": [1.5, 2.5], "report": [0.75], "chart": [0.0]}


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_what_a_process_left_behind_took_counts(tmp_path):
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, LEAVER, str(tmp_path / "none")], capture_output=True, text=True
    )
    assert 0.5 < float(measured.stdout) < 2, measured.stderr
