"""Gatys, Ecker and Bethge 2015: A neural algorithm of artistic style, arXiv:1508.06576.

An image descends from a start towards the features of a content and the Gram matrices of a style. Numbers are
in `parameters`, what is done with them in `algorithm`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nstbench.methods.base import Method, Task
from nstbench.methods.gatys2015.parameters import PRESETS, GatysParameters

if TYPE_CHECKING:
    from nstbench.losses.objective import Term
    from nstbench.networks.backbone import Backbone
    from nstbench.optim.loop import Outcome


def stylize(task: Task[GatysParameters]) -> "Outcome":
    """Stylize as `algorithm.stylize` does; torch is imported only now.

    Parameters
    ----------
    task : Task
        Content, style, parameters and hardware.

    Returns
    -------
    Outcome
        The image and how it was found.
    """
    from nstbench.methods.gatys2015 import algorithm

    return algorithm.stylize(task)


def terms_of(task: Task[GatysParameters], backbone: "Backbone") -> "Sequence[Term]":
    """Make the objective's terms as `algorithm.terms_of` does; torch is imported only now.

    Parameters
    ----------
    task : Task
        Content, style, parameters and hardware.
    backbone : Backbone
        The network whose features are compared.

    Returns
    -------
    sequence of Term
        What is summed up.
    """
    from nstbench.methods.gatys2015 import algorithm

    return algorithm.terms_of(task, backbone)


METHOD = Method(
    id="gatys2015",
    title="A neural algorithm of artistic style",
    source="Gatys, Ecker and Bethge 2015, arXiv:1508.06576",
    parameters=GatysParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=stylize,
    terms_of=terms_of,
)
METHODS = (METHOD,)
