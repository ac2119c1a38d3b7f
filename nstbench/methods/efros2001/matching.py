"""How well every block of a source fits what is wanted: squared differences at all positions at once."""

from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Planes = NDArray[np.float32]
Costs = NDArray[np.float64]


class Matcher:
    """A source (C, H, W) whose blocks are compared with wanted ones by Fourier transforms.

    sum_u w(u) (S(p + u) - X(u))^2 = sum_u w(u) S(p + u)^2 - 2 sum_u S(p + u) w(u) X(u) + sum_u w(u) X(u)^2
    for the blocks at all positions p inside the source. The first sum, the energy, holds for all X.
    """

    def __init__(self, source: Planes) -> None:
        self.source = source
        self._shape = [scipy.fft.next_fast_len(side, real=True) for side in source.shape[1:]]
        self._spectrum = scipy.fft.rfft2(source, self._shape)
        self._spectrum_of_squares = scipy.fft.rfft2(np.square(source, dtype=np.float64), self._shape)
        self._rounding = 2 * np.finfo(np.float32).eps * np.linalg.norm(source)

    def energies(self, weights: Planes) -> Costs:
        """sum_u w(u) S(p + u)^2 (H - h + 1, W - w + 1) from weights (C, h, w)."""
        return self._correlated(self._spectrum_of_squares, weights.astype(np.float64))

    def costs(self, wanted: Planes, weights: Planes, energies: Costs) -> Costs:
        """The weighted squared differences (H - h + 1, W - w + 1) of the block at every position from K
        wanted ones (K, C, h, w), summed over all four.

        Weights are shaped like `wanted`; `energies` are those of their sum over K. Costs that fp32 cannot
        tell from 0 are raised to the least that it can.
        """
        weighted = weights * wanted
        template = weighted.sum(0)
        constant = (weighted * wanted).sum(dtype=np.float64)
        costs = energies - 2 * self._correlated(self._spectrum, template) + constant
        least: Costs = np.maximum(costs, self._rounding * np.linalg.norm(template))
        return least

    def _correlated(self, spectrum: NDArray[Any], template: NDArray[Any]) -> NDArray[Any]:
        """sum_u S(p + u) V(u) over channels and pixels, for every p."""
        rows, columns = self._shape
        # Below the template are rows of zeros, which need no transform.
        transformed = scipy.fft.fft(scipy.fft.rfft(template, columns, axis=2), rows, axis=1)
        product = (spectrum * transformed.conj()).sum(0)
        positions = [side - block + 1 for side, block in zip(self.source.shape, template.shape, strict=True)]
        correlated: NDArray[Any] = scipy.fft.irfft2(product, self._shape)
        return correlated[: positions[1], : positions[2]]
