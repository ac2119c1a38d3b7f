"""Colour transfer: a picture in the colours of another, and with nothing else of it.

References
----------
Pitié and Kokaram 2007, The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer.
"""

from nstbench.methods.pitie2007.method import METHOD

METHODS = (METHOD,)
