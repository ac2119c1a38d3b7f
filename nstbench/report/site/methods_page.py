"""The methods page: an entry per topic, each a file `formulas/<id>.yaml`."""

import re
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from markupsafe import Markup, escape

from nstbench.core.configuration import Named, load_named
from nstbench.pipeline.project import CHECKOUT
from nstbench.report.site.markdown_table import MarkdownTable, first_table
from nstbench.report.site.mathml import mathml

# A letter with an index, as in N_l or p_(1).
INDEX = re.compile(r"\b([A-Za-z])_(\w+|\(\w+\))")
FORMULAS = Path(__file__).parent / "formulas"
Group = Literal[
    "Objectives", "Style", "Picture and network", "Without optimisation", "Colour", "Metrics and verdicts"
]


class Topic(Named):
    """One idea: its formulas in TeX's notation, what the symbols mean, its sources and its modules.

    `year` is that of the source, and the order of a group; `table` is a file of docs/ whose first table
    belongs here.
    """

    title: str
    group: Group
    year: int
    text: str
    formulas: tuple[str, ...]
    symbols: str | None = None
    sources: tuple[str, ...]
    modules: tuple[str, ...]
    table: str | None = None

    @property
    def mathml(self) -> list[Markup]:
        """The formulas as MathML; InputError on one that is not understood."""
        written = map(mathml, self.formulas)
        return [Markup(each) for each in written]  # nosec B704  # MathML of formulas that ship

    @property
    def symbols_html(self) -> Markup:
        """What the symbols mean, their indices set as such."""
        html = INDEX.sub(r"\1<sub>\2</sub>", str(escape(self.symbols or "")))
        return Markup(html)  # nosec B704  # the text was escaped first

    @cached_property
    def quoted_table(self) -> MarkdownTable | None:
        """The table of the documentation that belongs here."""
        return first_table(CHECKOUT / "docs" / self.table) if self.table else None


def load_topics() -> dict[str, list[Topic]]:
    """Every topic by group; InputError names a file, key and value that do not fit."""
    every = [load_named(file, Topic, lambda topic: topic.mathml) for file in FORMULAS.glob("*.yaml")]
    every.sort(key=lambda topic: (topic.year, topic.title))
    return {group: [topic for topic in every if topic.group == group] for group in get_args(Group)}
