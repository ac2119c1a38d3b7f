"""Chen and Schmidt 2016: Fast patch-based style transfer of arbitrary style, arXiv:1612.04337.

Patches of the content's features give way to the style's (`swap`). Two methods make a picture of the result:
an inverse network, trained beforehand, in one pass, and a descent on the pixels. Da cites the paper.
"""

from nstbench.methods.base import MEMORY_OF_DESCENT, Method, imported_later
from nstbench.methods.chen2016.parameters import (
    DESCENT_PRESETS,
    PRESETS,
    SwapDescentParameters,
    SwapParameters,
    memory,
)
from nstbench.methods.chen2016.recipe import TRAINER

ALGORITHM = "nstbench.methods.chen2016.algorithm"
METHOD = Method(
    id="chen2016",
    title="Style swap: patches of any style, and an inverse network",
    source="Chen and Schmidt 2016, arXiv:1612.04337",
    parameters=SwapParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=imported_later(ALGORITHM, "stylize"),
    trainer=TRAINER,
    memory=memory,
)
DESCENT = Method(
    id="chen2016_descent",
    title="Style swap by optimisation",
    source="Chen and Schmidt 2016, arXiv:1612.04337, section 3.2",
    parameters=SwapDescentParameters,
    presets=DESCENT_PRESETS,
    default_preset="default",
    stylize=imported_later(ALGORITHM, "descend_to_swapped"),
    memory=imported_later(*MEMORY_OF_DESCENT),
)
METHODS = (METHOD, DESCENT)
