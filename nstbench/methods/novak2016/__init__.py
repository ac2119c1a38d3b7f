"""Novak and Nikulin 2016: Improving the neural algorithm of artistic style, arXiv:1605.04603.

Gram matrices that tell more, as Jain and Venkitachalam use them: shifted, of all layers, of neighbouring
layers, and weighted from layer to layer. Numbers are in `parameters`, what is done with them in `algorithm`.
"""

from nstbench.methods.base import MEMORY_OF_DESCENT, Method, imported_later
from nstbench.methods.novak2016.parameters import PRESETS, NovakParameters

ALGORITHM = "nstbench.methods.novak2016.algorithm"
METHOD = Method(
    id="novak2016",
    title="Improved style: shifted, chained Gram matrices of all layers",
    source="Novak and Nikulin 2016, arXiv:1605.04603",
    parameters=NovakParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=imported_later(ALGORITHM, "stylize"),
    terms_of=imported_later(ALGORITHM, "terms_of"),
    memory=imported_later(*MEMORY_OF_DESCENT),
    knows_regions=True,
)
METHODS = (METHOD,)
