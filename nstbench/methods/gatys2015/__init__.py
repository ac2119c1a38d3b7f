"""Gatys, Ecker and Bethge 2015: A neural algorithm of artistic style, arXiv:1508.06576.

An image descends from a start towards the features of a content and the Gram matrices of a style. Numbers are
in `parameters`, what is done with them in `algorithm`.
"""

from nstbench.methods.base import MEMORY_OF_DESCENT, Method, imported_later
from nstbench.methods.gatys2015.parameters import PRESETS, GatysParameters

ALGORITHM = "nstbench.methods.gatys2015.algorithm"
METHOD = Method(
    id="gatys2015",
    title="A neural algorithm of artistic style",
    source="Gatys, Ecker and Bethge 2015, arXiv:1508.06576",
    parameters=GatysParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=imported_later(ALGORITHM, "stylize"),
    terms_of=imported_later(ALGORITHM, "terms_of"),
    memory=imported_later(*MEMORY_OF_DESCENT),
    knows_regions=True,
)
METHODS = (METHOD,)
