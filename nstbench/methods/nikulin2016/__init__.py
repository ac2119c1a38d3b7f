"""Nikulin and Novak 2016: Exploring the neural algorithm of artistic style, arXiv:1602.07188.

Two methods: styles that know where things are, or what (`spatial_style`, sections 7 and 9), and Gram matrices
that no picture has (`random_gram`, section 6). Numbers are in `parameters`.
"""

from typing import TYPE_CHECKING

from nstbench.methods.base import Method, Task
from nstbench.methods.nikulin2016.parameters import (
    PRESETS,
    RANDOM_GRAM_PRESETS,
    RandomGramParameters,
    SpatialParameters,
)

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


def stylize(task: Task[SpatialParameters]) -> "Outcome":
    """Stylize as `spatial_style.stylize` does; torch is imported only now.

    Parameters
    ----------
    task : Task
        Content, style, parameters and hardware.

    Returns
    -------
    Outcome
        The image and how it was found.
    """
    from nstbench.methods.nikulin2016 import spatial_style

    return spatial_style.stylize(task)


def stylize_by_random_gram(task: Task[RandomGramParameters]) -> "Outcome":
    """Stylize as `random_gram.stylize` does; torch is imported only now.

    Parameters
    ----------
    task : Task
        Content, style, parameters and hardware.

    Returns
    -------
    Outcome
        The image and how it was found.
    """
    from nstbench.methods.nikulin2016 import random_gram

    return random_gram.stylize(task)


METHOD = Method(
    id="nikulin2016",
    title="Spatial, local and content-aware style",
    source="Nikulin and Novak 2016, arXiv:1602.07188, sections 7 and 9",
    parameters=SpatialParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=stylize,
)
RANDOM_GRAM = Method(
    id="nikulin2016_random_gram",
    title="Styles from random Gram matrices",
    source="Nikulin and Novak 2016, arXiv:1602.07188, section 6",
    parameters=RandomGramParameters,
    presets=RANDOM_GRAM_PRESETS,
    default_preset="default",
    stylize=stylize_by_random_gram,
)
METHODS = (METHOD, RANDOM_GRAM)
