r"""Formulas for pages: a small part of TeX's notation to MathML, which browsers set by themselves.

Known are letters, digits, operators, `_`, `^`, `{}`, \frac, \sqrt, \text, \hat, and the names in SYMBOLS,
OPERATORS and FUNCTIONS.
"""

import re
from collections.abc import Sequence
from html import escape

from nstbench.core.errors import InputError
from nstbench.report.verdicts.wording import MINUS

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|\S")
TEXT = re.compile(r"\\text\s*\{([^{}]*)\}")
# Characters by the names that TeX has for them; written out where they look like others.
SYMBOLS = {
    "alpha": "\N{GREEK SMALL LETTER ALPHA}",
    "beta": "β",
    "lambda": "λ",
    "mu": "μ",
    "sigma": "\N{GREEK SMALL LETTER SIGMA}",
    "Sigma": "Σ",
}
OPERATORS = {
    "ge": "≥",
    "le": "≤",
    "to": "→",
    "top": "\N{DOWN TACK}",
    "langle": "⟨",
    "rangle": "⟩",
    ",": "\N{THIN SPACE}",
}
# As high as the line, since a bracket that carries a script would not grow with the other.
FENCE = ' stretchy="false" lspace="0" rspace="0"'
FUNCTIONS = {"log", "min", "max", "median", "mean", "up", "arg"}
# What carries its scripts above and below.
WITH_LIMITS = {"sum", "max", "min", "median", "mean"}


def mathml(formula: str) -> str:
    """The formula as a <math> element on a line of its own; InputError names what is not understood."""
    texts: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        texts.append(found[1])
        return f"\\text {len(texts) - 1} "

    parser = _Parser(TOKEN.findall(TEXT.sub(put_aside, formula)), texts, formula)
    return f'<math display="block"><mrow>{parser.row()}</mrow></math>'


class _Parser:
    """Descends through the tokens of one formula."""

    def __init__(self, tokens: Sequence[str], texts: Sequence[str], formula: str) -> None:
        self._tokens = list(tokens)
        self._texts = texts
        self._formula = formula

    def row(self) -> str:
        """Everything to the end of the group, or of the formula."""
        parts = []
        while self._tokens and self._tokens[0] != "}":
            parts.append(self._with_scripts())
        return "".join(parts)

    def _with_scripts(self) -> str:
        limits = self._tokens[0][1:] in WITH_LIMITS and self._tokens[0].startswith("\\")
        base = self._atom()
        scripts: dict[str, str] = {}
        while self._tokens and self._tokens[0] in "_^":
            kind = self._take()
            scripts[kind] = self._atom()
        names = {"_": "under", "^": "over"} if limits else {"_": "sub", "^": "sup"}
        element = "m" + "".join(names[kind] for kind in "_^" if kind in scripts)
        inside = base + "".join(scripts[kind] for kind in "_^" if kind in scripts)
        return f"<{element}>{inside}</{element}>" if scripts else base

    def _atom(self) -> str:
        token = self._take()
        if token == "{":
            return f"<mrow>{self._group()}</mrow>"
        if token.startswith("\\"):
            return self._command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        return f"<mo{FENCE if token in '()[]|' else ''}>{escape(token.replace('-', MINUS))}</mo>"

    def _command(self, name: str) -> str:
        if name == "text":
            return f"<mtext>{escape(self._texts[int(self._take())])}</mtext>"
        if name == "frac":
            return f"<mfrac>{self._atom()}{self._atom()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self._atom()}</msqrt>"
        if name == "hat":
            return f"<mover>{self._atom()}<mo>^</mo></mover>"
        if name == "sum":
            return "<mo>∑</mo>"
        if name in FUNCTIONS:
            return f'<mo form="prefix" lspace="0.1em" rspace="0.17em">{name}</mo>'
        if name in SYMBOLS:
            return f"<mi>{SYMBOLS[name]}</mi>"
        if name in OPERATORS:
            return f"<mo{FENCE if name.endswith('angle') else ''}>{OPERATORS[name]}</mo>"
        raise InputError(f"unknown \\{name} in the formula {self._formula!r}")

    def _group(self) -> str:
        inside = self.row()
        if self._take() != "}":
            raise InputError(f"unclosed brace in the formula {self._formula!r}")
        return inside

    def _take(self) -> str:
        if not self._tokens:
            raise InputError(f"the formula {self._formula!r} ends too early")
        return self._tokens.pop(0)
