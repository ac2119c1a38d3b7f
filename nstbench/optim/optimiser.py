"""What all optimisers share: a point, its evaluation, and a state to go on from."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Evaluation:
    """The loss () and its gradient (n,) at one point (n,).

    Parameters
    ----------
    loss
        (), on the device of the point.
    gradient
        (n,).
    """

    loss: Tensor
    gradient: Tensor

    @cached_property
    def value(self) -> float:
        """The loss as a number, fetched from the device once."""
        return self.loss.item()


# Value and gradient of an objective at a point (n,), for which others may be waited for.
Evaluate = Callable[[Tensor], Awaitable[Evaluation]]

# A step to more than this many times a loss is rejected; the papers' optimisers accept everything.
RUNAWAY = 2.0


def has_run_away(trial: Evaluation, loss: float) -> bool:
    """Say whether a step is to be rejected.

    Parameters
    ----------
    trial
        Where it leads.
    loss
        What its loss is compared with.

    Returns
    -------
    bool
        Whether the loss of `trial` is no number, or more than RUNAWAY times as large as `loss`.
    """
    return not trial.value <= RUNAWAY * abs(loss)


class BudgetSpentError(Exception):
    """Raised by an `Evaluate` that may not be called again; the accepted point stays what it was."""


class Optimiser(ABC):
    """An algorithm that moves `point` (n,) downhill, one iteration at a time.

    `current` is the evaluation of `point`; `rejected_steps` counts the steps that were not accepted. Unlike
    those of torch.optim it is given the function, not a gradient, so it may try a step and reject it.
    """

    point: Tensor
    current: Evaluation
    rejected_steps: int

    async def start(self, point: Tensor, evaluate: Evaluate) -> None:
        """Evaluate a point and begin there.

        Parameters
        ----------
        point
            (n,).
        evaluate
            The objective.
        """
        self.point = point
        self.current = await evaluate(point)
        self.rejected_steps = 0
        self._begin()

    @abstractmethod
    async def step(self, evaluate: Evaluate) -> None:
        """Make one iteration; `point` and `current` become the accepted point and its evaluation.

        Parameters
        ----------
        evaluate
            The objective.
        """

    def state(self) -> dict[str, Any]:
        """Give everything that the next step depends on.

        Returns
        -------
        dict
            Tensors, numbers, and dictionaries of them.
        """
        return {
            "point": self.point,
            "loss": self.current.loss,
            "gradient": self.current.gradient,
            "rejected_steps": self.rejected_steps,
            "memory": self._memorised(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state.

        Parameters
        ----------
        state
            What `state` returned.
        """
        self.point = state["point"]
        self.current = Evaluation(state["loss"], state["gradient"])
        self.rejected_steps = state["rejected_steps"]
        self._recall(state["memory"])

    @abstractmethod
    def _begin(self) -> None:
        """Set up what the algorithm remembers from step to step, at the start."""

    @abstractmethod
    def _memorised(self) -> dict[str, Any]:
        """What the algorithm remembers."""

    @abstractmethod
    def _recall(self, memory: dict[str, Any]) -> None:
        """Remember what `_memorised` returned."""
