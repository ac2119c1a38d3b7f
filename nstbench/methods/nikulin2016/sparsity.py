"""Which entries of a Gram matrix count as zero. Planning reads the threshold, so torch is not imported."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# As a share of the largest entry.
SMALL = 1e-3


def small_entries(matrix: "Tensor") -> "Tensor":
    """Find the entries that count as zero.

    Parameters
    ----------
    matrix
        Entries >= 0, in any shape.

    Returns
    -------
    Tensor
        Of the same shape: true where an entry is below `SMALL` times the largest.
    """
    return matrix < SMALL * matrix.max()
