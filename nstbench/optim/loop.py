"""The one pixel loop: an image descends an objective for a fixed number of evaluations."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.progress import Watch
from nstbench.losses.objective import Objective
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.lockstep import Request
from nstbench.optim.optimiser import BudgetSpentError, Evaluation, Optimiser

# Called with how many evaluations are spent and the image (1, 3, H, W) reached with them, not clipped.
Show = Callable[[int, Tensor], None]


@dataclass(frozen=True)
class Outcome:
    """The image found (1, 3, H, W), not clipped, and how the descent went.

    `trace` (evaluations, 1 + T) holds the total loss, then each term's unweighted loss, in the order of
    `terms`; `final` (1 + T,) is its row for the image, which is not the last one when the budget ends with
    a step that is taken back; `seconds` is the time since the start at the end of each evaluation, and
    `seconds_before` what an interrupted attempt, from which this one went on, has of it; `facts` are what a
    method adds about the run. A method that does not descend says what counts as an evaluation.

    Parameters
    ----------
    image
        (1, 3, H, W), RGB, not clipped.
    terms
        The names of the losses.
    trace
        (evaluations, 1 + T), the total and each term's unweighted loss.
    final
        (1 + T,), the row of `trace` that is the image's.
    seconds
        Since the start, at the end of each evaluation.
    rejected_steps
        How many steps were taken back.
    facts
        What a method adds about the run, by name.
    seconds_before
        The time of an interrupted attempt before this one.
    seconds_waited
        For other descents in lockstep with this one; `seconds` are without them.
    """

    image: Tensor
    terms: tuple[str, ...]
    trace: Tensor
    final: Tensor
    seconds: list[float]
    rejected_steps: int
    facts: Mapping[str, float | str | None] = field(default_factory=dict)
    seconds_before: float = 0.0
    seconds_waited: float = 0.0


def lossless(image: Tensor, seconds: float) -> Outcome:
    """Make the outcome of a method of one pass, which has no loss.

    Parameters
    ----------
    image : Tensor
        (1, 3, H, W).
    seconds : float
        How long it took.

    Returns
    -------
    Outcome
        One evaluation, whose loss is NaN.
    """
    trace = torch.full((1, 1), math.nan)
    return Outcome(image, (), trace, trace[0], [seconds], rejected_steps=0)


@dataclass
class _Recorder:
    """Asks for evaluations, keeps every loss, and refuses when the budget is spent."""

    objective: Objective
    shape: torch.Size
    budget: int
    watch: Watch | None
    rows: list[Tensor] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    waited: float = 0.0

    async def __call__(self, point: Tensor) -> Evaluation:
        if len(self.rows) >= self.budget:
            raise BudgetSpentError
        asked = time.perf_counter()
        answer = await Request(self.objective.at(len(self.rows)), point.view(self.shape))
        answered = time.perf_counter()
        # Meanwhile others have made their steps, and had their shares of the batch.
        self.waited += answered - asked - answer.seconds
        self.rows.append(answer.losses)
        self.seconds.append(answered - self.started - self.waited)
        if self.watch is not None:
            self.watch(len(self.rows), answer.losses[0])
        return Evaluation(answer.losses[0], answer.gradient.flatten())


async def descend(
    objective: Objective,
    start: Tensor,
    optimiser: Optimiser,
    evaluations: int,
    watch: Watch | None = None,
    checkpoint: Checkpoint | None = None,
    show: Show | None = None,
) -> Outcome:
    """Descend from an image for a fixed number of evaluations, each of which is awaited.

    Parameters
    ----------
    objective : Objective
        What is minimised.
    start : Tensor
        (1, 3, H, W), RGB in [0, 1].
    optimiser : Optimiser
        How.
    evaluations : int
        How often loss and gradient are evaluated.
    watch : callable, optional
        Called after each evaluation with its number and the total loss.
    checkpoint : Checkpoint, optional
        Where the state is kept; an interrupted descent goes on from it and ends with the same image, bit for
        bit.
    show : callable, optional
        Called before each iteration and at the end with the evaluations spent and the image accepted so far,
        so that rejected steps are not seen.

    Returns
    -------
    Outcome
        The image and every loss on the way.

    Raises
    ------
    InputError
        If the loss stops being a number and the optimiser has no way back.
    """
    recorder = _Recorder(objective, start.shape, evaluations, watch)
    saved = checkpoint.load() if checkpoint else None
    seconds_before = 0.0
    if saved:
        recorder.rows = list(saved["rows"])
        recorder.seconds = list(saved["seconds"])
        seconds_before = recorder.seconds[-1]
        # The clock goes on where the interrupted attempt stopped.
        recorder.started -= seconds_before
        optimiser.restore(saved["optimiser"])
    else:
        await optimiser.start(start.flatten().contiguous(), recorder)
    try:
        while len(recorder.rows) < evaluations and math.isfinite(optimiser.current.value):
            if show:
                show(len(recorder.rows), optimiser.point.view(start.shape))
            await optimiser.step(recorder)
            if checkpoint and checkpoint.due:
                state = {"optimiser": optimiser.state(), "rows": recorder.rows, "seconds": recorder.seconds}
                checkpoint.save(state)
    except BudgetSpentError:
        pass
    if not math.isfinite(optimiser.current.value):
        raise InputError(
            f"the descent diverged within {len(recorder.rows)} evaluations (loss {optimiser.current.value}); "
            "lower the optimiser's rate or the weights of the loss"
        )
    image = optimiser.point.view(start.shape)
    if show:
        show(len(recorder.rows), image)
    names = tuple(term.name for term in objective.terms)
    trace = torch.stack(recorder.rows)
    # The row of the image that is kept; evaluations after it were of steps that were taken back.
    (accepted,) = (trace[:, 0] == optimiser.current.loss).nonzero()[-1]
    return Outcome(
        image,
        names,
        trace,
        trace[accepted],
        recorder.seconds,
        optimiser.rejected_steps,
        seconds_before=seconds_before,
        seconds_waited=recorder.waited,
    )
