"""nstbench: a reproducible benchmark and paper-replication suite for neural style transfer."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nstbench.api import Stylization, stylize

__version__ = "0.1.0"
__all__ = ["Stylization", "__version__", "stylize"]


def __getattr__(name: str) -> Any:
    """Import torch only when a picture is made: planning a pipeline stays instant."""
    if name in ("Stylization", "stylize"):
        from nstbench import api as single

        return getattr(single, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
