"""Neighbourhoods of pixels as vectors, the order in which pixels are made, and the search for the nearest.

Pictures are (H, W, C). Beyond their borders they go on with the pixel at the border.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Picture = NDArray[np.float32]
Features = NDArray[np.float32]
Indices = NDArray[np.intp]

# No level but the finest has a shorter side, in pixels.
SMALLEST_SIDE = 8
# The tree looks at so many directions in which neighbourhoods differ most.
DIRECTIONS = 24
# A neighbour that the tree finds is at most 1 + this times as far as the nearest along these directions.
SLACK = 0.5


@dataclass(frozen=True)
class Window:
    """The neighbours of a pixel that are compared.

    Parameters
    ----------
    reach
        How far they lie from it at most, in pixels along either axis; a side is 2 reach + 1.
    causal
        Only those before it in the order of reading.
    """

    reach: int
    causal: bool = False

    @property
    def offsets(self) -> Indices:
        """Rows and columns of the K neighbours from the pixel, (K, 2)."""
        side = range(-self.reach, self.reach + 1)
        every = [(row, column) for row in side for column in side]
        return np.array([offset for offset in every if not self.causal or offset < (0, 0)], np.intp)

    @property
    def weights(self) -> NDArray[np.float32]:
        """Of their squared differences, a Gaussian of a sigma of half the reach; their sum is 1, (K,)."""
        squares = np.square(self.offsets / max(self.reach / 2, 0.5)).sum(1)
        weights = np.exp(-squares / 2)
        return np.asarray(weights / weights.sum(), np.float32)


@dataclass(frozen=True)
class Layer:
    """What of a picture belongs to the neighbourhood of a pixel.

    Parameters
    ----------
    picture
        (H, W, C).
    window
        Which neighbours.
    coarser
        Whether the picture is a level coarser, so that the window lies around the pixel's parent.
    weight
        Of its squared differences.
    """

    picture: Picture
    window: Window
    coarser: bool = False
    weight: float = 1.0

    def vectors(self, rows: Indices, columns: Indices) -> Features:
        """The neighbours of N pixels, weighted so that a squared distance is a weighted sum of differences.

        Parameters
        ----------
        rows, columns
            Of the pixels, (N,).

        Returns
        -------
        numpy.ndarray
            (N, K C).
        """
        if self.coarser:
            rows, columns = rows // 2, columns // 2
        last_row, last_column = np.subtract(self.picture.shape[:2], 1)
        below, right = self.window.offsets.T
        seen = self.picture[
            np.clip(rows[:, None] + below, 0, last_row), np.clip(columns[:, None] + right, 0, last_column)
        ]
        weighted = seen * np.sqrt(self.weight * self.window.weights)[:, None]
        return np.asarray(weighted.reshape(len(rows), -1), np.float32)


def vectors(layers: Sequence[Layer], rows: Indices, columns: Indices) -> Features:
    """The neighbourhoods of N pixels in several layers.

    Parameters
    ----------
    layers
        Their D numbers stand behind each other.
    rows, columns
        Of the pixels, (N,).

    Returns
    -------
    numpy.ndarray
        (N, D); squared distances are weighted sums of squared differences.
    """
    return np.concatenate([layer.vectors(rows, columns) for layer in layers], 1)


def pyramid(picture: Picture, levels: int) -> list[Picture]:
    """A picture at half, a quarter, ... of its size, coarsest first.

    Parameters
    ----------
    picture
        (H, W, C).
    levels
        How many at most; none but the finest has a side below SMALLEST_SIDE.

    Returns
    -------
    list of numpy.ndarray
        The last one is `picture`. The parent of the pixel (y, x) is (y // 2, x // 2) of the one before.

    References
    ----------
    Burt and Adelson 1983, The Laplacian pyramid as a compact image code.
    """
    found = [picture]
    while len(found) < levels and min(found[0].shape[:2]) >= 2 * SMALLEST_SIDE:
        blurred = scipy.ndimage.gaussian_filter(found[0], (1, 1, 0), mode="nearest")
        found.insert(0, blurred[::2, ::2])
    return found


def enlarged(picture: Picture, height: int, width: int) -> Picture:
    """Every pixel of a level repeated for its children.

    Parameters
    ----------
    picture
        (h, w, C), a level of a pyramid.
    height, width
        Of the next level.

    Returns
    -------
    numpy.ndarray
        (height, width, C).
    """
    return picture.repeat(2, 0).repeat(2, 1)[:height, :width]


def wavefronts(height: int, width: int, reach: int) -> Iterator[tuple[Indices, Indices]]:
    """The pixels of a picture in an order in which many can be made at once.

    A pixel waits for its causal neighbours, the last of which lies a row above and `reach` columns to the
    right. So those of one front, (reach + 1) row + column = constant, need nothing of each other, and the
    picture becomes the same as when it is made in the order of reading.

    Parameters
    ----------
    height, width
        Of the picture, in pixels.
    reach
        Of the causal window.

    Yields
    ------
    rows, columns
        Of the pixels of a front.
    """
    slope = reach + 1
    for front in range(slope * (height - 1) + width):
        first, last = max(0, -((width - 1 - front) // slope)), min(height - 1, front // slope)
        if first <= last:
            rows = np.arange(first, last + 1)
            yield rows, front - slope * rows


def every_pixel(picture: Picture) -> tuple[Indices, Indices]:
    """Rows and columns of all pixels in the order of reading.

    Parameters
    ----------
    picture
        (H, W, C).

    Returns
    -------
    rows, columns
        (H W,) each.
    """
    rows, columns = np.indices(picture.shape[:2]).reshape(2, -1)
    return rows, columns


class Nearest:
    """Finds the nearest of many vectors, approximately: a tree over the directions in which they differ most.

    Parameters
    ----------
    features
        (N, D).
    """

    def __init__(self, features: Features) -> None:
        self.mean = features.mean(0)
        centred = features - self.mean
        _, directions = np.linalg.eigh(centred.T @ centred)
        self.directions = directions[:, -DIRECTIONS:]
        self.tree = cKDTree(centred @ self.directions)

    def __call__(self, wanted: Features) -> Indices:
        """Look vectors up.

        Parameters
        ----------
        wanted
            (M, D).

        Returns
        -------
        numpy.ndarray
            The index of a near one for each, (M,).
        """
        _, found = self.tree.query((wanted - self.mean) @ self.directions, eps=SLACK)
        return np.asarray(found, np.intp)
