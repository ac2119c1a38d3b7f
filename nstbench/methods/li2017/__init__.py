"""Li, Wang, Liu and Hou 2017: Demystifying neural style transfer, arXiv:1701.01036.

Matching Gram matrices is one way among others to match the distribution of features. Numbers are in
`parameters`, what is done with them in `algorithm`; Soboleva cites the paper.
"""

from nstbench.methods.base import MEMORY_OF_DESCENT, Method, imported_later
from nstbench.methods.li2017.parameters import PRESETS, DistributionParameters

METHOD = Method(
    id="li2017",
    title="Style as the distribution of features",
    source="Li, Wang, Liu and Hou 2017, arXiv:1701.01036",
    parameters=DistributionParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=imported_later("nstbench.methods.li2017.algorithm", "stylize"),
    memory=imported_later(*MEMORY_OF_DESCENT),
    knows_regions=True,
)
METHODS = (METHOD,)
