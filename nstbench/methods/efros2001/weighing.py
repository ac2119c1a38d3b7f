"""What a block is chosen by, and how much each of its pixels counts.

Planes are R, G, B and the correspondence map. A block costs alpha (overlap + previous) + (1 - alpha)
correspondence (Efros and Freeman 2001, section 3).
"""

import numpy as np
from numpy.typing import NDArray

# Squared differences from what the pass has painted there, from the result of the pass before, and of the
# source's map from the target's.
TERMS = ("overlap", "previous", "correspondence")
COLOURS, MAP = slice(3), 3
COLOURS_PER_MAP = 3  # The map counts like as many planes.


def factors(alpha: float) -> NDArray[np.float32]:
    """The weight of each term (3,)."""
    return np.array([alpha, alpha, 1 - alpha], np.float32)


def counts(height: int, width: int, overlap: int, left: bool, top: bool, again: bool) -> NDArray[np.float32]:
    """How often each plane of each pixel counts in each term (3, 4, height, width).

    `left` and `top` say where a block overlaps older ones, `again` whether there was a pass before.
    """
    counted = np.zeros((len(TERMS), 4, height, width), np.float32)
    if left:
        counted[0, COLOURS, :, :overlap] = 1
    if top:
        counted[0, COLOURS, :overlap] = 1
    counted[1, COLOURS] = again
    counted[2, MAP] = COLOURS_PER_MAP
    return counted
