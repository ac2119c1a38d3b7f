from dataclasses import replace

import pytest
import torch
from descents import optimise

from nstbench.core.errors import InputError
from nstbench.losses.objective import Objective
from nstbench.methods.gatys2015.algorithm import style_terms
from nstbench.optim.adam import Adam
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.sgd import SGD


class InterruptionError(Exception):
    """What ends a run in the middle."""


@pytest.fixture
def objective(narrow_vgg):
    torch.manual_seed(2)
    style = torch.rand(1, 3, 24, 24, dtype=torch.float64)
    return Objective(narrow_vgg, style_terms(narrow_vgg, style, {"relu1_1": 0.5, "relu2_1": 0.5}))


@pytest.fixture
def start():
    return torch.full((1, 3, 24, 24), 0.5, dtype=torch.float64)


@pytest.mark.parametrize("optimiser", [LBFGS(), LBFGS(line_search=True), Adam(0.02)])
def test_descends_with_exactly_the_evaluations_asked_for(objective, start, optimiser):
    outcome = optimise(objective, start, optimiser, evaluations=17)
    assert outcome.trace.shape == (17, 3)
    assert len(outcome.seconds) == 17
    assert outcome.trace[-1, 0] < 0.5 * outcome.trace[0, 0]
    assert outcome.terms == ("style/relu1_1", "style/relu2_1")


def test_final_losses_are_those_of_the_image(objective, start):
    """Also when the budget ends with a step that is taken back, as too long ones are."""
    outcomes = [optimise(objective, start, LBFGS(rate=20.0), evaluations) for evaluations in range(4, 16)]
    for outcome in outcomes:
        torch.testing.assert_close(outcome.final, objective(outcome.image))
    assert any(outcome.final[0] < outcome.trace[-1, 0] for outcome in outcomes)


def test_total_is_the_weighted_sum_of_the_terms(objective, start):
    trace = optimise(objective, start, LBFGS(), evaluations=5).trace
    torch.testing.assert_close(trace[:, 0], 0.5 * trace[:, 1] + 0.5 * trace[:, 2])


@pytest.mark.parametrize(
    "make", [lambda: LBFGS(history=4), lambda: LBFGS(line_search=True), lambda: Adam(0.02)]
)
def test_interrupted_run_ends_with_the_same_image(objective, start, make, tmp_path, monkeypatch):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)
    whole = optimise(objective, start, make(), evaluations=20)

    def interrupt(done, loss):
        if done == 13:
            raise InterruptionError

    checkpoint = Checkpoint(tmp_path / "run.pt")
    with pytest.raises(InterruptionError):
        optimise(objective, start, make(), 20, watch=interrupt, checkpoint=checkpoint)
    resumed_at = []
    resumed = optimise(
        objective, start, make(), 20, watch=lambda done, _: resumed_at.append(done), checkpoint=checkpoint
    )
    assert resumed_at[0] > 1
    assert (whole.seconds_before, resumed.seconds_before) == (0, resumed.seconds[resumed_at[0] - 2])
    assert torch.equal(resumed.image, whole.image)
    assert torch.equal(resumed.trace, whole.trace)


def test_damaged_checkpoint_is_a_fresh_start(objective, start, tmp_path):
    file = tmp_path / "run.pt"
    file.write_bytes(b"half a checkpoi")
    outcome = optimise(objective, start, Adam(0.02), 4, checkpoint=Checkpoint(file))
    assert outcome.trace.shape[0] == 4


def test_divergence_is_reported(objective, start):
    with pytest.raises(InputError, match=r"diverged within 2 evaluations \(loss (nan|inf)\)"):
        optimise(objective, start, Adam(1e200), evaluations=10)


@pytest.mark.parametrize(("optimiser", "spent"), [(Adam(1e-3), 4), (LBFGS(), 9), (SGD(1e-3), 9)])
def test_what_cannot_be_taken_back_ends_the_descent_at_once(objective, start, optimiser, spent):
    """The fourth evaluation is no number; L-BFGS and SGD try a shorter step."""
    seen = []

    class Spoilt(Objective):
        def at(self, evaluation):
            factor = torch.nan if evaluation == 3 else 1.0
            return Objective(self.extractor, [replace(term, weight=factor) for term in self.terms])

    try:
        spoilt = Spoilt(objective.extractor, objective.terms)
        optimise(spoilt, start, optimiser, 9, watch=lambda done, _: seen.append(done))
    except InputError as error:
        assert "within 4 evaluations (loss nan)" in str(error)
    assert len(seen) == spent
