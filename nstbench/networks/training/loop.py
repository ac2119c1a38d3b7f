"""The one training loop: Adam, a learning curve, held-out pictures, and a checkpoint to go on from."""

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
# What a network does on pictures that are held out is looked at ten times in a long training.
VALIDATIONS, STEPS_BETWEEN_VALIDATIONS = 10, 50
VALIDATION_BATCHES = 4


@dataclass(frozen=True)
class Schedule:
    """How many steps of Adam, at which rate, when weights are kept and when the training is launched anew.

    Parameters
    ----------
    steps
        Of the whole training.
    rate
        Of the first of them.
    decay
        "none": the rate stays; "inverse": rate / (1 + 5e-5 step); "cosine": it falls to 0 along a cosine.
    stages
        Weights are kept after every `steps / stages` steps.
    relaunches
        Numbers of steps after which the training is launched anew.
    relaunch_keeps
        What it then goes on with: "all" that a checkpoint has, or "weights" alone. Adam, the rate and the
        order of the steps then begin again.
    warmup
        Steps over which the rate rises to what `decay` says, from 0.
    weight_decay
        Share of the rate by which weights shrink in each step (Loshchilov and Hutter 2019).
    """

    steps: int
    rate: float
    decay: Decay = "none"
    stages: int = 1
    relaunches: tuple[int, ...] = ()
    relaunch_keeps: Literal["all", "weights"] = "all"
    warmup: int = 0
    weight_decay: float = 0.0

    def rate_at(self, step: int) -> float:
        """The rate of a step.

        Parameters
        ----------
        step
            Since the schedule began, from 0.

        Returns
        -------
        float
            Adam's learning rate.

        References
        ----------
        Huang and Belongie 2017, code, adjust_learning_rate ("inverse").
        """
        rate = self.rate * min(1.0, (step + 1) / self.warmup) if self.warmup else self.rate
        match self.decay:
            case "none":
                return rate
            case "inverse":
                return rate / (1 + INVERSE_DECAY * step)
            case "cosine":
                return rate * 0.5 * (1 + math.cos(math.pi * step / self.steps))

    def since_launch(self, step: int) -> int:
        """Steps since the schedule last began.

        Parameters
        ----------
        step
            Since the training began, from 0.

        Returns
        -------
        int
            From 0.
        """
        if self.relaunch_keeps == "all":
            return step
        return step - max((relaunch for relaunch in self.relaunches if relaunch <= step), default=0)

    def ends_stage(self, steps: int) -> bool:
        """Whether weights are kept.

        Parameters
        ----------
        steps
            How many have been done.

        Returns
        -------
        bool
            True after the last step at least.
        """
        return steps in {round(self.steps * stage / self.stages) for stage in range(1, self.stages + 1)}

    def is_validated(self, steps: int) -> bool:
        """Whether the network is looked at on pictures that are held out.

        Parameters
        ----------
        steps
            How many have been done.

        Returns
        -------
        bool
            True after the last step at least.
        """
        every = max(STEPS_BETWEEN_VALIDATIONS, self.steps // VALIDATIONS)
        return steps % every == 0 or steps == self.steps


@dataclass
class Curve:
    """A learning curve.

    Parameters
    ----------
    terms
        Names of the T terms of the loss.
    rows
        What every step lost, (1 + T,), the weighted total first.
    seconds
        When it was done, since the start.
    """

    terms: Sequence[str]
    rows: list[Tensor] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write it as CSV: step, total, one column per term (unweighted), seconds.

        Parameters
        ----------
        path
            The file, whole or not at all.
        """
        with written_whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(["step", "total", *self.terms, "seconds"])
            for step, (row, seconds) in enumerate(zip(self.rows, self.seconds, strict=True), 1):
                table.writerow([step, *(f"{loss:.6g}" for loss in row.tolist()), f"{seconds:.2f}"])


class Training:
    """A network that learns, and all that it takes to go on: Adam, the curve, the weights kept on the way.

    Parameters
    ----------
    network, terms, schedule, identity
        As of `train`.
    """

    def __init__(
        self, network: nn.Module, terms: Sequence[str], schedule: Schedule, identity: Mapping[str, Any]
    ) -> None:
        self.network, self.schedule, self.identity = network, schedule, dict(identity)
        self.curve = Curve(terms)
        self.held_out: list[dict[str, float]] = []
        self.stages: dict[int, dict[str, Tensor]] = {}
        self.launch()

    def launch(self) -> None:
        """Adam from its start, on the weights that there are."""
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), self.schedule.rate, weight_decay=self.schedule.weight_decay
        )

    def step(self, losses_at: Callable[[int], Tensor]) -> Tensor:
        """Take one step down.

        Parameters
        ----------
        losses_at
            As of `train`.

        Returns
        -------
        Tensor
            The losses before it, (1 + T,), in fp32 on the CPU.

        Raises
        ------
        InputError
            When the loss is NaN or infinite.
        """
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
            weights = self.network.state_dict()
            self.stages[number + 1] = {name: tensor.cpu().clone() for name, tensor in weights.items()}
        return losses.detach().float().cpu()

    def validate(self, held_out: Callable[[], Mapping[str, float]]) -> None:
        """Look at the network on pictures that are held out.

        Parameters
        ----------
        held_out
            As of `train`.
        """
        self.network.eval()
        with torch.no_grad():
            found = {name: float(f"{value:.5g}") for name, value in held_out().items()}
        self.network.train()
        self.held_out.append({"step": len(self.curve.rows), **found})

    def state(self) -> dict[str, Any]:
        """All that a checkpoint has to hold.

        Returns
        -------
        dict
            For `restore`.
        """
        return {
            "identity": self.identity,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rows": self.curve.rows,
            "seconds": self.curve.seconds,
            "held_out": self.held_out,
            "stages": self.stages,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint; one of another identity is ignored.

        Parameters
        ----------
        state
            What `state` returned.
        """
        if state["identity"] != self.identity:
            return
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.curve.rows, self.curve.seconds = list(state["rows"]), list(state["seconds"])
        self.held_out, self.stages = list(state["held_out"]), dict(state["stages"])


def train(
    network: nn.Module,
    losses_at: Callable[[int], Tensor],
    terms: Sequence[str],
    schedule: Schedule,
    identity: Mapping[str, Any],
    watch: Watch,
    checkpoint: Checkpoint,
    held_out: Callable[[], Mapping[str, float]] | None = None,
) -> Training:
    """Train a network by Adam.

    Parameters
    ----------
    network
        Its parameters are changed.
    losses_at
        The losses of a step, counted from 0: (1 + T,), the total that is descended on, then the terms. When
        it depends on the step and the network alone, a training that goes on from its checkpoint ends with
        the same weights.
    terms
        Names of the T terms.
    schedule
        Steps, rate, and launches.
    identity
        What makes this training differ from others; a checkpoint of another identity is ignored.
    watch
        Called after every step with its number and the total.
    checkpoint
        Where it is saved now and then, and gone on from.
    held_out
        Measures the network on pictures that it does not learn from: numbers by name. It is called now and
        then, and at the end, without gradients and with the network in its mode for use. None if there are
        no such pictures.

    Returns
    -------
    Training
        With the curve, what the network did on held-out pictures, and the weights of every stage.

    Raises
    ------
    InputError
        When the loss becomes NaN or infinite.
    """
    training = Training(network, terms, schedule, identity)
    if saved := checkpoint.load():
        training.restore(saved)
    curve = training.curve
    started = time.perf_counter() - (curve.seconds[-1] if curve.seconds else 0.0)
    while (done := len(curve.rows)) < schedule.steps:
        if done in schedule.relaunches:
            # What stopping and starting again would do: go through the file, and launch Adam.
            checkpoint.save(training.state())
            training.launch()
            if schedule.relaunch_keeps == "all" and (saved := checkpoint.load()):
                training.restore(saved)
        losses = training.step(losses_at)
        curve.rows.append(losses)
        curve.seconds.append(time.perf_counter() - started)
        if held_out and schedule.is_validated(done + 1):
            training.validate(held_out)
        watch(done + 1, losses[0])
        if checkpoint.due or done + 1 == schedule.steps:
            checkpoint.save(training.state())
    return training


def mean_loss(losses_at: Callable[[int], Tensor]) -> dict[str, float]:
    """The loss on VALIDATION_BATCHES batches, for `held_out` of `train`.

    Parameters
    ----------
    losses_at
        The losses of a batch, counted from 0: (1 + T,), the total first.

    Returns
    -------
    dict of float
        `total`, the mean of the batches.
    """
    totals = (losses_at(number)[0].item() for number in range(VALIDATION_BATCHES))
    return {"total": sum(totals) / VALIDATION_BATCHES}
