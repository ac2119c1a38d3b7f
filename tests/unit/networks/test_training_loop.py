"""The training loop: its rate by hand, and what it sees of pictures that are held out."""

import math

import pytest
import torch
from torch import nn

from nstbench.networks.training import loop
from nstbench.networks.training.loop import Schedule, train
from nstbench.optim.checkpoints import Checkpoint


def test_the_rate_rises_before_it_falls():
    """Warm-up of four steps under half a cosine of eight, worked out by hand."""
    schedule = Schedule(8, 1.0, "cosine", warmup=4)
    assert schedule.rate_at(0) == pytest.approx(0.25)
    assert schedule.rate_at(2) == pytest.approx(0.75 * 0.5 * (1 + math.cos(math.pi / 4)))
    assert schedule.rate_at(4) == pytest.approx(0.5)
    assert schedule.rate_at(6) == pytest.approx(0.5 * (1 - math.sqrt(0.5)))


def test_a_long_training_is_looked_at_ten_times():
    looked = [steps for steps in range(1, 5501) if Schedule(5500, 1e-3).is_validated(steps)]
    assert looked == list(range(550, 5501, 550))
    assert [steps for steps in range(1, 121) if Schedule(120, 1e-3).is_validated(steps)] == [50, 100, 120]


class Line(nn.Module):
    """A weight that is to become 3, and a mode that is told."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(1.0))


def descend(tmp_path, network, steps=6, watch=lambda *_: None, **changes):
    def losses_at(step):
        loss = (network.weight - 3) ** 2
        return torch.stack([loss, loss])

    def held_out():
        assert not network.training
        assert not torch.is_grad_enabled()
        return {"distance": abs(network.weight.item() - 3)}

    schedule = Schedule(steps, 0.1, **changes)
    checkpoint = Checkpoint(tmp_path / "line.checkpoint")
    return train(network, losses_at, ["square"], schedule, {}, watch, checkpoint, held_out)


def test_weights_shrink_as_in_adamw(tmp_path):
    """The first step of Adam is the rate, whatever the gradient; before it the weight shrinks."""
    network = Line()
    descend(tmp_path, network, steps=1, weight_decay=0.5)
    assert network.weight.item() == pytest.approx(1 - 0.1 * 0.5 + 0.1, rel=1e-5)


def test_held_out_pictures_are_seen_once_though_the_training_was_interrupted(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "STEPS_BETWEEN_VALIDATIONS", 2)
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)
    whole = descend(tmp_path / "whole", Line()).held_out
    assert [row["step"] for row in whole] == [2, 4, 6]
    assert [row["distance"] for row in whole] == pytest.approx([1.8, 1.6, 1.4], abs=0.02)

    class KilledError(Exception):
        """The machine died."""

    def killer(step, loss):
        if step == 5:
            raise KilledError

    with pytest.raises(KilledError):
        descend(tmp_path / "cut", Line(), watch=killer)
    assert descend(tmp_path / "cut", Line()).held_out == whole
