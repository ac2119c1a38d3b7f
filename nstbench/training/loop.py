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

from nstbench.errors import InputError
from nstbench.files import written_whole
from nstbench.optimise.checkpoint import Checkpoint
from nstbench.progress import Watch


@dataclass(frozen=True)
class Schedule:
    """How many steps of Adam, and at which rate: the same throughout, or falling to 0 along a cosine."""

    steps: int
    rate: float
    decay: Literal["none", "cosine"]

    def rate_at(self, step: int) -> float:
        if self.decay == "none":
            return self.rate
        return self.rate * 0.5 * (1 + math.cos(math.pi * step / self.steps))


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


def train(
    network: nn.Module,
    losses_at: Callable[[int], Tensor],
    terms: Sequence[str],
    schedule: Schedule,
    identity: Mapping[str, Any],
    watch: Watch,
    checkpoint: Checkpoint,
) -> Curve:
    """Descend `schedule.steps` times on the parameters of `network`, and return the learning curve.

    `losses_at` gives the losses of a step, counted from 0: (1 + T,), the total that is descended on, then the
    `terms`. When it depends on the step and the network alone, a training that goes on from its checkpoint
    ends with the same weights; a checkpoint of another `identity` is ignored. `watch` is called after every
    step with its number and the total. Raises InputError when the loss stops being a number.
    """
    optimiser = torch.optim.Adam(network.parameters(), schedule.rate)
    curve = Curve(terms)
    saved = checkpoint.load()
    if saved and saved["identity"] == dict(identity):
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        curve.rows, curve.seconds = list(saved["rows"]), list(saved["seconds"])
    started = time.perf_counter() - (curve.seconds[-1] if curve.seconds else 0.0)
    while (step := len(curve.rows)) < schedule.steps:
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate_at(step)
        losses = losses_at(step)
        if not math.isfinite(losses[0].item()):
            raise InputError(
                f"the training diverged at step {step + 1} (loss {losses[0].item()}); lower the learning rate"
            )
        optimiser.zero_grad(set_to_none=True)
        losses[0].backward()
        optimiser.step()
        curve.rows.append(losses.detach().float().cpu())
        curve.seconds.append(time.perf_counter() - started)
        watch(step + 1, curve.rows[-1][0])
        if checkpoint.due or step + 1 == schedule.steps:
            checkpoint.save(
                {
                    "identity": dict(identity),
                    "network": network.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "rows": curve.rows,
                    "seconds": curve.seconds,
                }
            )
    return curve
