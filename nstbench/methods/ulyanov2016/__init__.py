"""Texture networks: generators that turn noise into a texture, or a content into a picture in a style.

References
----------
Ulyanov, Lebedev, Vedaldi and Lempitsky 2016, Texture networks: Feed-forward synthesis of textures and
stylized images, arXiv:1603.03417. Ulyanov, Vedaldi and Lempitsky 2016, Instance normalization,
arXiv:1607.08022. Jain and Venkitachalam cite the second, Soboleva the first.
"""

from nstbench.methods.ulyanov2016.method import METHOD

METHODS = (METHOD,)
