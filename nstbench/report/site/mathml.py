"""Formulas for pages: TeX's notation to MathML, which browsers set by themselves."""

import re
from xml.etree import ElementTree  # nosec B405  # for our own formulas

from nstbench.core.errors import InputError

# Names of functions that formulas use and the library does not know.
FUNCTION = re.compile(r"\\(arg|mean|median|up)(?![A-Za-z])")
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def mathml(formula: str) -> str:
    """The formula as a <math> element on a line of its own; InputError names what is not understood.

    The library passes on what it does not know, texts with markup among it, so its answer is looked through.
    """
    from latex2mathml.converter import convert

    if formula.count("{") != formula.count("}"):
        raise InputError(f"unclosed brace in the formula {formula!r}")
    try:
        made = convert(FUNCTION.sub(r"\\operatorname{\1}", formula), display="block")
        tree = ElementTree.fromstring(made)  # nosec B314  # made from formulas that ship
    except Exception as error:  # The library has a class for each complaint, and no base for them.
        raise InputError(f"the formula {formula!r} is not understood ({type(error).__name__})") from error
    for element in tree.iter():
        if not element.tag.startswith(f"{NAMESPACE}m"):
            raise InputError(f"the formula {formula!r} has markup in it: {element.tag}")
        if (element.text or "").startswith("\\"):
            raise InputError(f"unknown {element.text} in the formula {formula!r}")
    return made
