"""Registries without a list: what the modules or the packages of a folder define under a given name."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any


def defined(package: ModuleType, name: str, in_packages: bool = False) -> Iterator[Any]:
    """Find what the modules of a package define under one name.

    Parameters
    ----------
    package : module
        The package; its modules are imported.
    name : str
        The name, such as "METRICS". Modules without it are passed over.
    in_packages : bool
        Look into the sub-packages of `package`, and not into its modules.

    Yields
    ------
    object
        In the order of the modules' names.
    """
    for info in pkgutil.iter_modules(package.__path__):
        if info.ispkg != in_packages:
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, name):
            yield getattr(module, name)
