"""Image quilting: a picture put together from blocks of another one.

References
----------
Efros and Freeman 2001, Image quilting for texture synthesis and transfer (SIGGRAPH).
"""

from nstbench.methods.efros2001.method import METHOD

METHODS = (METHOD,)
