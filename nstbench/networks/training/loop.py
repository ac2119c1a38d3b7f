"""The training loop of feed-forward networks: Adam, a learning curve, and a checkpoint to go on from."""

import csv
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from nstbench.core.errors import InputError
from nstbench.core.files import written_whole
from nstbench.core.progress import Watch
from nstbench.optim.checkpoints import Checkpoint

Decay = Literal["none", "inverse", "cosine"]
# Per step, as in the code of Huang and Belongie (2017).
INVERSE_DECAY = 5e-5


@dataclass(frozen=True)
class Schedule:
    """How many steps of Adam, at which rate, when weights are kept and when the training is launched anew.

    The rate stays, falls as rate / (1 + 5e-5 step), or falls to 0 along a cosine. Weights are kept after
    every `steps / stages` steps. A launch after one of `relaunches` steps goes on with all that a checkpoint
    has, or with `weights` alone: Adam, the rate and the order of the steps then begin again.
    """

    steps: int
    rate: float
    decay: Decay = "none"
    stages: int = 1
    relaunches: tuple[int, ...] = ()
    relaunch_keeps: Literal["all", "weights"] = "all"

    def rate_at(self, step: int) -> float:
        match self.decay:
            case "none":
                return self.rate
            case "inverse":
                return self.rate / (1 + INVERSE_DECAY * step)
            case "cosine":
                return self.rate * 0.5 * (1 + math.cos(math.pi * step / self.steps))

    def since_launch(self, step: int) -> int:
        """Steps since the schedule last began."""
        if self.relaunch_keeps == "all":
            return step
        return step - max((relaunch for relaunch in self.relaunches if relaunch <= step), default=0)

    def ends_stage(self, steps: int) -> bool:
        """Whether weights are kept after so many steps."""
        return steps in {round(self.steps * stage / self.stages) for stage in range(1, self.stages + 1)}


@dataclass
class Curve:
    """What every step lost: a row (1 + T,) a step, the weighted total first; seconds are since the start."""

    terms: Sequence[str]
    rows: list[Tensor] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """As CSV: step, total, one column per term (unweighted), seconds."""
        with written_whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(["step", "total", *self.terms, "seconds"])
            for step, (row, seconds) in enumerate(zip(self.rows, self.seconds, strict=True), 1):
                table.writerow([step, *(f"{loss:.6g}" for loss in row.tolist()), f"{seconds:.2f}"])


class Training:
    """A network that learns, and all that it takes to go on: Adam, the curve, the weights kept on the way."""

    def __init__(
        self, network: nn.Module, terms: Sequence[str], schedule: Schedule, identity: Mapping[str, Any]
    ) -> None:
        self.network, self.schedule, self.identity = network, schedule, dict(identity)
        self.curve = Curve(terms)
        self.stages: dict[int, dict[str, Tensor]] = {}
        self.launch()

    def launch(self) -> None:
        """Adam from its start, on the weights that there are."""
        self.optimiser = torch.optim.Adam(self.network.parameters(), self.schedule.rate)

    def step(self, losses_at: Callable[[int], Tensor]) -> Tensor:
        """One step down; returns the losses before it, and raises InputError when they are no numbers."""
        number = len(self.curve.rows)
        position = self.schedule.since_launch(number)
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.rate_at(position)
        losses = losses_at(position)
        if not math.isfinite(losses[0].item()):
            raise InputError(
                f"the training diverged at step {number + 1} (loss {losses[0].item()}); "
                "lower the learning rate"
            )
        self.optimiser.zero_grad(set_to_none=True)
        losses[0].backward()
        self.optimiser.step()
        if self.schedule.ends_stage(number + 1):
            self.stages[number + 1] = {
                k: v.detach().cpu().clone() for k, v in self.network.state_dict().items()
            }
        return losses.detach().float().cpu()

    def state(self) -> dict[str, Any]:
        return {
            "identity": self.identity,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rows": self.curve.rows,
            "seconds": self.curve.seconds,
            "stages": self.stages,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned; a state of another identity is ignored."""
        if state["identity"] != self.identity:
            return
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.curve.rows, self.curve.seconds = list(state["rows"]), list(state["seconds"])
        self.stages = dict(state["stages"])


def train(
    network: nn.Module,
    losses_at: Callable[[int], Tensor],
    terms: Sequence[str],
    schedule: Schedule,
    identity: Mapping[str, Any],
    watch: Watch,
    checkpoint: Checkpoint,
) -> Training:
    """Descend `schedule.steps` times on the parameters of `network`, and return what came of it.

    `losses_at` gives the losses of a step, counted from 0: (1 + T,), the total that is descended on, then the
    `terms`. When it depends on the step and the network alone, a training that goes on from its checkpoint
    ends with the same weights; a checkpoint of another `identity` is ignored. `watch` is called after every
    step with its number and the total. Raises InputError when the loss stops being a number.
    """
    training = Training(network, terms, schedule, identity)
    if saved := checkpoint.load():
        training.restore(saved)
    curve = training.curve
    started = time.perf_counter() - (curve.seconds[-1] if curve.seconds else 0.0)
    while (done := len(curve.rows)) < schedule.steps:
        if done in schedule.relaunches:
            relaunch(training, checkpoint)
        losses = training.step(losses_at)
        curve.rows.append(losses)
        curve.seconds.append(time.perf_counter() - started)
        watch(done + 1, losses[0])
        if checkpoint.due or done + 1 == schedule.steps:
            checkpoint.save(training.state())
    return training


def relaunch(training: Training, checkpoint: Checkpoint) -> None:
    """Do what stopping and starting again would do: go through the file, and launch Adam."""
    checkpoint.save(training.state())
    training.launch()
    if training.schedule.relaunch_keeps == "all" and (saved := checkpoint.load()):
        training.restore(saved)
