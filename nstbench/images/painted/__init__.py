"""Our own pictures, painted from a seed: scenes that stand in for photographs, and paintings for style.

Planning imports every painter, so they import scipy, whose parts load where they are first used.
"""

from nstbench.images.painted.easel import PAINTERS, check_painting, paint

__all__ = ["PAINTERS", "check_painting", "paint"]
