"""Promises of the checkout as a whole."""

import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from nstbench.core.hardware import resolve
from nstbench.pipeline.plan import shown
from nstbench.pipeline.project import CHECKOUT, Project


def test_planning_does_not_import_torch():
    code = (
        "import sys, nstbench; from nstbench.pipeline.project import CHECKOUT, Project;"
        "from nstbench.pipeline.cache_keys import run_key; import nstbench.networks.weight_sources;"
        "Project.load(CHECKOUT, 'default').batches; run_key('gatys2015'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_plans_are_the_same_on_two_cores_and_on_sixty_four(monkeypatch):
    """Jobs have a thread each, so cores only decide how many run at once; names and keys say the same."""

    def planned(cores):
        monkeypatch.setattr(os, "cpu_count", lambda: cores)
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)), raising=False)
        project = Project.load(CHECKOUT, "default")
        scored = {id: [entry.run for entry in part] for id, part in project.scoring_batches.items()}
        return project.every_batch, scored, resolve("cpu", "fp32").pixels_at_once

    assert planned(2) == planned(64)


def test_conda_environment_agrees_with_the_package():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((CHECKOUT / "environment.yml").read_text())
    python, _, pip = environment["dependencies"]
    assert python == f"python{project['requires-python']}"
    assert pip == {"pip": _requirements(project)}


def test_lock_holds_every_dependency_with_hashes_and_no_address():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    lock = (CHECKOUT / "requirements.lock").read_text()
    for requirement in _requirements(project):
        distribution = requirement.split(">=")[0].split("[")[0]
        assert f"\n{distribution}==" in "\n" + lock
    assert "--hash=sha256:" in lock
    assert "://" not in lock


@pytest.mark.parametrize("profile", ["smoke", "default"])
def test_the_cheapest_figure_comes_first_and_those_that_wait_for_trainings_last(profile):
    project = Project.load(CHECKOUT, profile)
    owners, work, waiting = {}, {}, set()
    for batch, runs in project.batches.items():
        owners[batch] = batch[: batch.rindex("-")]
        work[batch] = sum(run.size**2 * run.parameters.get("evaluations", 1) for run in runs)
        if {run.network for run in runs} & project.trainings.keys():
            waiting.add(owners[batch])
    assert project.ranks.keys() == set(owners.values())
    figures = {
        id: project.batches_of(entry.run for entry in shown(experiment, project.plans[id]))
        for id, experiment in project.experiments.items()
    }
    free = [batches for batches in figures.values() if not {owners[batch] for batch in batches} & waiting]
    cheapest = min(free, key=lambda batches: sum(work[batch] for batch in batches))
    first = {owners[batch] for batch in cheapest}
    assert {owner for owner, rank in project.ranks.items() if rank < len(first)} == first
    soon = {owners[batch] for batches in free for batch in batches}
    assert min(project.ranks[owner] for owner in waiting) == len(soon)


def _requirements(project):
    """Everything that a checkout installs."""
    extras = project["optional-dependencies"]
    # Once each, though two extras may need the same.
    return list(
        dict.fromkeys(project["dependencies"] + [each for extra in extras.values() for each in extra])
    )


def test_make_help_explains_every_target():
    text = (CHECKOUT / "Makefile").read_text()
    targets = re.findall(r"^([a-z][a-z-]*):", text, re.M)
    explained = re.findall(r"^([a-z-]+):.*?  ## \S.*\.$", text, re.M)
    assert targets == explained
    assert sorted(targets) == sorted(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split())
    # A comment belongs to what follows it.
    assert not re.search(r"^#.*\n\n", text.partition("\n\n")[2], re.M)
