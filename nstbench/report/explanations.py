"""What the methods page says: an entry per formula, each a file `formulas/<id>.yaml`."""

import re
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from markupsafe import Markup, escape

from nstbench.core.configuration import Named, load_named
from nstbench.pipeline.project import CHECKOUT
from nstbench.report.markdown_table import MarkdownTable, first_table
from nstbench.report.mathml import mathml

# A letter with an index, as in N_l or p_(1).
INDEX = re.compile(r"\b([A-Za-z])_(\w+|\(\w+\))")
FOLDER = Path(__file__).parent / "formulas"
Group = Literal["Objectives", "Style", "Picture and network", "Without a descent", "Colour", "Judgement"]


class Explanation(Named):
    """One idea: its formulas in TeX's notation, what they mean, where they come from, what implements them.

    `year` is that of the source, and the order of a group; `table` is a file of docs/ whose first table
    belongs here.
    """

    title: str
    group: Group
    year: int
    says: str
    formulas: tuple[str, ...]
    where: str | None = None
    sources: tuple[str, ...]
    modules: tuple[str, ...]
    table: str | None = None

    @property
    def drawn(self) -> list[Markup]:
        """The formulas as MathML."""
        return [Markup(mathml(formula)) for formula in self.formulas]

    @property
    def meanings(self) -> Markup:
        """What the letters mean, their indices set as such."""
        return Markup(INDEX.sub(r"\1<sub>\2</sub>", str(escape(self.where or ""))))

    @cached_property
    def quoted(self) -> MarkdownTable | None:
        return first_table(CHECKOUT / "docs" / self.table) if self.table else None


def explanations() -> dict[str, list[Explanation]]:
    """Every entry by group; InputError names a file, key and value that do not fit."""
    every = [load_named(file, Explanation, lambda entry: entry.drawn) for file in FOLDER.glob("*.yaml")]
    every.sort(key=lambda entry: (entry.year, entry.title))
    return {group: [entry for entry in every if entry.group == group] for group in get_args(Group)}
