"""Adam on one flat parameter (Kingma and Ba 2015, algorithm 1)."""

from typing import Any

from typing_extensions import override

from nstbench.optim.optimiser import Evaluate, Optimiser

DECAY_1, DECAY_2, EPSILON = 0.9, 0.999, 1e-8


class Adam(Optimiser):
    """Minimise with step size `rate`; the default decay rates of the paper.

    Parameters
    ----------
    rate
        The step size, in units of the image's [0, 1].

    References
    ----------
    Kingma and Ba 2015, algorithm 1; the divisor has epsilon relative to its mean.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def _begin(self) -> None:
        self._count = 0
        self._first = self.point.new_zeros(self.point.shape)
        self._second = self.point.new_zeros(self.point.shape)

    @override
    async def step(self, evaluate: Evaluate) -> None:
        self._count += 1
        gradient = self.current.gradient
        self._first.lerp_(gradient, 1 - DECAY_1)
        self._second.lerp_(gradient.square(), 1 - DECAY_2)
        # Both averages start at 0; divided by the share of weights that they hold, they are unbiased.
        mean = self._first / (1 - DECAY_1**self._count)
        # Gradients of a normalised loss can be far below epsilon; scaled so that epsilon stays negligible.
        deviation = (self._second / (1 - DECAY_2**self._count)).sqrt_()
        trial_point = self.point - self.rate * mean / (deviation + EPSILON * deviation.mean())
        self.current = await evaluate(trial_point)
        self.point = trial_point

    def _memorised(self) -> dict[str, Any]:
        return {"count": self._count, "first": self._first, "second": self._second}

    def _recall(self, memory: dict[str, Any]) -> None:
        self._count, self._first, self._second = memory["count"], memory["first"], memory["second"]
