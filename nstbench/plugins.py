"""Registries without a list: every module of a folder that defines a given name is a member."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def members(package: ModuleType, name: str) -> dict[str, Any]:
    """The objects called `name` in the modules of `package`, by their `id`."""
    modules = (
        importlib.import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    )
    found = (getattr(module, name) for module in modules if hasattr(module, name))
    return {member.id: member for member in found}
