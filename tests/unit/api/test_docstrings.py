"""Every public function, class and method of the library documents its parameters and what it returns."""

import importlib
import inspect
import pkgutil

import pytest
from numpydoc.docscrape import FunctionDoc

import nstbench

ROOMS = ("core", "images", "losses", "optim", "networks", "metrics", "methods")


def modules(room):
    package = importlib.import_module(f"nstbench.{room}")
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def public_functions(module):
    """Functions, and methods of classes, that are defined in `module`.

    A property is documented like an attribute, and an override where it is first defined.
    """
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(thing):
            yield name, thing
        if inspect.isclass(thing):
            for method_name, method in vars(thing).items():
                function = getattr(method, "__func__", method)
                overrides = any(
                    method_name in vars(base) and base.__module__.startswith("nstbench.")
                    for base in thing.__mro__[1:]
                )
                if (
                    inspect.isfunction(function)
                    and not method_name.startswith(("_", "model_"))
                    and not overrides
                ):
                    yield f"{name}.{method_name}", function


def missing(function):
    """What the docstring of a function does not say."""
    documented = FunctionDoc(function)
    signature = inspect.signature(function)
    named = {
        name.strip().lstrip("*")
        for entry in documented["Parameters"] + documented["Other Parameters"]
        for name in entry.name.split(",")
    }
    wanted = {name for name in signature.parameters if name not in ("self", "cls")}
    gaps = [f"parameter {name}" for name in sorted(wanted - named)]
    returns = signature.return_annotation not in (None, "None", inspect.Signature.empty)
    if returns and not (documented["Returns"] or documented["Yields"]):
        gaps.append("what it returns")
    return gaps


@pytest.mark.parametrize("room", ROOMS)
def test_public_functions_document_parameters_and_returns(room):
    gaps = {
        f"{module.__name__}.{name}": gap
        for module in modules(room)
        for name, function in public_functions(module)
        if (gap := missing(function))
    }
    assert gaps == {}


def test_what_the_top_level_offers_is_documented():
    for name in nstbench.__all__:
        thing = getattr(nstbench, name)
        assert inspect.getdoc(thing), name
        if inspect.isfunction(thing):
            assert missing(thing) == [], name
