"""The ordinary distance of a statistic from that of a target."""

from collections.abc import Callable

from torch import Tensor

# Features (1, N, H, W) to a distance () from a target that is computed once.
Distance = Callable[[Tensor], Tensor]


class SquaredDistance:
    """F -> sum (statistic(F) - statistic(R))^2 for features F and a target R."""

    def __init__(self, statistic: Callable[[Tensor], Tensor], target: Tensor) -> None:
        self.statistic = statistic
        self.target = statistic(target)

    def __call__(self, features: Tensor) -> Tensor:
        return (self.statistic(features) - self.target).square().sum()
