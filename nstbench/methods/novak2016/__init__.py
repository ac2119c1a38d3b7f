from nstbench.methods.novak2016.method import METHOD

METHODS = (METHOD,)
