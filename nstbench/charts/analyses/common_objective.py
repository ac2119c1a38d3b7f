"""The pictures of several methods' descents, measured on the way by one objective and by metrics.

The methods minimise losses of their own, which do not compare. The common objective is that of Gatys et al.
2015 with one of its presets; a method that minimises it itself has an advantage there, not with the
metrics of another network. Source of the question: Jain and Venkitachalam, figure 9.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from nstbench.charts.analyses.base import Analysis, Materials, by_pair
from nstbench.core.configuration import Record
from nstbench.core.errors import InputError
from nstbench.methods.gatys2015.method import METHOD, terms_of
from nstbench.metrics import metrics
from nstbench.metrics.base import Sighted, Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.pipeline.finished import FinishedRun

OWN_STYLE, OWN_CONTENT, COMMON = "own style loss", "own content loss", "common objective"


class CommonParameters(Record):
    """The set of `gatys2015` whose objective is the common one, and the metrics by id."""

    objective: str
    metrics: tuple[str, ...] = Field(min_length=1, max_length=3)

    @field_validator("objective")
    @classmethod
    def _known_set(cls, name: str) -> str:
        METHOD.configure(name, {})
        return name

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in metrics():
                raise InputError(f"unknown metric {name!r}; allowed: {', '.join(metrics())}")
        return names


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns content, style, arm, evaluation, quantity, value; quantities of every snapshot."""
    import pandas as pd

    pairs = by_pair(materials.runs).items()
    return pd.DataFrame([row for pair, runs in pairs for row in _rows(materials, pair, runs)])


def _rows(materials: Materials, pair: tuple[str, str], runs: "list[FinishedRun]") -> Iterator[dict[str, Any]]:
    """The rows of one pair."""
    content, style = pair
    scales = _scales(materials, runs[0])
    for run in runs:
        own = own_losses(run)
        for evaluation, file in run.snapshots.items():
            image = materials.picture(file)
            values = {**own.loc[evaluation], **{name: scale(image) for name, scale in scales.items()}}
            for quantity, value in values.items():
                yield {
                    "content": content,
                    "style": style,
                    "arm": run.planned.arm.caption,
                    "evaluation": evaluation,
                    "quantity": quantity,
                    "value": value,
                }


def own_losses(run: "FinishedRun") -> "pd.DataFrame":
    """What the run minimises, by evaluation: its content loss before, its style loss after weighting."""
    import pandas as pd

    trace, parameters = run.trace.set_index("evaluation"), run.planned.run.parameters
    content = sum(
        weight * trace[f"content/{layer}"] for layer, weight in parameters["content_layers"].items()
    )
    return pd.DataFrame({OWN_CONTENT: content, OWN_STYLE: trace["total"] - parameters["alpha"] * content})


def _scales(materials: Materials, run: "FinishedRun") -> "Mapping[str, Callable[[Tensor], float]]":
    """What every picture of a run's pair is measured by, alike for all arms."""
    import torch

    from nstbench.losses.objective import Objective
    from nstbench.methods.base import Parameters, Task
    from nstbench.methods.descent import open_backbone
    from nstbench.metrics.scoring import judges

    parameters: CommonParameters = materials.parameters
    common = METHOD.configure(parameters.objective, {"weights": materials.weights})
    asked = materials.task(run.planned.run, Parameters)
    task = Task(asked.content, asked.style, common, asked.seed, asked.hardware)
    backbone = open_backbone(task)
    objective = Objective(backbone, terms_of(task, backbone))
    content, style = (Sighted(image.cpu(), judges()) for image in (task.content, task.style))

    @torch.no_grad()
    def loss(image: "Tensor") -> float:
        return objective(image)[0].item()

    @torch.no_grad()
    def score(image: "Tensor", name: str) -> float:
        return metrics()[name].measure(Trial(Sighted(image.cpu(), judges()), content, style))

    return {COMMON: loss} | {name: partial(score, name=name) for name in parameters.metrics}


def ends(table: "pd.DataFrame") -> "pd.DataFrame":
    """The value of each quantity at the end of the descents, by arm; medians over pairs."""
    last: pd.DataFrame = table[table["evaluation"] == table["evaluation"].max()]
    return last.pivot_table(index="arm", columns="quantity", values="value", aggfunc="median", sort=False)


def findings(table: "pd.DataFrame") -> list[str]:
    from nstbench.core.number_format import counted, number

    pairs = counted(table.groupby(["content", "style"]).ngroups, "pair")
    sentences = [
        f"{_title(str(quantity))}: "
        + ", ".join(f"{number(value)} ({arm})" for arm, value in values.items())
        + "."
        for quantity, values in ends(table).items()
    ]
    return [f"After {table['evaluation'].max():,} evaluations, medians over {pairs}:", *sentences]


def _title(quantity: str) -> str:
    known = metrics()
    title = known[quantity].title if quantity in known else quantity
    return title[0].upper() + title[1:]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import lines

    grid = iter(figure.subplots(2, 3).flat)
    for (quantity, rows), axes in zip(table.groupby("quantity", sort=False), grid, strict=False):
        medians = rows.pivot_table(
            index="evaluation", columns="arm", values="value", aggfunc="median", sort=False
        )
        # The content itself, from which most descents start, has no content loss and no place on the axis.
        lines(axes, {str(arm): curve.where(curve > 0) for arm, curve in medians.items()})
        axes.set(title=_title(str(quantity)), xlabel="evaluation", yscale="log")
    for axes in grid:
        axes.set_axis_off()
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False
    )


ANALYSIS = Analysis("common_objective", CommonParameters, measure, findings, draw, inches=(10.0, 5.6))
