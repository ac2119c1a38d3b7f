"""The painters by name, and the one function that asks them for a picture."""

import inspect
from collections.abc import Callable
from typing import get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from nstbench.core.errors import InputError
from painting.brush import brush
from painting.canvas import Array, as_bytes
from painting.composition import composition
from painting.dots import dots
from painting.facets import facets
from painting.halves import halves
from painting.mosaic import mosaic
from painting.scene import scene
from painting.study import study
from painting.waves import waves

PAINTERS: dict[str, Callable[..., Array]] = {
    painter.__name__: painter
    for painter in (scene, brush, dots, facets, mosaic, waves, composition, halves, study)
}
SMALLEST, LARGEST = 32, 4096


def paint(painter: str, seed: int, size: int = 512, **parameters: str) -> NDArray[np.uint8]:
    """The picture (size, size, 3), RGB uint8, that `painter` paints from `seed`; the same on every call.

    `parameters` are the painter's own, such as season="winter" for the painter "scene".
    """
    check_painting(painter, seed, size, **parameters)
    return as_bytes(PAINTERS[painter](np.random.default_rng(seed), size, **parameters))


def check_painting(painter: str, seed: int, size: int, **parameters: str) -> None:
    """Raise InputError unless `paint` takes these arguments."""
    if painter not in PAINTERS:
        raise InputError(f"unknown painter {painter!r}: allowed are {', '.join(sorted(PAINTERS))}")
    if not SMALLEST <= size <= LARGEST:
        raise InputError(f"size {size!r} is not allowed: pictures are {SMALLEST} to {LARGEST} pixels wide")
    if seed < 0:
        raise InputError(f"seed {seed!r} is not allowed: seeds are whole numbers from 0")
    for name, value in parameters.items():
        _check(painter, name, value)


def choices(painter: str) -> dict[str, tuple[str, ...]]:
    """The parameters of a painter, each with the values that it allows (the default comes first)."""
    hints = get_type_hints(PAINTERS[painter])
    names = list(inspect.signature(PAINTERS[painter]).parameters)[2:]
    return {name: get_args(hints[name]) for name in names}


def _check(painter: str, name: str, value: str) -> None:
    allowed = choices(painter)
    if name not in allowed:
        names = ", ".join(allowed) or "none"
        raise InputError(f"unknown parameter {name!r} of the painter {painter!r}: allowed are {names}")
    if value not in allowed[name]:
        values = ", ".join(allowed[name])
        raise InputError(f"{name} {value!r} of the painter {painter!r} is not allowed: choose from {values}")
