"""Texture synthesis pixel by pixel, grown from a seed, each pixel drawn from those that fit its surroundings.

References
----------
Efros and Leung 1999, Texture synthesis by non-parametric sampling (ICCV).
"""

from nstbench.methods.efros1999.method import METHOD

METHODS = (METHOD,)
