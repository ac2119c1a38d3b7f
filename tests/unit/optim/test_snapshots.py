"""Pictures of a descent's way: what is shown when, what a run keeps of it, and where a panel shows it."""

import numpy as np
import pytest
import torch
from descents import optimise
from PIL import Image
from skimage.io import imread
from small_runs import TWO_LAYERS, make, small_run

from nstbench.core.errors import InputError
from nstbench.images.manifest import Manifest
from nstbench.losses.objective import IMAGE, Objective, Term
from nstbench.methods.base import Method, Parameters
from nstbench.optim import checkpoints
from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.snapshots import Snapshots
from nstbench.pipeline.execution import execute
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.specification import RunSpecification
from nstbench.report.figures.pair_results import results_by_pair
from nstbench.report.figures.tiles import panel_description, panel_tiles


class InterruptionError(Exception):
    """What ends a run in the middle."""


def bowl(image):
    """The squared distance from a picture of 0.5."""
    return (image - 0.5).square().sum()


BOWL = Objective(lambda image, layers: {}, [Term("bowl", 1.0, (IMAGE,), bowl)])


def shown(optimiser, evaluations):
    """What `show` is called with, and the outcome."""
    calls = []
    start = torch.zeros(1, 3, 4, 4, dtype=torch.float64)
    outcome = optimise(BOWL, start, optimiser, evaluations, show=lambda *call: calls.append(call))
    return calls, outcome


def test_a_descent_shows_its_start_its_steps_and_its_end():
    calls, outcome = shown(LBFGS(), 6)
    assert [done for done, _ in calls] == [1, 2, 3, 4, 5, 6]
    assert not calls[0][1].any()
    assert torch.equal(calls[-1][1], outcome.image)
    losses = [bowl(image).item() for _, image in calls]
    assert losses == pytest.approx(outcome.trace[:, 0].tolist())


def test_rejected_steps_are_not_shown():
    calls, outcome = shown(LBFGS(rate=50.0), 12)
    assert outcome.rejected_steps > 0
    losses = [bowl(image).item() for _, image in calls]
    assert outcome.trace[:, 0].max() > 2 * max(losses)
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})
    assert len(calls) < 12


def test_evaluations_within_an_iteration_get_the_image_at_its_end(tmp_path):
    snapshots = Snapshots(tmp_path, range(1, 7))
    for done, grey in ((1, 0.0), (4, 0.5), (6, 1.0)):
        snapshots(done, torch.full((1, 3, 2, 2), grey))
    assert [imread(file).max() for file in sorted(tmp_path.iterdir())] == [0, 128, 128, 128, 255, 255]


@pytest.mark.parametrize(
    ("count", "evaluations", "expected"),
    [(0, 60, []), (1, 9, [1]), (2, 60, [1, 60]), (4, 10, [1, 4, 7, 10]), (4, 2, [1, 1, 2, 2])],
)
def test_snapshots_are_evenly_spaced_from_start_to_end(run, count, evaluations, expected):
    asked = {"snapshots": count, "parameters": {**run.parameters, "evaluations": evaluations}}
    assert run.model_copy(update=asked).snapshots_at == expected


@pytest.fixture
def run():
    return small_run(snapshots=3, evaluations=9, **TWO_LAYERS)


def test_a_run_leaves_its_snapshots_and_nothing_else_differs(run, photo, painting, tmp_path):
    results = tmp_path / "results"
    folder = make(run, photo.parent, results)
    assert list(folder.snapshots) == [1, 5, 9]
    content = Image.open(photo).convert("RGB")
    start = np.asarray(content.crop((8, 0, 40, 32)), dtype=int)
    assert np.abs(imread(folder.snapshots[1]).astype(int) - start).max() <= 1
    assert folder.snapshots[9].read_bytes() == folder.image.read_bytes()
    assert not list(results.glob("checkpoints/*"))
    without = make(RunSpecification.derived_from(run, snapshots=0), photo.parent, results)
    assert without.snapshots == {}
    assert without.folder != folder.folder
    assert without.image.read_bytes() == folder.image.read_bytes()


def test_an_interrupted_run_has_the_snapshots_of_a_whole_one(run, photo, painting, tmp_path, monkeypatch):
    run = run.model_copy(update={"snapshots": 9})
    whole = make(run, photo.parent, tmp_path / "whole")
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0.0)
    evaluate, calls = Objective.losses, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 6:
            raise InterruptionError
        return evaluate(*arguments)

    monkeypatch.setattr(Objective, "losses", interrupted)
    with pytest.raises(InterruptionError):
        execute([run], photo.parent, tmp_path / "cut")
    resumed = make(run, photo.parent, tmp_path / "cut")
    assert len(calls) < 6 + 9
    assert list(resumed.snapshots) == list(range(1, 10))
    for number, file in resumed.snapshots.items():
        assert file.read_bytes() == whole.snapshots[number].read_bytes()


EXPERIMENT = {
    "id": "strip",
    "title": "A strip",
    "source": {"document": "Nobody, Nothing", "row": "none", "figure": "Figure 1"},
    "question": "Which way?",
    "settings_note": "None.",
    "method": "gatys2015",
    "parameters": "nikulin",
    "axes": [[{"id": "only", "caption": "only one"}]],
    "pairs": [{"content": "photo", "style": "painting"}],
    "snapshots": 3,
    "panel": {"rows": [["only", "only@1", "only@2"]]},
}
MANIFEST = Manifest.model_validate(
    {
        name: {"title": name, "author": "a", "licence": "CC0", "file": "a.png"}
        for name in ("photo", "painting")
    }
)


def test_a_panel_shows_snapshots(run, photo, painting, tmp_path):
    execute([run], photo.parent, tmp_path)
    experiment = Experiment.model_validate(EXPERIMENT)
    (arm,) = experiment.arms
    planned = PlannedRun("strip", experiment.pairs[0], arm, run)
    (pair,) = results_by_pair(experiment, [planned], None, MANIFEST, tmp_path)
    ((result, first, second),) = panel_tiles(pair)
    assert (result.caption, first.caption, second.caption) == (
        "only one",
        "after 1 evaluation",
        "after 5 evaluations",
    )
    made = pair.shown["only"]
    for tile, file in ((result, made.image), (first, made.snapshots[1]), (second, made.snapshots[5])):
        expected = np.asarray(Image.open(file).resize((256, 256), Image.Resampling.BICUBIC))
        assert np.array_equal(np.asarray(tile.enlarged(256)), expected)
    assert panel_description(pair).endswith("; after 1 evaluation; after 5 evaluations.")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"snapshots": 2, "panel": {"rows": [["only@3"]]}},
            "unknown tile 'only@3' in panel; allowed: .*only@2",
        ),
        ({"snapshots": 0}, "unknown tile 'only@1'"),
        ({"snapshots": -1}, "greater than or equal to 0"),
    ],
)
def test_a_panel_cannot_show_more_than_there_is(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        Experiment.model_validate(EXPERIMENT | changes)


def test_a_method_that_does_not_descend_has_no_snapshots(monkeypatch):
    class AtOnce(Parameters):
        """A recipe without a budget."""

    recipe = Method("at-once", "At once", "nobody", AtOnce, {"set": AtOnce()}, "set", lambda task: None)
    monkeypatch.setattr("nstbench.pipeline.experiment.method", lambda id: recipe)
    with pytest.raises(InputError, match="arm only: at-once does not descend, so it has no snapshots"):
        Experiment.model_validate(EXPERIMENT | {"parameters": "set"})
