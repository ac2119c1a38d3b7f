from nstbench.methods.gatys2015.method import METHOD

METHODS = (METHOD,)
