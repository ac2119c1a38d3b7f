from nstbench.methods.nikulin2016.method import METHOD as SPATIAL_STYLE
from nstbench.methods.nikulin2016.random_gram import METHOD as RANDOM_GRAM

METHODS = (SPATIAL_STYLE, RANDOM_GRAM)
