"""A texture grown around a seed: the pixel that most is known of comes first, drawn from those that fit.

References
----------
Efros and Leung 1999, Texture synthesis by non-parametric sampling, section 2.
"""

from collections.abc import Callable

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

Picture = NDArray[np.float32]

# Of the piece of the texture that the result grows around.
SEED = 3
# The Gaussian's sigma is this part of a window, as in the authors' algorithm.
WINDOWS_PER_SIGMA = 6.4
# Below this fp32 cannot tell mean squared differences from 0.
ROUNDING = 1e-6


def grow(
    texture: Picture,
    height: int,
    width: int,
    window: int,
    tolerance: float,
    random: np.random.Generator,
    watch: Callable[[int, float], None],
) -> tuple[Picture, float]:
    """Make a texture from a piece of it.

    Parameters
    ----------
    texture
        The example, (h, w, 3), with sides of at least `window`.
    height, width
        Of the result, in pixels.
    window
        Side of a pixel's surroundings, odd.
    tolerance
        A pixel is drawn from all whose surroundings differ at most 1 + `tolerance` times as much as the best.
    random
        Decides the seed, the order among pixels of which as much is known, and the pixels.
    watch
        Called with how many pixels there are and how much the last one's surroundings differ.

    Returns
    -------
    picture
        (height, width, 3), all of it pixels of the texture.
    distance
        How much the surroundings of the pixels drawn differ, mean squared difference on average.
    """
    search, reach = Search(texture, window), window // 2
    # The border, and what is not there yet, count for nothing.
    known = np.zeros((height + 2 * reach, width + 2 * reach), bool)
    picture = np.zeros((*known.shape, 3), np.float32)
    made = np.s_[reach : reach + height, reach : reach + width]
    rows, columns = min(SEED, height), min(SEED, width)
    top, left = (random.integers(side - SEED + 1) for side in texture.shape[:2])
    middle = np.s_[reach + (height - rows) // 2 :, reach + (width - columns) // 2 :]
    picture[middle][:rows, :columns] = texture[top : top + rows, left : left + columns]
    known[middle][:rows, :columns] = True
    done, total = rows * columns, 0.0
    while done < height * width:
        border = scipy.ndimage.binary_dilation(known[made], np.ones((3, 3), bool)) & ~known[made]
        pixels = random.permutation(np.argwhere(border))
        counts = scipy.ndimage.uniform_filter(known.astype(np.float64), window)[made]
        for row, column in pixels[np.argsort(-counts[tuple(pixels.T)], kind="stable")]:
            around = np.s_[row : row + window, column : column + window]
            distances = search.distances(picture[around], known[around])
            fits = np.flatnonzero(distances <= (1 + tolerance) * max(distances.min(), ROUNDING))
            drawn = random.choice(fits)
            picture[row + reach, column + reach] = search.middles[drawn]
            known[row + reach, column + reach] = True
            done, total = done + 1, total + float(distances[drawn])
            watch(done, float(distances[drawn]))
    return picture[made], total / max(done - rows * columns, 1)


class Search:
    """All windows of a texture, to be compared with surroundings of which a part is known.

    Parameters
    ----------
    texture
        (h, w, 3).
    window
        Side of the windows.
    """

    def __init__(self, texture: Picture, window: int) -> None:
        windows = np.lib.stride_tricks.sliding_window_view(texture, (window, window), (0, 1))
        self.windows = np.ascontiguousarray(windows.transpose(0, 1, 3, 4, 2).reshape(-1, window**2 * 3))
        self.squares = np.square(self.windows).reshape(-1, window**2, 3).sum(2)
        self.middles = self.windows.reshape(-1, window**2, 3)[:, window**2 // 2]
        from_middle = np.arange(window) - window // 2
        gaussian = np.exp(-np.square(from_middle / (window / WINDOWS_PER_SIGMA)) / 2)
        self.gaussian = np.outer(gaussian, gaussian).astype(np.float32)

    def distances(self, wanted: Picture, known: NDArray[np.bool_]) -> NDArray[np.float32]:
        """How much all windows differ from surroundings, where these are known.

        Parameters
        ----------
        wanted
            (window, window, 3).
        known
            (window, window).

        Returns
        -------
        numpy.ndarray
            Means of squared differences, weighted by a Gaussian around the middle, (N,).
        """
        weights = self.gaussian * known
        weights /= weights.sum()
        weighted = weights[..., None] * wanted
        distances = self.squares @ weights.ravel() - 2 * (self.windows @ weighted.ravel())
        return np.asarray(distances + (weighted * wanted).sum(), np.float32)
