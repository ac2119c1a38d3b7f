"""The package as `pip install` leaves it: a wheel in an environment of its own, far from any checkout."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from PIL import Image

from nstbench.pipeline.project import CHECKOUT

pytestmark = pytest.mark.slow

# Refuses imports of packages that the wheel does not require.
BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(requirements):
    """The distributions that these requirements install, with theirs."""
    found, pending = set(), [Requirement(each) for each in requirements]
    while pending:
        requirement = pending.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if normal(requirement.name) not in found:
            found.add(normal(requirement.name))
            pending += map(Requirement, importlib.metadata.requires(requirement.name) or ())
    return found


class Installed:
    """A virtual environment with the wheel, which sees the packages of this one."""

    def __init__(self, folder: Path) -> None:
        build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
        (self.wheel,) = folder.glob("*.whl")
        self.python = folder / "venv" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
        install = [
            "pip",
            "--python",
            self.python,
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            self.wheel,
        ]
        subprocess.run([sys.executable, "-m", *install], check=True)
        (self.site,) = (folder / "venv" / "lib").glob("python*/site-packages")
        # A path in a .pth file is searched, but .pth files in it, such as that of the checkout, are not read.
        (self.site / "others.pth").write_text(sysconfig.get_path("purelib"))
        self.folder = folder / "elsewhere"
        self.folder.mkdir()

    def run(self, program, *arguments, **variables):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [self.python.with_name(program), *map(str, arguments)],
            cwd=self.folder,
            env={**kept, "OMP_NUM_THREADS": "1", **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return Installed(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def core_only(installed):
    """The wheel where only what it requires can be imported."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    allowed = closure(project["dependencies"]) | {"nstbench"}
    blocked = {
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not allowed & {normal(owner) for owner in owners}
    }
    assert {"pandas", "matplotlib", "snakemake", "piq", "lpips"} <= blocked
    (installed.site / "blocker.py").write_text(BLOCKER.format(blocked=blocked))
    (installed.site / "blocker.pth").write_text("import blocker")
    yield installed
    (installed.site / "blocker.pth").unlink()


def test_wheel_is_complete_and_small(installed):
    assert installed.wheel.stat().st_size < 30e6
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert "nstbench/py.typed" in names
    assert "nstbench/networks/weights/vgg19.safetensors" in names
    assert not [name for name in names if not name.startswith("nstbench")]


def test_package_is_the_installed_one(installed):
    process = installed.run("python", "-c", "import nstbench; print(nstbench.__file__)")
    assert Path(process.stdout.strip()).is_relative_to(installed.site)


def test_pictures_are_made_and_scored_with_core_packages_alone(core_only, photo, painting):
    out = core_only.folder / "out.png"
    process = core_only.run(
        "nstbench", "stylize", photo, painting, "-o", out, "--size", 32, "--iterations", 2
    )
    assert process.returncode == 0, process.stderr
    with Image.open(out) as picture:
        assert picture.size == (32, 21)
    process = core_only.run("nstbench", "score", out, "--content", photo, "--style", painting, "--json")
    assert process.returncode == 0, process.stderr
    rows = {row["metric"]: row for row in json.loads(process.stdout)}
    assert rows["SSIM"]["value"] is not None
    assert rows["PSNR"]["value"] is None
    assert "pip install 'nstbench[pipeline]'" in rows["PSNR"]["reason"]


def test_demo_needs_nothing_but_the_wheel(core_only):
    process = core_only.run("nstbench", "demo", "--size", 32, "--evaluations", 2)
    assert process.returncode == 0, process.stderr
    with Image.open(core_only.folder / "demo.png") as picture:
        assert picture.size == (32, 32)


def test_a_command_that_needs_more_packages_says_how_to_get_them(core_only, photo, painting):
    table = core_only.folder / "pictures.csv"
    table.write_text(f"arm,content,style,result\nours,{photo},{painting},{photo}\n")
    process = core_only.run("nstbench", "survey", "-o", "survey.html", "--pictures", table, "--pairs", 1)
    assert process.returncode == 2
    (line,) = process.stderr.splitlines()
    assert line.startswith("nstbench: ")
    assert "pip install 'nstbench[pipeline]'" in line


@pytest.mark.parametrize("kind", ["methods", "backbones", "networks", "metrics"])
def test_what_the_package_knows_is_listed_with_core_packages_alone(core_only, kind):
    process = core_only.run("nstbench", "list", kind, "--json")
    assert process.returncode == 0, process.stderr
    assert all(row["id"] for row in json.loads(process.stdout))


@pytest.mark.parametrize(
    "command",
    [
        ("list", "experiments"),
        ("claims",),
        ("regress",),
        ("fetch",),
        ("survey", "-o", "survey.html"),
    ],
)
def test_commands_that_need_a_checkout_say_how_to_get_one(core_only, command):
    process = core_only.run("nstbench", *command, NSTBENCH_DATA="/tmp")
    assert process.returncode == 2
    (line,) = process.stderr.splitlines()
    assert line.startswith("nstbench: ")
    assert "checkout" in line
    assert "git clone" in line
