"""How far style outweighs content, along descents: the lengths of the gradients of their weighted losses.

Source of the question: Jain and Venkitachalam, section 3, who weigh style orders of magnitude above content.
The content's gradient is 0 at the content itself, where their descents start; where a descent has come to
rest both gradients are equally long.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.core.configuration import Record
from nstbench.core.errors import InputError
from nstbench.methods import method

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.losses.objective import Term
    from nstbench.methods.base import Task
    from nstbench.networks.backbone import Backbone
    from nstbench.pipeline.finished import FinishedRun

# What belongs to one descent.
DESCENT = ["content", "style", "arm"]

# What counts as an order of magnitude.
ORDER = 10.0


class BalanceParameters(Record):
    """Nothing: all snapshots of the experiment's runs, but the one of the start."""


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns content, style, arm, evaluation, style_gradient, content_gradient, ratio; a row a snapshot."""
    import pandas as pd

    rows = [row for run in materials.runs for row in _along(materials, run)]
    table = pd.DataFrame(rows)
    return table.assign(ratio=table["style_gradient"] / table["content_gradient"])


def _along(materials: Materials, run: "FinishedRun") -> Iterator[dict[str, Any]]:
    """The rows of one run, from the second snapshot on."""
    from nstbench.methods.descent import gradient_length, open_backbone
    from nstbench.methods.gatys2015.method import GatysParameters

    specification = run.planned.run
    task = materials.task(specification, GatysParameters)
    backbone = open_backbone(task)
    terms = _terms_of(specification.method)(task, backbone)
    style, content = ([t for t in terms if t.name.startswith(kind)] for kind in ("style/", "content/"))
    _, *later = run.snapshots.items()
    for evaluation, file in later:
        image = materials.picture(file)
        yield {
            "content": specification.content,
            "style": specification.style,
            "arm": run.planned.arm.caption,
            "evaluation": evaluation,
            "style_gradient": gradient_length(backbone, style, image),
            "content_gradient": gradient_length(backbone, content, image),
        }


def _terms_of(id: str) -> "Callable[[Task, Backbone], Sequence[Term]]":
    terms_of = method(id).terms_of
    if terms_of is None:
        raise InputError(f"{id} has no objective that stays the same; take an experiment of other methods")
    return terms_of


def findings(table: "pd.DataFrame") -> list[str]:
    from nstbench.core.number_format import number

    ratios = table.groupby("arm", sort=False)["ratio"]
    spans = "; ".join(f"{arm} {number(own.min())} to {number(own.max())}" for arm, own in ratios)
    first, last = table["evaluation"].min(), table["evaluation"].max()
    above = [name for name, least in table.groupby(DESCENT)["ratio"].min().items() if least >= ORDER]
    return [
        f"Between evaluations {first:,} and {last:,} the style's gradient is so many times as long as the "
        f"content's: {spans}.",
        f"It is always {ORDER:g} times as long or longer on {len(above)} of {table.groupby(DESCENT).ngroups} "
        "descents.",
    ]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import COLOURS, INK, lines

    lengths, ratios = figure.subplots(1, 2)
    medians = table.groupby(["arm", "evaluation"], sort=False).median(numeric_only=True)
    arms = list(table["arm"].unique())
    lines(lengths, {arm: medians.loc[arm, "style_gradient"] for arm in arms})
    for arm, colour in zip(arms, COLOURS, strict=False):
        lengths.plot(medians.loc[arm, "content_gradient"], color=colour, linestyle="--", linewidth=1.4)
    lengths.set(title="Length of the gradient: style, content dashed", xlabel="evaluation", yscale="log")
    lines(ratios, {arm: medians.loc[arm, "ratio"] for arm in arms})
    ratios.axhline(ORDER, color=INK, linestyle=":", linewidth=0.8)
    ratios.set(title="Style over content", xlabel="evaluation", yscale="log")
    names = lengths.get_legend_handles_labels()
    figure.legend(*names, loc="outside lower left", ncols=len(arms), frameon=False)


ANALYSIS = Analysis("gradient_balance", BalanceParameters, measure, findings, draw)
