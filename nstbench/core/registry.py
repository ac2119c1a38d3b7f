"""Registries without a list: what the modules or the packages of a folder define under a given name."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any


def defined(package: ModuleType, name: str, in_packages: bool = False) -> Iterator[Any]:
    """The objects called `name` in the modules of `package`, or in its packages, by their names."""
    for info in pkgutil.iter_modules(package.__path__):
        if info.ispkg != in_packages:
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, name):
            yield getattr(module, name)
