"""Image analogies: the picture that is to the content as a filtered picture is to an unfiltered one.

References
----------
Hertzmann, Jacobs, Oliver, Curless and Salesin 2001, Image analogies (SIGGRAPH).
"""

from nstbench.methods.hertzmann2001.method import METHOD

METHODS = (METHOD,)
