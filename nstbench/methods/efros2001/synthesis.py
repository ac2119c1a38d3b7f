"""Passes over the picture, block by block in raster order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nstbench.methods.efros2001.boundary_cut import new_pixels
from nstbench.methods.efros2001.matching import Costs, Matcher, Planes
from nstbench.methods.efros2001.schedule import Pass
from nstbench.methods.efros2001.weighing import COLOURS, MAP, TERMS, counts, factors

# From the costs at all positions (n, m) to the row and the column of one.
Choose = Callable[[Costs], tuple[int, int]]


def quilt(
    source: Planes, target: Planes, passes: Iterable[Pass], choose: Choose, watch: Callable[[float], None]
) -> Iterator[tuple[Planes, NDArray[np.float64]]]:
    """What `OnePass.paint` returns, pass after pass: a picture with the map `target` (H, W) from blocks of
    `source` (4, h, w), R, G, B and its map."""
    matcher, painted = Matcher(source), None
    for settings in passes:
        painted, costs = OnePass(matcher, target, painted, settings).paint(choose, watch)
        yield painted, costs


@dataclass(frozen=True)
class Weighing:
    """How pixels of a block count (3, 4, h, w), the same times the terms' factors, and the energies then."""

    counts: Planes
    weights: Planes
    energies: Costs


class OnePass:
    """A picture in the making from blocks of the matcher's source: R, G, B and its map.

    `target` (H, W) is the content's map, `previous` (4, H, W) the result of the pass before, if any.
    """

    def __init__(self, matcher: Matcher, target: Planes, previous: Planes | None, settings: Pass) -> None:
        self.matcher, self.settings = matcher, settings
        self.again = previous is not None
        self.factors = factors(settings.alpha)
        self.wanted = np.zeros((len(TERMS), 4, *target.shape), np.float32)
        if previous is not None:
            self.wanted[1] = previous
        self.wanted[2, MAP] = target
        self.weighings: dict[tuple[int, int, bool, bool], Weighing] = {}

    def paint(self, choose: Choose, watch: Callable[[float], None]) -> tuple[Planes, NDArray[np.float64]]:
        """The picture (4, H, W); what the chosen blocks cost, and their terms (1 + 3,), per pixel of a block.

        `watch` is called after each block with its cost per pixel.
        """
        sums, pixels, side = np.zeros(len(TERMS)), 0, self.settings.block
        for row, column in self.settings.corners(*self.wanted.shape[2:]):
            there = self.wanted[:, :, row : row + side, column : column + side]
            terms = self._place(there, column > 0, row > 0, choose)
            area = there[0, 0].size
            sums, pixels = sums + terms, pixels + area
            watch(float(self.factors @ terms) / area)
        return self.wanted[0], np.array([self.factors @ sums, *sums]) / pixels

    def _place(self, there: Planes, left: bool, top: bool, choose: Choose) -> NDArray[np.float64]:
        """Paint a block where `there` (3, 4, h, w) is wanted, in place; its terms (3,)."""
        height, width = there.shape[2:]
        weighing = self._weighing(height, width, left, top)
        row, column = choose(self.matcher.costs(there, weighing.weights, weighing.energies))
        block = self.matcher.source[:, row : row + height, column : column + width]
        differences = np.square(there - block)
        new = new_pixels(differences[0, COLOURS].sum(0), self.settings.overlap, left, top)
        np.copyto(there[0], block, where=new)
        terms: NDArray[np.float64] = (weighing.counts * differences).sum((1, 2, 3), np.float64)
        return terms

    def _weighing(self, height: int, width: int, left: bool, top: bool) -> Weighing:
        kind = (height, width, left, top)
        if kind not in self.weighings:
            counted = counts(height, width, self.settings.overlap, left, top, self.again)
            weights = self.factors[:, None, None, None] * counted
            self.weighings[kind] = Weighing(counted, weights, self.matcher.energies(weights.sum(0)))
        return self.weighings[kind]
