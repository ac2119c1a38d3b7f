import re
import subprocess
import sys

import yaml

from nstbench.pipeline.project import CHECKOUT


def test_a_pipeline_is_short_of_words_and_minds_no_stale_lock(tmp_path):
    """The lock of a killed pipeline must not stop the next call: the checkout's profile is loaded."""
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text(str(tmp_path / "reports/index.html") + "\nreports/index.html\n")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--directory", str(tmp_path)]
    target = "results/pictures/chelsea.png"
    process = subprocess.run([*command, target], cwd=CHECKOUT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert (tmp_path / target).is_file()
    assert "Finished jobid" not in process.stderr
    assert max(map(len, process.stderr.splitlines())) < 120


def test_an_unknown_profile_is_said_in_one_line(tmp_path):
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--directory", str(tmp_path)]
    process = subprocess.run(
        [*command, "--config", "profile=huge"], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert process.returncode == 2
    *_, line = process.stderr.splitlines()
    assert line.startswith("nstbench: ")
    assert line.endswith("unknown profile 'huge'; allowed: smoke, default, full, decisive, paper")


def test_no_two_jobs_share_a_log_or_a_seal():
    """Whatever experiments and pictures are called: a log is named by its kind, then by the id of the job."""
    rules = "".join(file.read_text() for file in (CHECKOUT / "workflow" / "rules").glob("*.smk"))
    logs = re.findall(r"results/logs/(.+)\.log", rules)
    kinds = [re.match(r"[a-z]+", log)[0] for log in logs]
    assert len(logs) == 11
    assert len(set(kinds)) == len(kinds)
    assert all(log == kind or log.startswith(f"{kind}-{{") for log, kind in zip(logs, kinds, strict=True))


def test_the_profile_for_slurm_names_rules_and_groups_that_there_are():
    rules = "".join(file.read_text() for file in (CHECKOUT / "workflow" / "rules").glob("*.smk"))
    known = set(re.findall(r"^rule (\w+):", rules, re.M))
    profile = yaml.safe_load((CHECKOUT / "profiles" / "slurm" / "config.yaml").read_text())
    assert {*profile["groups"], *profile["set-resources"]} <= known
    assert set(profile["group-components"]) == set(profile["groups"].values())
