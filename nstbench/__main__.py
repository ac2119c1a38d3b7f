"""`python -m nstbench` is `nstbench`."""

from nstbench.cli import main

main()
