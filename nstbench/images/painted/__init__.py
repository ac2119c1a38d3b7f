"""Our own pictures, painted from a seed: scenes that stand in for photographs, and paintings for style."""

from nstbench.images.painted.easel import PAINTERS, paint

__all__ = ["PAINTERS", "paint"]
