"""A checkout whose path has a space and an apostrophe, and results in such a folder."""

import os
import shutil
import subprocess
import sys

import pytest

from nstbench.pipeline.project import CHECKOUT

CHECKED_OUT = ("nstbench", "workflow", "config", "data", "docs", "profiles", "Snakefile", "environment.yml")
# A chart of one picture's Gram matrix: the least that goes from a picture to a figure.
TARGET = "reports/figures/jain-fig5.svg"


@pytest.mark.slow
def test_a_figure_is_made(tmp_path):
    root = tmp_path / "Anna's new checkout"
    for name in CHECKED_OUT:
        source = CHECKOUT / name
        if source.is_dir():
            # Compiled code as well, but for what another process is just writing.
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("*.pyc.*"))
        else:
            shutil.copy(source, root / name)
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--directory", str(root / "Tom's results")]
    environment = os.environ | {"PROFILE": "smoke", "PYTHONPATH": str(root)}
    process = subprocess.run(
        [*command, "--verbose", TARGET], cwd=root, capture_output=True, text=True, env=environment
    )
    assert process.returncode == 0, process.stderr
    assert "Finished jobid" in process.stderr  # Snakemake's own output, which --verbose asks for.
    made = root / "Tom's results"
    assert "</svg>" in (made / TARGET).read_text(encoding="utf-8")
    # Of the figures, one is there; no seal takes the page for a result.
    first_page = (made / "reports" / "index.html").read_text(encoding="utf-8")
    assert "1 of " in first_page and "makes the others" in first_page
    assert not any("index.html" in seal.read_text() for seal in (made / "results" / "seals").glob("*.json"))
    again = subprocess.run(
        [*command, "--dry-run", "--verbose", TARGET],
        cwd=root,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert "Nothing to be done" in again.stdout + again.stderr
