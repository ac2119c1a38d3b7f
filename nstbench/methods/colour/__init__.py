"""Style transfer that keeps the content's colours, with any method.

References
----------
Gatys, Bethge, Hertzmann and Shechtman 2016, Preserving color in neural artistic style transfer,
arXiv:1606.05897.
"""
