"""Super-resolution: a picture shrunk to a quarter and enlarged again, by a network with one of two losses.

References
----------
Johnson, Alahi and Fei-Fei 2016, Perceptual losses for real-time style transfer and super-resolution,
arXiv:1603.08155, section 4.2.
"""

from nstbench.methods.johnson2016_super_resolution.method import METHOD

METHODS = (METHOD,)
