"""Graph cuts: a texture laid in whole patches of the style, joined along seams of least cost.

References
----------
Kwatra, Schödl, Essa, Turk and Bobick 2003, Graphcut textures: image and video synthesis using graph cuts
(SIGGRAPH).
"""

from nstbench.methods.kwatra2003.method import METHOD

METHODS = (METHOD,)
