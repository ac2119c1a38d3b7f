"""The methods: one module each, found by its METHOD.

Planning a pipeline imports every method, so a method imports torch inside its functions only.
"""

import importlib
import pkgutil
from functools import cache

from nstbench.errors import InputError
from nstbench.methods.base import Method


@cache
def methods() -> dict[str, Method]:
    """Every method by id."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = (module.METHOD for module in modules if hasattr(module, "METHOD"))
    return {method.id: method for method in found}


def method(id: str) -> Method:
    if id not in methods():
        raise InputError(f"unknown method {id!r}; allowed: {', '.join(methods())}")
    return methods()[id]
