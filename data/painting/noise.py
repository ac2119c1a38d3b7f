"""Seeded fractal noise: cubic splines through random lattices, alike at every resolution."""

import numpy as np
import scipy

from painting.canvas import Array

UNIT_SPREAD = 2.1  # a cubic spline smooths its lattice; this brings the spread back to about one


def _spline_weights(count: int, cells: int) -> Array:
    """(count, cells + 3) weights that read a lattice with a cubic B-spline at `count` even places."""
    place = (np.arange(count) + 0.5) / count * cells + 1
    distance = np.abs(place[:, None] - np.arange(cells + 3)[None, :])
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    return np.where(distance < 1, near, far).astype(np.float32)


def smooth(rng: np.random.Generator, size: int, cells: tuple[int, int]) -> Array:
    """One octave (size, size) of about unit spread, with (rows, columns) of lattice cells."""
    rows, columns = cells
    lattice = rng.standard_normal((rows + 3, columns + 3), dtype=np.float32)
    return _spline_weights(size, rows) @ lattice @ _spline_weights(size, columns).T * UNIT_SPREAD


def fractal(
    rng: np.random.Generator, size: int, cells: tuple[int, int], octaves: int = 5, gain: float = 0.5
) -> Array:
    """Octaves of `smooth`, each twice as fine and `gain` times as strong; (size, size), about unit spread.

    Octaves finer than the pixels are left out, and no other draw shifts for it.
    """
    total = np.zeros((size, size), dtype=np.float32)
    for octave, child in enumerate(rng.spawn(octaves)):
        rows, columns = cells[0] << octave, cells[1] << octave
        if max(rows, columns) <= size:
            total += gain**octave * smooth(child, size, (rows, columns))
    scaled: Array = total / np.sqrt(sum(gain ** (2 * octave) for octave in range(octaves)))
    return scaled


def profile(rng: np.random.Generator, size: int, cells: int, octaves: int = 5, gain: float = 0.5) -> Array:
    """A fractal line (size,) of about unit spread: the skyline of a ridge."""
    total = np.zeros(size, dtype=np.float32)
    for octave, child in enumerate(rng.spawn(octaves)):
        lattice = child.standard_normal((cells << octave) + 3, dtype=np.float32)
        total += gain**octave * (_spline_weights(size, cells << octave) @ lattice)
    scaled: Array = total * np.sqrt(UNIT_SPREAD)
    return scaled


class Plane:
    """Noise over the whole plane, read at any points; it repeats after `PERIOD` lattice cells.

    Quadratic splines: smooth enough for slopes, and read much faster than cubic ones.
    """

    PERIOD = 256

    def __init__(self, rng: np.random.Generator) -> None:
        self._lattice = rng.standard_normal((self.PERIOD, self.PERIOD), dtype=np.float32) * 1.8

    def smooth(self, x: Array, y: Array) -> Array:
        """One octave at the points (x, y), given in lattice cells."""
        places = np.stack([y.ravel(), x.ravel()])
        values = scipy.ndimage.map_coordinates(
            self._lattice, places, order=2, prefilter=False, mode="grid-wrap", output=np.float32
        )
        return values.reshape(x.shape)

    def fractal(self, x: Array, y: Array, octaves: int, gain: float = 0.5, ridged: bool = False) -> Array:
        """Octaves of `smooth`, each turned and twice as fine; `ridged` folds each into sharp crests."""
        total = np.zeros_like(x, dtype=np.float32)
        for octave in range(octaves):
            value = self.smooth(x + 17.3 * octave, y + 9.1 * octave)
            total += gain**octave * (0.8 - np.abs(value) if ridged else value)
            x, y = 1.6 * x + 1.2 * y, -1.2 * x + 1.6 * y
        return total
