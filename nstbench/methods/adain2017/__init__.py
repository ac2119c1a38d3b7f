"""Adaptive instance normalisation: one network for any style, and how its decoder is trained.

References
----------
Huang and Belongie 2017, Arbitrary style transfer in real-time with adaptive instance normalization,
arXiv:1703.06868. Soboleva replicates it.
"""

from nstbench.methods.adain2017.method import METHOD

METHODS = (METHOD,)
