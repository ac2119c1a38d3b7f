"""Limited-memory BFGS on one flat parameter, built for few, large matrix products.

The two-loop recursion only ever needs inner products between the stored steps s, gradient changes y and
the gradient, so it runs on a small table of them in fp64 (Chen, Wang and Zhou 2014, "Large-scale L-BFGS
using MapReduce", algorithm 3). The long vectors are touched twice per iteration, once for the products
and once for the direction, and values leave the device once.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from nstbench.optim.optimiser import Evaluate, Optimiser, has_run_away
from nstbench.optim.wolfe import strong_wolfe

# The first step moves no pixel by more than a tenth of a grey level; Torch7's min(1, 1/|g|_1) depends on
# the loss's scale.
FIRST_STEP = 0.1 / 255
# Of a step that is taken back; the eighth trial is 1/16384 as long as the first.
SHORTER = 0.25
MOST_RETRIES = 8
# What is remembered takes at most so many bytes, 100 steps of a picture of 819 x 819 px in fp32, but at least
# so many steps are.
MOST_BYTES = 3 * 2**29
FEWEST_STEPS = 10


class LBFGS(Optimiser):
    """Minimise by x <- x - rate H g, with H from the last `history` steps.

    Without a line search an iteration is one evaluation (as in Torch7 and the papers); with it the step
    length satisfies the strong Wolfe conditions. A step to a loss that is not finite, or that more than
    doubles, is taken back and tried at a quarter of its length; after eight retries the history is
    forgotten.

    Parameters
    ----------
    rate
        The step length in lengths of the direction; with a line search its first trial.
    history
        How many steps H is made from, at least 1; fewer where the picture is large (`remembered`).
    line_search
        Whether steps meet the strong Wolfe conditions.
    smooth
        A symmetric linear map F: steps and gradients are remembered in coordinates z of the point x = F z.
        The point, its steps and their limits stay those of x.

    References
    ----------
    Nocedal and Wright 2006, algorithm 7.4; Chen, Wang and Zhou 2014, algorithm 3.
    """

    def __init__(
        self,
        rate: float = 1.0,
        history: int = 100,
        line_search: bool = False,
        smooth: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.rate = rate
        self.history = history
        self.line_search = line_search
        self.smooth = smooth or (lambda values: values)

    def _begin(self) -> None:
        self._memory = _Memory(remembered(self.history, self.point.numel()), self.point)

    @override
    async def step(self, evaluate: Evaluate) -> None:
        own_direction = self._memory.direction(self.smooth(self.current.gradient))
        direction = self.smooth(own_direction)
        length = self.rate if self._memory.usable else self._first_length(direction)
        for _ in range(MOST_RETRIES):
            if self.line_search:
                length, trial = await strong_wolfe(evaluate, self.point, direction, length, self.current)
            else:
                trial = await evaluate(self.point + length * direction)
            if not has_run_away(trial, self.current.value):
                gradient = self.smooth(trial.gradient)
                change = gradient - self.smooth(self.current.gradient)
                self._memory.remember(length * own_direction, change, gradient)
                self.point = self.point + length * direction
                self.current = trial
                return
            self.rejected_steps += 1
            length *= SHORTER
        self._memory.forget()

    def _memorised(self) -> dict[str, Any]:
        return self._memory.state()

    def _recall(self, memory: dict[str, Any]) -> None:
        self._begin()
        self._memory.restore(memory)

    def _first_length(self, direction: Tensor) -> float:
        largest = direction.abs().max().item()
        if largest == 0:
            return 0.0
        # Where the loss curves downwards nothing is learned from a step: each next one is twice as long.
        return FIRST_STEP / largest * 2.0**self._memory.pairs


def remembered(history: int, values: int) -> int:
    """Say how many steps of a large picture are remembered.

    Parameters
    ----------
    history
        How many are asked for.
    values
        Of the picture: three a pixel.

    Returns
    -------
    int
        `history`, or as many as fit into 1.5 GiB in fp32, but at least 10 where so many are asked for.
    """
    return min(history, max(FEWEST_STEPS, MOST_BYTES // (2 * 4 * values)))


class _Memory:
    """The last pairs (s, y) and the table of their inner products; rows 0..m-1 are s, m..2m-1 are y."""

    def __init__(self, size: int, like: Tensor) -> None:
        self.size = size
        # Not filled, so that a CPU has no memory behind steps that are never made.
        self._steps = like.new_empty(size, like.numel())
        self._changes = like.new_empty(size, like.numel())
        self.forget()

    def forget(self) -> None:
        self.pairs = 0
        self._stored = 0
        self._products = np.zeros((2 * self.size, 2 * self.size))
        self._with_gradient = np.zeros(2 * self.size)

    def remember(self, step: Tensor, change: Tensor, gradient: Tensor) -> None:
        """Store a pair, and the products of all pairs with it and with the new gradient."""
        slot = self._stored % self.size
        self._stored += 1
        self.pairs = min(self._stored, self.size)
        self._steps[slot], self._changes[slot] = step, change
        vectors = torch.stack([step, change, gradient])
        filled = slice(0, self.pairs)
        products = torch.cat([self._steps[filled] @ vectors.T, self._changes[filled] @ vectors.T])
        table = products.double().cpu().numpy()
        rows = np.r_[0 : self.pairs, self.size : self.size + self.pairs]
        for column, row in enumerate((slot, self.size + slot)):
            self._products[row, rows] = self._products[rows, row] = table[:, column]
        self._with_gradient[rows] = table[:, 2]

    def direction(self, gradient: Tensor) -> Tensor:
        """-H g; the negative gradient while nothing usable is remembered."""
        if not self.usable:
            return -gradient
        coefficients, of_gradient = self._recursion()
        weights = torch.from_numpy(coefficients).to(gradient)
        newton = weights[: self.pairs] @ self._steps[: self.pairs]
        newton += weights[self.size : self.size + self.pairs] @ self._changes[: self.pairs]
        return newton.add_(gradient, alpha=of_gradient).neg_()

    def _recursion(self) -> tuple[np.ndarray, float]:
        """The two loops of L-BFGS (Nocedal and Wright, algorithm 7.4) on coefficients instead of vectors."""
        curvature, usable = self._curvature, self.usable
        coefficients, of_gradient = np.zeros(2 * self.size), 1.0
        alphas: dict[int, float] = {}
        for slot in reversed(usable):
            product = self._products[slot] @ coefficients + of_gradient * self._with_gradient[slot]
            alphas[slot] = product / curvature[slot]
            coefficients[self.size + slot] -= alphas[slot]
        # H_0 = s'y / y'y of the newest pair (Nocedal and Wright, eq. 7.20).
        newest = usable[-1]
        scale = curvature[newest] / self._products[self.size + newest, self.size + newest]
        coefficients *= scale
        of_gradient *= scale
        for slot in usable:
            row = self.size + slot
            product = self._products[row] @ coefficients + of_gradient * self._with_gradient[row]
            coefficients[slot] += alphas[slot] - product / curvature[slot]
        return coefficients, of_gradient

    @property
    def _curvature(self) -> np.ndarray:
        """Give s'y of every slot."""
        return np.diagonal(self._products, offset=self.size)

    @property
    def usable(self) -> list[int]:
        """The slots with positive curvature, oldest first."""
        oldest_first = (number % self.size for number in range(self._stored - self.pairs, self._stored))
        curvature = self._curvature
        # Pairs without s'y > 0 are left out: with them H would not be positive definite, and -H g might lead
        # upwards.
        return [slot for slot in oldest_first if curvature[slot] > 0]

    def state(self) -> dict[str, Any]:
        return {
            "stored": self._stored,
            "steps": self._steps[: self.pairs],
            "changes": self._changes[: self.pairs],
            "products": torch.from_numpy(self._products),
            "with_gradient": torch.from_numpy(self._with_gradient),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self._stored = state["stored"]
        self.pairs = min(self._stored, self.size)
        self._steps[: self.pairs] = state["steps"]
        self._changes[: self.pairs] = state["changes"]
        self._products = state["products"].numpy()
        self._with_gradient = state["with_gradient"].numpy()
