"""Descents at several sizes: as by hand, counted through, and resumed bit for bit."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods.base import Task
from nstbench.methods.gatys2015 import METHOD
from nstbench.methods.novak2016 import METHOD as NOVAK
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import Outcome

CPU = Hardware(torch.device("cpu"), "fp32")


def picture(height: int, width: int, seed: int) -> Tensor:
    """Smooth colours."""
    coarse = torch.rand(1, 3, 6, 6, generator=torch.Generator().manual_seed(seed))
    return interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)


def task(**changes: object) -> Task:
    """Eleven evaluations at up to 72 x 56 px, on small random weights."""
    parameters = METHOD.configure(
        "default",
        {
            "weights": "random-half",
            "evaluations": 11,
            "content_layers": {"relu2_1": 1.0},
            "style_layers": {"relu1_1": 0.5, "relu2_1": 0.5},
            **changes,
        },
    )
    return Task(picture(56, 72, 1), picture(64, 50, 2), parameters, 0, CPU)


def run(asked: Task) -> Outcome:
    """What the method makes of it."""
    return finish(METHOD.outcome(asked))


def scaled(image: Tensor, height: int, width: int) -> Tensor:
    """By PyTorch, bicubically."""
    return interpolate(image, (height, width), mode="bicubic", antialias=True, align_corners=False)


def test_it_is_one_descent_behind_the_other() -> None:
    found = run(task(scales=2))
    whole = task(evaluations=6)
    small = replace(
        task(evaluations=5),
        content=scaled(whole.content, 28, 36).clamp(0, 1),
        style=scaled(whole.style, 32, 25).clamp(0, 1),
    )
    first = run(small)
    second = run(replace(whole, start=scaled(first.image, 56, 72)))
    assert torch.equal(found.image, second.image)
    assert torch.equal(found.trace, torch.cat([first.trace, second.trace]))
    assert torch.equal(found.final, second.final)
    assert found.facts["sizes"] == "36x28, 72x56"
    assert len(found.seconds) == 11
    assert found.seconds == sorted(found.seconds)


def test_it_counts_through_and_shows_pictures_of_the_last_size() -> None:
    counted, shown = [], []
    run(
        replace(
            task(scales=3),
            watch=lambda done, loss: counted.append(done),
            show=lambda done, image: shown.append((done, *image.shape[2:])),
        )
    )
    assert counted == [*range(1, 12)]
    assert {(height, width) for _, height, width in shown} == {(56, 72)}
    assert [done for done, *_ in shown] == sorted(done for done, *_ in shown)
    assert shown[-1][0] == 11


@pytest.mark.parametrize("interrupted", [3, 7, 10])
def test_an_interrupted_run_ends_with_the_same_image(interrupted, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0)
    whole = run(task(scales=2))

    def interrupt(done: int, loss: object) -> None:
        if done == interrupted:
            raise KeyboardInterrupt

    checkpoint = Checkpoint(tmp_path / "run.pt")
    with pytest.raises(KeyboardInterrupt):
        run(replace(task(scales=2), watch=interrupt, checkpoint=checkpoint))
    counted: list[int] = []
    resumed = run(
        replace(task(scales=2), watch=lambda done, loss: counted.append(done), checkpoint=checkpoint)
    )
    # The sixth evaluation is the second size's start, which is saved with its first step.
    begins = 6 if interrupted == 7 else interrupted
    assert counted == [*range(begins, 12)]
    assert torch.equal(resumed.image, whole.image)
    assert torch.equal(resumed.trace, whole.trace)
    assert resumed.seconds_before == pytest.approx(resumed.seconds[begins - 2], rel=1e-6)
    assert whole.seconds_before == 0


def test_a_run_of_one_size_is_written_as_ever() -> None:
    for method in (METHOD, NOVAK):
        assert "scales" not in method.configure("default", {}).model_dump()
        assert "scales" not in method.configure("default", {"scales": 1}).model_dump()
        dumped = method.configure("default", {"scales": 2}).model_dump()
        assert dumped["scales"] == 2
        assert method.parameters.model_validate(dumped).scales == 2


def test_every_size_needs_an_evaluation() -> None:
    with pytest.raises(InputError, match="2 evaluations do not suffice for 3 scales"):
        METHOD.configure("default", {"scales": 3, "evaluations": 2})
