"""What Snakemake makes again of a finished pipeline when a file of the package changes."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from nstbench.pipeline.project import CHECKOUT

pytestmark = pytest.mark.slow
CHECKED_OUT = ("nstbench", "workflow", "config", "data", "docs", "profiles", "Snakefile", "environment.yml")


def snakemake(copy, *arguments):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--directory", str(copy), *arguments]
    environment = os.environ | {"PROFILE": "smoke", "PYTHONPATH": str(copy)}
    process = subprocess.run(command, cwd=copy, capture_output=True, text=True, env=environment)
    assert process.returncode == 0, process.stderr
    return process.stdout + process.stderr


@pytest.fixture(scope="module")
def copy(made, tmp_path_factory):
    """The checkout again, with the results of the pipeline."""
    root = tmp_path_factory.mktemp("checkout")
    for name in CHECKED_OUT:
        source = CHECKOUT / name
        if source.is_dir():
            # Compiled code as well, but for what another process is just writing.
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("*.pyc.*"))
        else:
            shutil.copy(source, root / name)
    shutil.copytree(made / "results", root / "results")
    shutil.copytree(made / "reports", root / "reports")
    snakemake(root, "--touch", "--forceall")
    return root


@pytest.fixture
def made_again(copy):
    """The rules that have jobs to do after `addition` was added to a file of the package."""

    def rules(file, addition):
        path = copy / "nstbench" / file
        text = path.read_text()
        path.write_text(text + addition)
        try:
            planned = snakemake(copy, "--dry-run")
        finally:
            path.write_text(text)
        return set(re.findall(r"^(\S+) +\d+$", planned, re.MULTILINE)) - {"total", "all"}

    return rules


def test_a_comment_makes_nothing_again(made_again):
    assert made_again("losses/gram.py", "\n# A comment.\n") == set()


def test_a_method_makes_the_batches_of_its_runs_again(made_again, project):
    rules = made_again("methods/efros2001/quilting.py", "\nEXTRA = 1\n")
    batches = {
        f"runs_{id.rsplit('-', 1)[0]}"
        for id, runs in project.every_batch.items()
        if "efros2001" in {run.method for run in runs}
    }
    assert {rule for rule in rules if rule.startswith("runs_")} == batches
    assert not rules & {"training", "picture"}


def test_a_rank_function_makes_verdicts_again(made_again):
    rules = made_again("core/rank_correlation.py", "\nEXTRA = 1\n")
    assert "claims" in rules
    assert not rules & {"training", "picture", "score", "figure"}
    assert not {rule for rule in rules if rule.startswith("runs_")}
