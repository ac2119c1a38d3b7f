"""What is measured at the pictures on the way of a descent: other losses than its own, and their gradients.

Sources of the questions: Jain and Venkitachalam, figure 9, who compare methods by the losses that each of
them minimises, and section 3, who weigh style orders of magnitude above content.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from nstbench.charts.base import ChartKind, Materials, by_pair
from nstbench.core.errors import InputError, shortened
from nstbench.core.number_format import counted, number
from nstbench.methods import method
from nstbench.methods.gatys2015 import METHOD
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, EvaluatedImage

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.pipeline.finished import FinishedRun

OWN_STYLE, OWN_CONTENT, COMMON = "own style loss", "own content loss", "common objective"
# What belongs to one descent.
DESCENT = ["content", "style", "arm"]
# What counts as an order of magnitude.
ORDER = 10.0


class CommonObjective(ChartKind):
    """The pictures of several methods' descents, measured by one objective and by metrics.

    The methods minimise losses of their own, which do not compare. The common objective is that of Gatys et
    al. 2015; a method that minimises it itself has an advantage there, not with the metrics of another
    network. `objective` names one of the presets of gatys2015, `metrics` are ids.
    """

    inches = (10.0, 5.6)

    objective: str
    metrics: tuple[str, ...] = Field(min_length=1, max_length=3)

    @field_validator("objective")
    @classmethod
    def _known_objective(cls, name: str) -> str:
        METHOD.configure(name, {})
        return name

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in metrics():
                raise InputError(f"unknown metric {shortened(name)}; allowed: {', '.join(metrics())}")
        return names

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns content, style, arm, evaluation, quantity, value; quantities of every snapshot."""
        import pandas as pd

        rows = []
        for (content, style), runs in by_pair(materials.runs).items():
            scales = self._scales(materials, runs[0])
            for run in runs:
                own = own_losses(run)
                for evaluation, file in run.snapshots.items():
                    image = materials.picture(file)
                    values = {**own.loc[evaluation], **{name: scale(image) for name, scale in scales.items()}}
                    descent = {"content": content, "style": style, "arm": run.planned.arm.caption}
                    rows += [
                        {**descent, "evaluation": evaluation, "quantity": quantity, "value": value}
                        for quantity, value in values.items()
                    ]
        return pd.DataFrame(rows)

    def _scales(self, materials: Materials, run: "FinishedRun") -> "dict[str, Callable[[Tensor], float]]":
        """What every picture of a run's pair is measured by, alike for all arms."""
        import torch

        from nstbench.losses.objective import Objective
        from nstbench.methods.base import Parameters, Task
        from nstbench.methods.descent import open_backbone
        from nstbench.methods.gatys2015.algorithm import terms_of

        common = METHOD.configure(self.objective, {"weights": materials.weights})
        asked = materials.task(run.planned.run, Parameters)
        task = Task(asked.content, asked.style, common, asked.seed, asked.hardware)
        backbone = open_backbone(task)
        objective = Objective(backbone, terms_of(task, backbone))
        content, style = (EvaluatedImage(image.cpu()) for image in (task.content, task.style))

        @torch.no_grad()
        def loss(image: "Tensor") -> float:
            return objective(image)[0].item()

        @torch.no_grad()
        def score(image: "Tensor", name: str) -> float:
            return metrics()[name].measure(Comparison(EvaluatedImage(image.cpu()), content, style))

        return {COMMON: loss, **{name: partial(score, name=name) for name in self.metrics}}

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Every quantity at the end of the descents."""
        pairs = counted(table.groupby(["content", "style"]).ngroups, "pair")
        sentences = [
            f"{_title(str(quantity))}: "
            + ", ".join(f"{number(value)} ({arm})" for arm, value in values.items())
            + "."
            for quantity, values in ends(table).items()
        ]
        return [f"After {table['evaluation'].max():,} evaluations, medians over {pairs}:", *sentences]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """A plot a quantity: medians over pairs, a line an arm."""
        from nstbench.charts.style import legend_below, lines

        grid = iter(figure.subplots(2, 3).flat)
        for (quantity, rows), axes in zip(table.groupby("quantity", sort=False), grid, strict=False):
            medians = rows.pivot_table(
                index="evaluation", columns="arm", values="value", aggfunc="median", sort=False
            )
            # The content itself, where most descents start, has no content loss and no place on the axis.
            lines(axes, {str(arm): curve.where(curve > 0) for arm, curve in medians.items()})
            axes.set(title=_title(str(quantity)), xlabel="evaluation", yscale="log")
        for axes in grid:
            axes.set_axis_off()
        legend_below(figure)


def own_losses(run: "FinishedRun") -> "pd.DataFrame":
    """What the run minimises, by evaluation: its content loss before, its style loss after weighting."""
    import pandas as pd

    trace, parameters = run.trace.set_index("evaluation"), run.planned.run.parameters
    content = sum(
        weight * trace[f"content/{layer}"] for layer, weight in parameters["content_layers"].items()
    )
    return pd.DataFrame({OWN_CONTENT: content, OWN_STYLE: trace["total"] - parameters["alpha"] * content})


def ends(table: "pd.DataFrame") -> "pd.DataFrame":
    """The value of each quantity at the end of the descents, by arm; medians over pairs."""
    last: pd.DataFrame = table[table["evaluation"] == table["evaluation"].max()]
    return last.pivot_table(index="arm", columns="quantity", values="value", aggfunc="median", sort=False)


def _title(quantity: str) -> str:
    known = metrics()
    title = known[quantity].title if quantity in known else quantity
    return title[0].upper() + title[1:]


class GradientBalance(ChartKind):
    """How far style outweighs content: the lengths of the gradients of their weighted losses.

    At all snapshots but that of the start: the content's gradient is 0 at the content itself, where these
    descents start. Where a descent has come to rest both gradients are equally long. Nothing to choose.
    """

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns content, style, arm, evaluation, style_gradient, content_gradient, ratio."""
        import pandas as pd

        from nstbench.methods.descent import gradient_length, open_backbone

        rows: list[dict[str, object]] = []
        for run in materials.runs:
            specification = run.planned.run
            id = specification.method
            make_terms = method(id).terms_of
            if make_terms is None:
                raise InputError(
                    f"{id} has no objective that stays the same; take an experiment of other methods"
                )
            task = materials.task(specification, GatysParameters)
            backbone = open_backbone(task)
            terms = make_terms(task, backbone)
            style, content = (
                [t for t in terms if t.name.startswith(kind)] for kind in ("style/", "content/")
            )
            _, *later = run.snapshots.items()
            for evaluation, file in later:
                image = materials.picture(file)
                rows.append(
                    {
                        "content": specification.content,
                        "style": specification.style,
                        "arm": run.planned.arm.caption,
                        "evaluation": evaluation,
                        "style_gradient": gradient_length(backbone, style, image),
                        "content_gradient": gradient_length(backbone, content, image),
                    }
                )
        table = pd.DataFrame(rows)
        return table.assign(ratio=table["style_gradient"] / table["content_gradient"])

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """The span of each arm's ratios, and on how many descents style stays an order of magnitude above."""
        ratios = table.groupby("arm", sort=False)["ratio"]
        spans = "; ".join(f"{arm} {number(own.min())} to {number(own.max())}" for arm, own in ratios)
        first, last = table["evaluation"].min(), table["evaluation"].max()
        lowest = table.groupby(DESCENT)["ratio"].min()
        return [
            f"Between evaluations {first:,} and {last:,} the style's gradient is longer than the content's "
            f"by these factors: {spans}.",
            f"It is always at least {ORDER:g} times as long on {(lowest >= ORDER).sum()} of {len(lowest)} "
            "descents.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Lengths of both gradients, and their ratio; medians over pairs, a line an arm."""
        from nstbench.charts.style import COLOURS, INK, legend_below, lines

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
        legend_below(figure)
