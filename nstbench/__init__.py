"""nstbench: a reproducible benchmark and paper-replication suite for neural style transfer.

What it offers, listed in `__init__.pyi`, is imported when it is first used: planning needs no torch.
"""

import lazy_loader

from nstbench.core.version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
