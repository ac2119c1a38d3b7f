"""Every public function, class and method of the library documents its parameters and what it returns."""

import dataclasses
import importlib
import inspect
import pkgutil
from typing import Literal, get_args, get_origin

import pytest
from numpydoc.docscrape import FunctionDoc, NumpyDocString
from pydantic import BaseModel

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


def made_from(thing):
    """What a class is made from by name: its own fields, or the parameters of its constructor.

    A field that allows one value only says nothing new.
    """
    if getattr(thing, "_is_protocol", False):
        return set()
    if issubclass(thing, BaseModel) or dataclasses.is_dataclass(thing):
        fields = thing.model_fields if issubclass(thing, BaseModel) else thing.__dataclass_fields__
        own = {name for name in fields if name in thing.__annotations__ and not name.startswith("_")}
        if issubclass(thing, BaseModel):
            kinds = {name: fields[name].annotation for name in own}
            own -= {
                name
                for name, kind in kinds.items()
                if get_origin(kind) is Literal and len(get_args(kind)) == 1
            }
        return own
    if "__init__" in vars(thing):
        return set(inspect.signature(thing.__init__).parameters) - {"self"}
    return set()


@pytest.mark.parametrize("room", ROOMS)
def test_public_classes_document_what_they_are_made_from(room):
    gaps = {}
    for module in modules(room):
        for name, thing in vars(module).items():
            own = inspect.isclass(thing) and thing.__module__ == module.__name__
            if own and not name.startswith("_"):
                documented = NumpyDocString(inspect.cleandoc(thing.__doc__ or ""))
                entries = documented["Parameters"] + documented["Attributes"]
                named = {each.strip() for entry in entries for each in entry.name.split(",")}
                if gap := sorted(made_from(thing) - named):
                    gaps[f"{module.__name__}.{name}"] = gap
    assert gaps == {}


def test_what_the_top_level_offers_is_documented():
    for name in nstbench.__all__:
        thing = getattr(nstbench, name)
        assert inspect.getdoc(thing), name
        if inspect.isfunction(thing):
            assert missing(thing) == [], name
