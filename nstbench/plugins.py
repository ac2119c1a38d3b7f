"""Registries without a list: what the modules of a folder define under a given name."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any


def defined(package: ModuleType, name: str) -> Iterator[Any]:
    """The objects called `name` in the modules of `package`, in the order of the modules' names."""
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, name):
            yield getattr(module, name)
