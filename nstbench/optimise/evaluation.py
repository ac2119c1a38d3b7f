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


Evaluate = Callable[[Tensor], Evaluation]


class BudgetSpentError(Exception):
    """Raised by an `Evaluate` that may not be called again; the accepted point stays what it was."""
