"""The conformance test passes what keeps its promises, and finds each promise that is broken."""

import runpy
from dataclasses import replace

import pytest
import torch
from pydantic import Field
from typer.testing import CliRunner

from nstbench.cli import app
from nstbench.methods import method
from nstbench.methods.base import Method, Parameters
from nstbench.methods.conformance import CHECKS, check_method
from nstbench.optim.loop import lossless
from nstbench.pipeline.project import CHECKOUT

EXAMPLE = CHECKOUT / "examples" / "ranked_method.py"


@pytest.fixture(scope="module")
def example() -> Method:
    return runpy.run_path(str(EXAMPLE))["METHODS"][0]


def broken(entered: Method) -> dict[str, str]:
    return {finding.check: finding.reason for finding in check_method(entered) if not finding.passed}


def test_the_example_passes_in_less_than_thirty_lines(example):
    found = list(check_method(example))
    assert [finding.check for finding in found] == list(CHECKS)
    assert broken(example) == {}
    assert len(EXAMPLE.read_text().splitlines()) < 30


@pytest.mark.parametrize("id", ["johnson2016", "efros2001"])
def test_methods_of_one_pass_keep_their_promises(id):
    assert broken(method(id)) == {}


def test_a_descent_goes_on_after_a_kill_and_spends_its_budget():
    found = {finding.check: finding for finding in check_method(method("gatys2015"))}
    assert all(finding.passed for finding in found.values())
    assert found["resumes after a kill"].reason.startswith("killed after two steps")
    assert found["honours its budget"].reason == "4 evaluations of 4"


def made(example, change):
    """The example with its picture changed."""

    def stylize(task):
        outcome = example.stylize(task)
        return replace(outcome, image=change(outcome.image, task))

    return replace(example, stylize=stylize)


@pytest.mark.parametrize(
    ("check", "change", "said"),
    [
        ("deterministic", lambda image, task: image + torch.rand(1), "the same task twice differs"),
        ("any size", lambda image, task: image[..., :-1], "a content of 40 x 56 px became"),
        ("no NaN on constant pictures", lambda image, task: image / image.std(), "give NaN or Inf"),
        (
            "strength is monotone",
            lambda image, task: task.content + (1 - task.parameters.strength),
            "with strength 1 the picture is nearer to the content",
        ),
    ],
)
def test_a_broken_promise_is_found(example, check, change, said):
    assert said in broken(made(example, change))[check]


def test_a_method_that_forgets_its_checkpoint_is_found(example):
    """Its state is its own, so what it makes depends on how often it was begun."""
    begun = []

    def stylize(task):
        image = task.content
        begun.append(task)
        for step in range(3):
            if task.checkpoint:
                task.checkpoint.save({"image": image})
            image = image + len(begun) * (task.checkpoint is not None)
            if task.watch:
                task.watch(step + 1, 0.0)
        return lossless(image, 0.1)

    assert "ends with another picture" in broken(replace(example, stylize=stylize))["resumes after a kill"]


def test_parameters_that_take_anything_are_found(example):
    class Careless(Parameters):
        weight: object = Field(default=1.0)

    careless = replace(example, parameters=Careless, presets={"default": Careless()}, stylize=lambda task: 0)
    assert "weight" in broken(careless)["refuses bad parameters in one line"]


def test_the_command_ends_with_the_status_of_what_it_found(monkeypatch, example):
    runner = CliRunner()
    passed = runner.invoke(app, ["check-method", "johnson2016"])
    assert passed.exit_code == 0
    assert passed.stdout.count("pass") == len(CHECKS)
    monkeypatch.setattr(
        "nstbench.methods.method", lambda id: made(example, lambda image, task: image * torch.nan)
    )
    assert runner.invoke(app, ["check-method", "mine"]).exit_code == 1
