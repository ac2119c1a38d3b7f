"""What all optimisers share: a point, its evaluation, and a state to go on from."""

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor

from nstbench.optim.evaluation import Evaluate, Evaluation


class Optimiser(ABC):
    """An algorithm that moves `point` (n,) downhill, one iteration at a time.

    `current` is the evaluation of `point`; `rejected_steps` counts the steps that were not accepted.
    """

    point: Tensor
    current: Evaluation
    rejected_steps: int

    def start(self, point: Tensor, evaluate: Evaluate) -> None:
        """Evaluate `point` and begin there."""
        self.point = point
        self.current = evaluate(point)
        self.rejected_steps = 0
        self._begin()

    @abstractmethod
    def step(self, evaluate: Evaluate) -> None:
        """One iteration; `point` and `current` become the accepted point and its evaluation."""

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on, as tensors and numbers."""
        return {
            "point": self.point,
            "loss": self.current.loss,
            "gradient": self.current.gradient,
            "rejected_steps": self.rejected_steps,
            "memory": self._memorised(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
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
