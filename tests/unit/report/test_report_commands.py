"""The commands that a page gives make what they say."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from nstbench.api import settings
from nstbench.cli import app
from nstbench.methods import method
from nstbench.pipeline.experiment import Arm, Pair, Point
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.specification import RunSpecification
from nstbench.report.site.addresses import relative, snakemake_command
from nstbench.report.site.stylize_command import stylize_command

PARAMETERS = method("gatys2015").configure("default", {"evaluations": 7, "preserve_colour": "luminance"})
SPECIFICATION = RunSpecification(
    method="gatys2015",
    content="cat",
    style="night sky",
    size=32,
    seed=3,
    precision="fp32",
    parameters=PARAMETERS.model_dump(),
)


def finished(specification: RunSpecification, folder: Path) -> FinishedRun:
    arm = Arm((Point(id="a", caption="a"),))
    planned = PlannedRun("e", Pair(content="cat", style="night-sky"), arm, specification)
    return FinishedRun(planned, folder)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    (folder / "pictures").mkdir(parents=True)
    for name in ("cat", "night sky"):
        Image.new("RGB", (64, 64)).save(folder / "pictures" / f"{name}.png")
    return folder


def test_a_picture_that_the_command_line_can_express_has_its_command(results: Path) -> None:
    assert stylize_command(finished(SPECIFICATION, results), results) == (
        "nstbench stylize results/pictures/cat.png 'results/pictures/night sky.png' -o out.png "
        "--method gatys2015 --size 32 --iterations 7 --preserve-colour luminance --seed 3 --precision fp32"
    )


def test_the_command_asks_for_the_very_parameters_of_the_run(results: Path, monkeypatch) -> None:
    """Called as it stands, it hands the method the task that the pipeline gave it."""
    tasks = []

    def remember(task):
        tasks.append(task)
        raise KeyboardInterrupt

    recipe = replace(method("gatys2015"), stylize=remember)
    monkeypatch.setattr(settings, "find_method", lambda id: recipe)
    monkeypatch.chdir(results.parent)
    words = shlex.split(stylize_command(finished(SPECIFICATION, results), results))
    CliRunner().invoke(app, words[1:])
    (task,) = tasks
    assert task.parameters.model_dump() == SPECIFICATION.parameters
    assert (task.seed, task.hardware.precision, task.content.shape[-2:]) == (3, "fp32", (32, 32))


def test_what_the_command_line_cannot_express_has_none(results: Path) -> None:
    other = PARAMETERS.model_copy(update={"alpha": 0.125}).model_dump()
    changed = SPECIFICATION.model_copy(update={"parameters": other})
    assert stylize_command(finished(changed, results), results) is None


def test_pictures_that_the_pipeline_cuts_to_squares_have_none(results: Path) -> None:
    Image.new("RGB", (64, 48)).save(results / "pictures" / "cat.png")
    assert stylize_command(finished(SPECIFICATION, results), results) is None


def test_a_network_of_the_pipeline_is_named_by_its_file(results: Path) -> None:
    parameters = method("johnson2016").configure("default", {}).model_dump()
    specification = SPECIFICATION.model_copy(
        update={"method": "johnson2016", "parameters": parameters | {"network": "mine"}}
    )
    (results / "networks").mkdir()
    (results / "networks" / "mine.safetensors").touch()
    said = stylize_command(finished(specification, results), results)
    assert said is not None
    assert "--network results/networks/mine.safetensors" in said and "night" not in said


def test_the_profile_stands_behind_the_target() -> None:
    """`--config` takes every word that follows it for a value."""
    smoke, default = (Profile(name=name, size=64) for name in ("smoke", "default"))
    assert snakemake_command("x.png", smoke) == "snakemake --cores all x.png --config profile=smoke"
    assert snakemake_command("x.png", default) == "snakemake --cores all x.png"


def test_addresses_are_relative_to_the_page() -> None:
    assert relative(Path("r/tiles/a.jpg"), Path("r/figures")) == "../tiles/a.jpg"
