"""Texture synthesis pixel by pixel, coarse to fine, by the nearest of the texture's neighbourhoods.

References
----------
Wei and Levoy 2000, Fast texture synthesis using tree-structured vector quantization (SIGGRAPH).
"""

from nstbench.methods.wei2000.method import METHOD

METHODS = (METHOD,)
