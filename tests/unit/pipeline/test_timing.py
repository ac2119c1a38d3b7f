"""The benchmark compares equal work, and says what it timed."""

import json

import pytest
import torch

from nstbench.core.hardware import resolve
from nstbench.losses.gram import gram
from nstbench.losses.objective import Objective
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.gatys2015.algorithm import content_terms, style_terms
from nstbench.optim.lockstep import finish
from nstbench.pipeline.timing import engine as timing
from nstbench.pipeline.timing import improved
from nstbench.pipeline.timing.engine import (
    BLOCKS,
    SEED,
    Contestant,
    UnequalWorkError,
    check_equal_work,
    pair,
    take_turns,
)
from nstbench.pipeline.timing.reference import TextbookLoop, gram_matrix

CONTENT_LAYERS = {"relu2_2": 0.5, "relu3_2": 0.5}
STYLE_LAYERS = {"relu1_1": 0.7, "relu2_1": 0.2, "relu3_1": 0.1}
ALPHA = 0.3


@pytest.fixture
def pictures():
    torch.manual_seed(1)
    return [torch.rand(1, 3, 24, 32, dtype=torch.float64) for _ in range(3)]


@pytest.fixture
def textbook(narrow_vgg, pictures):
    content, style, _ = pictures
    narrow_vgg.truncate([*CONTENT_LAYERS, *STYLE_LAYERS])
    return TextbookLoop(narrow_vgg, content, style, CONTENT_LAYERS, STYLE_LAYERS, ALPHA)


def test_textbook_losses_and_gradient_are_the_engines(narrow_vgg, pictures, textbook):
    content, style, image = pictures
    image.requires_grad_()
    terms = [
        *content_terms(narrow_vgg, content, CONTENT_LAYERS, ALPHA),
        *style_terms(narrow_vgg, style, STYLE_LAYERS),
    ]
    total, *losses = Objective(narrow_vgg, terms)(image)
    ours = [
        sum(
            term.weight * loss for term, loss in zip(terms, losses, strict=True) if term.name.startswith(kind)
        )
        for kind in ("content", "style")
    ]
    theirs = textbook.losses(image)
    torch.testing.assert_close(theirs, tuple(ours), rtol=1e-5, atol=0)
    gradients = [torch.autograd.grad(loss, image)[0] for loss in (total, sum(theirs))]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-4 * gradients[0].abs().max().item())


def test_textbook_gram_matrix():
    features = torch.randn(1, 5, 6, 7)
    torch.testing.assert_close(gram_matrix(features), gram(features)[0])


def test_textbook_descends_with_exactly_the_evaluations_asked_for(pictures, textbook):
    start = pictures[2]
    kept = start.clone()
    losses = textbook.descend(start, 12)
    assert len(losses) == 12
    assert losses[-1] < 0.9 * losses[0]
    assert losses[0] == pytest.approx(float(sum(textbook.losses(start))))
    assert torch.equal(start, kept)


@pytest.fixture
def bench(monkeypatch, run):
    """Run `nstbench bench` at 32 px, one short block each."""

    def bench(*arguments):
        monkeypatch.setattr("nstbench.pipeline.timing.engine.EVALUATIONS", 2)
        monkeypatch.setattr("nstbench.pipeline.timing.engine.BLOCKS", 1)
        return run("bench", "--size", "32", *arguments)

    return bench


def test_rows_say_what_was_timed(bench):
    status, printed, log = bench("--json")
    rows = json.loads(printed)
    assert status == 0
    assert [row["precision"] for row in rows] == ["fp32", "fp32", "bf16"]
    assert [row["layout"] for row in rows] == ["channels last", "channels first", "channels last"]
    assert rows[0]["reference_s"] == rows[1]["reference_s"]
    for row in rows:
        assert row["size"] == 32
        assert row["threads"] == torch.get_num_threads()
        assert (row["evaluations"], row["blocks"]) == (2, 1)
        assert row["ratio"] == pytest.approx(row["reference_s"] / row["engine_s"])
    assert rows[0]["loss_difference"] < 1e-4
    assert rows[0]["engine_loss"] == pytest.approx(rows[0]["reference_loss"], rel=1e-4)
    assert "bench at 32 px: 4/4" in log


def test_table_is_plain_in_a_log(bench):
    status, printed, _ = bench()
    header, *rows = printed.splitlines()
    assert status == 0
    assert header.split()[:4] == ["precision", "layout", "size", "device"]
    assert [row.split()[0] for row in rows] == ["fp32", "fp32", "bf16"]


def test_unequal_work_is_refused(bench, monkeypatch):
    check_equal_work([{"precision": "bf16", "loss_difference": 1e-3}])
    with pytest.raises(UnequalWorkError, match=r"2\.0e-03 in fp32"):
        check_equal_work([{"precision": "fp32", "loss_difference": 2e-3}])
    with pytest.raises(UnequalWorkError):
        check_equal_work([{"precision": "fp32", "loss_difference": float("nan")}])
    monkeypatch.setattr("nstbench.pipeline.timing.reference.MEAN", (0.5, 0.5, 0.5))
    status, _, log = bench("--json")
    assert status == 1
    assert log.splitlines()[-1].startswith("nstbench: the losses at the start differ by")


def test_bad_size_is_refused(bench):
    status, printed, log = bench("--size", "5")
    assert (status, printed) == (2, "")
    assert log == "nstbench: size 5 is out of range; allowed: 16 to 8192 pixels\n"


@pytest.mark.parametrize(
    ("name", "id", "set_"), [("original", "gatys2015", "jain"), ("improved", "novak2016", "improved")]
)
def test_what_is_timed_of_the_improved_style_is_the_method(name, id, set_):
    parameters = method(id).configure(set_, {"evaluations": 3})
    hardware = resolve()
    outcome = finish(method(id).stylize(Task(*pair(32, hardware.device), parameters, SEED, hardware)))
    timed = improved.contestant(improved.PARAMETERS[name], 32)
    assert timed.descend(3) == pytest.approx(outcome.trace[0, 0].item(), rel=1e-4)


def test_an_engine_that_is_too_slow_is_timed_once(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])

    def taking(seconds):
        def descend(evaluations):
            clock[0] += seconds * evaluations
            return 1.0

        return Contestant(descend)

    reference, fair, slow = taking(0.1), taking(0.29), taking(0.31)
    take_turns(reference, [fair, slow], "bench", BLOCKS)
    assert [each.blocks for each in (reference, fair, slow)] == [BLOCKS, BLOCKS, 1]
    assert slow.seconds == pytest.approx(0.31)
