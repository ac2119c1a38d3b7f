"""Adam on one flat parameter (Kingma and Ba 2015, algorithm 1)."""

from typing import Any

from torch import Tensor

from nstbench.optimise.evaluation import Evaluate, Evaluation

DECAY_1, DECAY_2, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Minimise with step size `rate`; the default decay rates of the paper."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def start(self, point: Tensor, evaluate: Evaluate) -> None:
        self.point = point
        self.current = evaluate(point)
        self.steps_taken_back = 0
        self._count = 0
        self._first = point.new_zeros(point.shape)
        self._second = point.new_zeros(point.shape)

    def step(self, evaluate: Evaluate) -> None:
        self._count += 1
        gradient = self.current.gradient
        self._first.lerp_(gradient, 1 - DECAY_1)
        self._second.lerp_(gradient.square(), 1 - DECAY_2)
        mean = self._first / (1 - DECAY_1**self._count)
        # Gradients of a normalised loss can be far below epsilon; scaled so that epsilon stays negligible.
        deviation = (self._second / (1 - DECAY_2**self._count)).sqrt_()
        trial_point = self.point - self.rate * mean / (deviation + EPSILON * deviation.mean())
        self.current = evaluate(trial_point)
        self.point = trial_point

    def state(self) -> dict[str, Any]:
        return {
            "point": self.point,
            "loss": self.current.loss,
            "gradient": self.current.gradient,
            "count": self._count,
            "first": self._first,
            "second": self._second,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.point = state["point"]
        self.current = Evaluation(state["loss"], state["gradient"])
        self.steps_taken_back = 0
        self._count, self._first, self._second = state["count"], state["first"], state["second"]
