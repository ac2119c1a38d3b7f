"""What an optimiser asks of an objective: its value and gradient at a point."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor


@dataclass(frozen=True)
class Evaluation:
    """Loss () and gradient (n,) at one point (n,)."""

    loss: Tensor
    gradient: Tensor

    @cached_property
    def value(self) -> float:
        """The loss as a number, fetched from the device once."""
        return self.loss.item()


# A step to more than this many times a loss is taken back; the papers' optimisers accept everything.
RUNAWAY = 2.0


def has_run_away(trial: Evaluation, loss: float) -> bool:
    """Whether the loss of `trial` is no number, or far above `loss`."""
    return not trial.value <= RUNAWAY * abs(loss)


Evaluate = Callable[[Tensor], Evaluation]


class BudgetSpentError(Exception):
    """Raised by an `Evaluate` that may not be called again; the accepted point stays what it was."""
