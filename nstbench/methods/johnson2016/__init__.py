from nstbench.methods.johnson2016.method import METHOD

METHODS = (METHOD,)
