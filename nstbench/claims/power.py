"""How many pairs a test would have taken, from the effect and the spread that it has seen."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nstbench.claims.sample import Value
from nstbench.claims.significance import groupings, variance_of_mean

POWER = 0.8
# Where so many times the pairs do not suffice, nobody will run them.
MOST = 100.0


@dataclass(frozen=True)
class Grid:
    """Contents times styles, or one number where pairs share only one of them or neither.

    `each` is how many pairs a cell has, less than 1 where some were dropped.
    """

    sides: tuple[int, ...]
    each: float = 1.0

    @property
    def pairs(self) -> int:
        """How many there are."""
        return round(math.prod(self.sides) * self.each)

    def larger(self, times: float) -> "Grid":
        """One of the same shape with so many times the cells."""
        return Grid(tuple(math.ceil(side * times ** (1 / len(self.sides))) for side in self.sides), self.each)


@dataclass(frozen=True)
class Spread:
    """Variances of a pair's difference: what each side of the grid adds, and its own."""

    grid: Grid
    shared: tuple[float, ...]
    own: float

    def error(self, grid: Grid, times_own: float = 1.0) -> float:
        """The standard error of a mean over a grid, with `times_own` the variance of pairs."""
        between = sum(part / side for part, side in zip(self.shared, grid.sides, strict=True))
        return math.sqrt(between + times_own * self.own / grid.pairs)

    def of_median(self, grid: Grid) -> float:
        """The standard error of a median: the pairs' own part has pi / 2 times the variance."""
        return self.error(grid, math.pi / 2)

    def of_bootstrap(self, grid: Grid) -> float:
        """That of the pigeonhole bootstrap, which counts the pairs' own part threefold (Owen 2007)."""
        return self.error(grid, 3.0 if len(grid.sides) > 1 else math.pi / 2)


def spread_of(values: Sequence[Value]) -> Spread:
    """Variances by the method of moments; those below 0 count as 0."""
    import numpy as np

    groups, d = groupings(values), np.array([value.difference for value in values])
    sides = tuple(len(set(names)) for names in groups)
    if sides == (len(values),):  # Pairs have nothing in common.
        return Spread(Grid(sides), (0.0,), float(d.var(ddof=1)))
    # What is left of the differences when an effect of each group is fitted.
    effects = np.hstack([np.array(names)[:, None] == np.unique(names) for names in groups]).astype(float)
    rest = d - effects @ np.linalg.lstsq(effects, d, rcond=None)[0]
    own = float((rest**2).sum()) / max(1, len(d) - int(np.linalg.matrix_rank(effects)))
    shared = tuple(
        max(0.0, (variance_of_mean(names, d.tolist()) * len(d) - own) * side / len(d))
        for names, side in zip(groups, sides, strict=True)
    )
    return Spread(Grid(sides, len(d) / math.prod(sides)), shared, own)


def pairs_to_differ(spread: Spread, effect: float, floor: float, level: float) -> Grid | None:
    """The least grid on which the rule `directional` finds an effect of this size, four times in five.

    `effect` and `floor` count from the bound, `level` is what the uncorrected p must stay below. None where
    the effect does not reach the floor, or no grid of reasonable size would do.
    """
    from scipy.special import nctdtr, ndtr, stdtrit

    def power(grid: Grid) -> float:
        mean_squares = [
            part * grid.pairs / side + spread.own
            for part, side in zip(spread.shared, grid.sides, strict=True)
        ]
        freedom = sum(mean_squares) ** 2 / sum(
            square**2 / (side - 1) for square, side in zip(mean_squares, grid.sides, strict=True)
        )
        # Min F' divides by more than the error of the mean.
        error, divisor = spread.error(grid), math.sqrt(sum(mean_squares) / grid.pairs)
        critical = -stdtrit(freedom, level / 2) * divisor / error
        found = 1 - nctdtr(freedom, effect / error, critical)
        reached = ndtr((effect - floor) / spread.of_median(grid))
        clear = ndtr((effect - 1.96 * spread.of_bootstrap(grid)) / spread.of_median(grid))
        return float(min(found, reached, clear))

    return _least_grid(spread, power) if effect > floor else None


def pairs_to_equal(spread: Spread, effect: float, margin: float) -> Grid | None:
    """The least grid on which the rule `equivalence` has a verdict, within the margin or beyond it."""
    from scipy.special import ndtr

    deviates = 1.645 if abs(effect) < margin else 1.960

    def power(grid: Grid) -> float:
        room = abs(margin - abs(effect)) - deviates * spread.of_bootstrap(grid)
        return float(ndtr(room / spread.of_median(grid)))

    return _least_grid(spread, power) if abs(effect) != margin else None


def _least_grid(spread: Spread, power: Callable[[Grid], float]) -> Grid | None:
    times = (1.05**step for step in range(round(math.log(MOST) / math.log(1.05))))
    return next((grid for grid in map(spread.grid.larger, times) if power(grid) >= POWER), None)
