"""The methods: one package per paper, found by the METHODS that it defines.

Planning a pipeline imports every method, so a package's face imports torch inside its functions only.
"""

import sys
from functools import cache

from nstbench.core.errors import InputError, shortened
from nstbench.core.registry import defined
from nstbench.methods.base import Method
from nstbench.networks.training.trainer import Trainer


@cache
def methods() -> dict[str, Method]:
    """Every method by id."""
    families = defined(sys.modules[__name__], "METHODS", in_packages=True)
    return {method.id: method for family in families for method in family}


def method(id: str) -> Method:
    """Find a method.

    Parameters
    ----------
    id : str
        One of the keys of `methods()`.

    Returns
    -------
    Method
        The method of that id.

    Raises
    ------
    InputError
        If there is none.
    """
    if id not in methods():
        raise InputError(f"unknown method {shortened(id)}; allowed: {', '.join(methods())}")
    return methods()[id]


def trainer_of(id: str) -> Trainer:
    """Find how the networks of a method are trained.

    Parameters
    ----------
    id : str
        One of the keys of `methods()`.

    Returns
    -------
    Trainer
        The method's trainer.

    Raises
    ------
    InputError
        If the method has no network to train.
    """
    trainer = method(id).trainer
    if trainer is None:
        raise InputError(f"method {shortened(id)} has no network to train")
    return trainer
