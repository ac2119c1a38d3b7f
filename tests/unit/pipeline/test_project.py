"""Promises of the checkout as a whole."""

import subprocess
import sys
import tomllib

import yaml

from nstbench.pipeline.project import CHECKOUT


def test_planning_does_not_import_torch():
    code = (
        "import sys, nstbench; from nstbench.pipeline.project import CHECKOUT, Project;"
        "from nstbench.pipeline.cache_keys import run_key; import nstbench.networks.weight_sources;"
        "Project.load(CHECKOUT, 'default').batches; run_key('gatys2015'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


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
        assert f"\n{requirement.split('>=')[0]}==" in "\n" + lock
    assert "--hash=sha256:" in lock
    assert "://" not in lock


def _requirements(project):
    """Everything that a checkout installs."""
    extras = project["optional-dependencies"]
    return project["dependencies"] + extras["pipeline"] + extras["dev"]
