"""Strong Wolfe line search (Nocedal and Wright 2006, algorithms 3.5 and 3.6)."""

import math
from dataclasses import dataclass

from torch import Tensor

from nstbench.optim.optimiser import Evaluate, Evaluation

# c1 and c2, as Nocedal and Wright advise for quasi-Newton methods (section 3.1).
SUFFICIENT_DECREASE = 1e-4
CURVATURE = 0.9
# As many as in `torch.optim.LBFGS`.
MOST_TRIALS = 25


@dataclass(frozen=True)
class Trial:
    """One point along the direction: step length, loss, directional derivative.

    Parameters
    ----------
    length
        In lengths of the direction.
    value
        The loss; infinite where it is not finite.
    slope
        The derivative of the loss along the direction.
    evaluation
        Of the point.
    """

    length: float
    value: float
    slope: float
    evaluation: Evaluation


async def strong_wolfe(
    evaluate: Evaluate, point: Tensor, direction: Tensor, length: float, start: Evaluation
) -> tuple[float, Evaluation]:
    """Search a step length that meets the strong Wolfe conditions.

    Parameters
    ----------
    evaluate : callable
        The objective.
    point, direction : Tensor
        (n,), where the line starts and where it leads.
    length : float
        The first step length to try, in lengths of `direction`.
    start : Evaluation
        Of `point`.

    Returns
    -------
    length : float
        The step length; that of the best trial when none of 25 meets the conditions.
    evaluation : Evaluation
        Of the point that it leads to.

    References
    ----------
    Nocedal and Wright 2006, algorithms 3.5 and 3.6.
    """
    search = _Search(evaluate, point, direction, start)
    return await search.run(length)


class _Search:
    def __init__(self, evaluate: Evaluate, point: Tensor, direction: Tensor, start: Evaluation) -> None:
        self.evaluate, self.point, self.direction = evaluate, point, direction
        self.origin = self._trial(0.0, start)
        self.trials = 0

    async def run(self, length: float) -> tuple[float, Evaluation]:
        previous = self.origin
        while self.trials < MOST_TRIALS:
            trial = await self._try(length)
            if self._too_high(trial) or (previous is not self.origin and trial.value >= previous.value):
                return await self._zoom(previous, trial)
            if abs(trial.slope) <= -CURVATURE * self.origin.slope:
                break
            if trial.slope >= 0:
                return await self._zoom(trial, previous)
            previous, length = trial, 2 * length
        return trial.length, trial.evaluation

    async def _zoom(self, low: Trial, high: Trial) -> tuple[float, Evaluation]:
        """Shrink the bracket, `low` the end of less loss, until the conditions hold or it has no length."""
        while self.trials < MOST_TRIALS and low.length != high.length:
            trial = await self._try(_interpolate(low, high))
            if self._too_high(trial) or trial.value >= low.value:
                high = trial
                continue
            if abs(trial.slope) <= -CURVATURE * self.origin.slope:
                return trial.length, trial.evaluation
            if trial.slope * (high.length - low.length) >= 0:
                high = low
            low = trial
        return low.length, low.evaluation

    async def _try(self, length: float) -> Trial:
        self.trials += 1
        return self._trial(length, await self.evaluate(self.point + length * self.direction))

    def _trial(self, length: float, evaluation: Evaluation) -> Trial:
        value = evaluation.value
        slope = (evaluation.gradient @ self.direction).item()
        return Trial(length, value if math.isfinite(value) else math.inf, slope, evaluation)

    def _too_high(self, trial: Trial) -> bool:
        return trial.value > self.origin.value + SUFFICIENT_DECREASE * trial.length * self.origin.slope


def _interpolate(low: Trial, high: Trial) -> float:
    """Minimiser of the cubic through both ends (Nocedal and Wright, eq. 3.59), kept off the ends."""
    span = high.length - low.length
    middle = low.length + 0.5 * span
    if not math.isfinite(high.value):
        return middle
    d1 = low.slope + high.slope - 3 * (low.value - high.value) / (low.length - high.length)
    radicand = d1 * d1 - low.slope * high.slope
    # The cubic has no minimum.
    if radicand < 0:
        return middle
    d2 = math.copysign(math.sqrt(radicand), span)
    denominator = high.slope - low.slope + 2 * d2
    if denominator == 0:
        return middle
    length = high.length - span * (high.slope + d2 - d1) / denominator
    # A trial at an end would not shrink the bracket.
    margin = 0.1 * abs(span)
    lower, upper = sorted((low.length, high.length))
    return min(max(length, lower + margin), upper - margin)
