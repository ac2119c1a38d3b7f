"""Novak and Nikulin 2016: Improving the neural algorithm of artistic style, arXiv:1605.04603.

Gram matrices that tell more, as Jain and Venkitachalam use them: shifted, of all layers, of neighbouring
layers, and weighted from layer to layer. Numbers are in `parameters`, what is done with them in `algorithm`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nstbench.methods.base import Method, Task
from nstbench.methods.novak2016.parameters import PRESETS, NovakParameters

if TYPE_CHECKING:
    from nstbench.losses.objective import Term
    from nstbench.networks.backbone import Backbone
    from nstbench.optim.loop import Outcome


def stylize(task: Task[NovakParameters]) -> "Outcome":
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
    from nstbench.methods.novak2016 import algorithm

    return algorithm.stylize(task)


def terms_of(task: Task[NovakParameters], backbone: "Backbone") -> "Sequence[Term]":
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
    from nstbench.methods.novak2016 import algorithm

    return algorithm.terms_of(task, backbone)


METHOD = Method(
    id="novak2016",
    title="Improved style: shifted, chained Gram matrices of all layers",
    source="Novak and Nikulin 2016, arXiv:1605.04603",
    parameters=NovakParameters,
    presets=PRESETS,
    default_preset="default",
    stylize=stylize,
    terms_of=terms_of,
)
METHODS = (METHOD,)
