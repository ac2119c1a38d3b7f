"""Fast style transfer: a network that has learned one style, and how it is trained.

References
----------
Johnson, Alahi and Fei-Fei 2016, Perceptual losses for real-time style transfer and super-resolution,
arXiv:1603.08155. Jain and Venkitachalam replicate it with another network and another loss.
"""

from nstbench.methods.johnson2016.method import METHOD

METHODS = (METHOD,)
