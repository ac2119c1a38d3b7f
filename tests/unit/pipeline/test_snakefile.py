import subprocess
import sys

from nstbench.pipeline.project import CHECKOUT


def test_snakemake_loads_the_checkouts_profile(tmp_path):
    """A stale lock of a killed pipeline must not stop the next call."""
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text(str(tmp_path / "reports/index.html") + "\nreports/index.html\n")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--directory", str(tmp_path)]
    target = "results/pictures/chelsea.png"
    process = subprocess.run([*command, target], cwd=CHECKOUT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert (tmp_path / target).is_file()


def test_an_unknown_profile_is_said_in_one_line(tmp_path):
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--directory", str(tmp_path)]
    process = subprocess.run(
        [*command, "--config", "profile=huge"], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert process.returncode == 2
    *_, line = process.stderr.splitlines()
    assert line.startswith("nstbench: ")
    assert line.endswith("unknown profile 'huge'; allowed: smoke, default, full, paper")
