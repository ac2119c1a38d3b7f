"""Which of the blocks that fit well is taken."""

import numpy as np
from numpy.typing import NDArray


def choose(costs: NDArray[np.float64], tolerance: float, random: np.random.Generator) -> tuple[int, int]:
    """Row and column of one of the costs (n, m) that exceed the least by no more than the share `tolerance`.

    All of them are equally likely (Efros and Freeman 2001, section 2.2).
    """
    row, column = random.choice(np.argwhere(costs <= (1 + tolerance) * costs.min()))
    return int(row), int(column)
