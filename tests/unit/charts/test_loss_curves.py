"""What is read from the losses of descents, against made-up ones."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from nstbench.charts.loss_curves import Convergence, Improvement, arrivals, final_ratios, improvements


@pytest.fixture
def descents(materials):
    """Materials of descents between the same pictures, by their arms and losses."""

    def make(losses):
        runs = [
            SimpleNamespace(
                trace=pd.DataFrame({"evaluation": range(1, len(own) + 1), "total": own}),
                planned=SimpleNamespace(
                    run=SimpleNamespace(content="c", style="s", seed=0), arm=SimpleNamespace(caption=arm)
                ),
            )
            for arm, own in losses.items()
        ]
        return replace(materials(), runs=runs)

    return make


LOSSES = {"fast": [8.0, 1.0, 5.0, 1.0], "slow": [9.0, 4.0, 3.0, 1.04], "stuck": [7.0, 2.0, 2.0, 2.0]}


def test_a_descent_is_judged_by_the_least_loss_so_far(descents):
    table = Convergence().measure(descents(LOSSES))
    fast = table[table["arm"] == "fast"].set_index("evaluation")
    assert fast["loss"].tolist() == [8.0, 1.0, 1.0, 1.0]
    assert final_ratios(table).to_dict() == {"fast": 1.0, "slow": 1.04, "stuck": 2.0}


def test_an_arm_arrives_when_it_comes_within_five_per_cent(descents):
    arrived = arrivals(Convergence().measure(descents(LOSSES)))
    assert arrived.drop("stuck").to_dict() == {"fast": 2.0, "slow": 4.0}
    assert np.isnan(arrived["stuck"])


def test_convergence_is_said(descents):
    ends, reached = Convergence.findings(Convergence().measure(descents(LOSSES)))
    assert "1.04 times (slow), 2.00 times (stuck)" in ends
    assert "1 descent of each" in ends
    assert reached.endswith("fast 2; slow 4; never stuck.")


def test_improvements_are_shares_of_the_loss_at_the_checkpoint_before(descents):
    table = Improvement(checkpoints=(1, 2, 4, 9)).measure(descents({"arm": [8.0, 2.0, 5.0, 1.0]}))
    gains = improvements(table)
    assert gains[1, 2] == pytest.approx(0.75)
    assert gains[2, 4] == pytest.approx(0.5)
    assert np.isnan(gains[4, 9])
    assert Improvement.findings(table) == [
        "From 1 to 2 evaluations the loss falls by 75.0%; from 2 to 4 evaluations the loss falls by 50.0%; "
        "from 4 to 9 is not measured, because the runs end before."
    ]


@pytest.mark.parametrize("checkpoints", [[2, 1], [1, 1], [0, 1]])
def test_checkpoints_rise(checkpoints):
    with pytest.raises(ValidationError, match="checkpoints have to rise from 1 or more"):
        Improvement.model_validate({"checkpoints": checkpoints})
