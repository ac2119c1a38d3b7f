"""Gradient descent with momentum on one flat parameter: SGD without the sampling.

v <- m v + g, x <- x - r v (Polyak 1964; Sutskever et al. 2013, eqs. 1 and 2 with the rate outside v).
"""

from typing import Any

import torch
from typing_extensions import override

from nstbench.optim.optimiser import Evaluate, Optimiser, has_run_away

SLOWER = 0.25


class SGD(Optimiser):
    """Minimise with the first step as long as `rate` says: its root mean square over the pixels.

    What a rate per unit of gradient means depends on the loss's scale, so the first gradient sets it. With
    momentum the loss may rise on the way; a step to more than twice the start's, or to no number, is taken
    back, and the descent goes on from rest at a quarter of the rate.

    Parameters
    ----------
    rate
        The root mean square of the first step over the pixels, in [0, 1].
    momentum
        The share m of the last step that the next one keeps, in [0, 1).

    References
    ----------
    Polyak 1964; Sutskever et al. 2013, eqs. 1 and 2 with the rate outside v.
    """

    def __init__(self, rate: float, momentum: float = 0.9) -> None:
        self.rate = rate
        self.momentum = momentum

    def _begin(self) -> None:
        self._start_loss = self.current.value
        self._velocity = self.point.new_zeros(self.point.shape)
        # Of all later steps too: the rate stays, so that steps become shorter as gradients do.
        length = self.current.gradient.square().mean().sqrt()
        self._rate = self.rate / length.clamp_min(torch.finfo(length.dtype).tiny)

    @override
    async def step(self, evaluate: Evaluate) -> None:
        self._velocity = self.momentum * self._velocity + self.current.gradient
        trial_point = self.point - self._rate * self._velocity
        trial = await evaluate(trial_point)
        # Against the start, because momentum may raise the loss from one step to the next.
        if has_run_away(trial, self._start_loss):
            self.rejected_steps += 1
            self._velocity.zero_()
            self._rate = SLOWER * self._rate
        else:
            self.point, self.current = trial_point, trial

    def _memorised(self) -> dict[str, Any]:
        return {"start_loss": self._start_loss, "velocity": self._velocity, "rate": self._rate}

    def _recall(self, memory: dict[str, Any]) -> None:
        self._start_loss = memory["start_loss"]
        self._velocity, self._rate = memory["velocity"], memory["rate"]
