"""Nikulin and Novak 2016: Exploring the neural algorithm of artistic style, arXiv:1602.07188.

Two methods: styles that know where things are, or what (`spatial_style`, sections 7 and 9), and Gram matrices
that no picture has (`random_gram`, section 6). Numbers are in `parameters`.
"""

from nstbench.methods.base import MEMORY_OF_DESCENT, Method, imported_later
from nstbench.methods.nikulin2016.parameters import (
    PRESETS,
    RANDOM_GRAM_PRESETS,
    RandomGramParameters,
    SpatialParameters,
)

PACKAGE = "nstbench.methods.nikulin2016"
METHOD = Method(
    id="nikulin2016",
    title="Spatial, local and content-aware style",
    source="Nikulin and Novak 2016, arXiv:1602.07188, sections 7 and 9",
    parameters=SpatialParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=imported_later(f"{PACKAGE}.spatial_style", "stylize"),
    memory=imported_later(*MEMORY_OF_DESCENT),
)
RANDOM_GRAM = Method(
    id="nikulin2016_random_gram",
    title="Styles from random Gram matrices",
    source="Nikulin and Novak 2016, arXiv:1602.07188, section 6",
    parameters=RandomGramParameters,
    presets=RANDOM_GRAM_PRESETS,
    default_preset="default",
    stylize=imported_later(f"{PACKAGE}.random_gram", "stylize"),
    memory=imported_later(*MEMORY_OF_DESCENT),
)
METHODS = (METHOD, RANDOM_GRAM)
