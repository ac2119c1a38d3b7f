"""Which entries of a Gram matrix count as zero. Planning reads the threshold, so torch is not imported."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# As a share of the largest entry.
SMALL = 1e-3


def small_entries(matrix: "Tensor") -> "Tensor":
    """Where entries >= 0 of a matrix of any shape are below `SMALL` times the largest, in its shape."""
    return matrix < SMALL * matrix.max()
