"""Adaptive instance normalisation: one decoder that paints in any style, and how it is trained.

Source: Huang and Belongie 2017, arXiv:1703.06868, which Soboleva replicates.
"""

from nstbench.methods.adain2017.method import METHOD

METHODS = (METHOD,)
