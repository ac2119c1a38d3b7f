"""The methods: one module each, found by its METHOD.

Planning a pipeline imports every method, so a method imports torch inside its functions only.
"""

import sys
from functools import cache

from nstbench.errors import InputError
from nstbench.methods.base import Method
from nstbench.plugins import defined


@cache
def methods() -> dict[str, Method]:
    """Every method by id."""
    return {method.id: method for method in defined(sys.modules[__name__], "METHOD")}


def method(id: str) -> Method:
    if id not in methods():
        raise InputError(f"unknown method {id!r}; allowed: {', '.join(methods())}")
    return methods()[id]
