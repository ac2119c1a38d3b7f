"""The shape of the loss that descents move on: barriers between results, and the neighbourhood of a saddle.

Sources of the questions: Nikulin and Novak 2016, section 4, who find that the start decides where the descent
ends; Da, who says that L-BFGS jumps out of saddle points where gradient descent does not.
"""

import itertools
from contextlib import suppress
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.charts.base import ChartKind, Materials, by_pair
from nstbench.optim.settings import OptimiserSettings

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.optim.optimiser import Evaluation

# The value in the minima of f, and the one half way down from the saddle.
LEAST = -0.25
ESCAPED = LEAST / 2


class Segment(ChartKind):
    """The loss on the straight line between two results, where there may be a barrier.

    Between two minima of a convex function the loss never exceeds the higher end. `points` are those on each
    segment, ends included.
    """

    points: int = Field(default=21, ge=3)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns content, style, start, end (captions of arms), place in [0, 1], loss (the runs' own)."""
        import pandas as pd
        import torch

        from nstbench.losses.objective import Objective
        from nstbench.methods.descent import open_backbone
        from nstbench.methods.gatys2015.algorithm import terms_of
        from nstbench.methods.gatys2015.parameters import GatysParameters

        rows: list[dict[str, object]] = []
        shown = [run for run in materials.runs if run.planned.run.seed == 0]
        for (content, style), runs in by_pair(shown).items():
            task = materials.task(runs[0].planned.run, GatysParameters)
            backbone = open_backbone(task)
            objective = Objective(backbone, terms_of(task, backbone))
            images = {run.planned.arm.caption: materials.picture(run.image) for run in runs}
            for start, end in itertools.combinations(images, 2):
                segment = {"content": content, "style": style, "start": start, "end": end}
                for place in torch.linspace(0, 1, self.points).tolist():
                    with torch.no_grad():
                        loss = objective(torch.lerp(images[start], images[end], place))[0].item()
                    rows.append({**segment, "place": place, "loss": loss})
        return pd.DataFrame(rows)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """How high the barriers are, and how many there are."""
        heights = barriers(table)
        above = (heights > 1.5).sum()
        return [
            f"Between two results the loss rises to {heights.min():.1f} to {heights.max():.1f} times its "
            f"higher end, on {above} of {len(heights)} straight lines to more than 1.5 times."
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """A plot for each two starts: the loss of every pair over its higher end, and their median."""
        from nstbench.charts.style import pairs_and_median

        routes = list(table.groupby(["start", "end"], sort=False))
        grid = figure.subplots(1, len(routes), sharey=True, squeeze=False)[0]
        for axes, ((start, end), rows) in zip(grid, routes, strict=True):
            curves = rows.pivot(index="place", columns=["content", "style"], values="loss")
            pairs_and_median(axes, curves / curves.iloc[[0, -1]].max())
            axes.set(title=f"{start} to {end}", xlabel="place on the straight line", yscale="log")
        grid[0].set_ylabel("loss over that of the higher end, median in blue")


def barriers(table: "pd.DataFrame") -> "pd.Series":
    """The highest loss on each segment over the higher one of its ends; 1 where there is no barrier."""

    def height(segment: "pd.DataFrame") -> float:
        ends = segment.loc[segment["place"].isin((0.0, 1.0)), "loss"]
        return float(segment["loss"].max() / ends.max())

    segments = table.groupby(["content", "style", "start", "end"], sort=False)
    return segments[["place", "loss"]].apply(height)


class Saddle(ChartKind):
    """How optimisers leave a saddle point that they are started next to.

        f(x, y) = x^2 - y^2 + y^4,  saddle at (0, 0), minima of -1/4 at (0, +-1/sqrt 2)

    Of `starts` points (1, y), y is drawn from a normal distribution of deviation `off`; `optimisers` by name.
    """

    starts: int = Field(default=100, ge=1)
    off: float = Field(default=1e-8, gt=0)
    evaluations: int = Field(default=100, ge=2)
    optimisers: dict[str, OptimiserSettings] = Field(min_length=1)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns optimiser, evaluation; over the starts low, median, high value of f, escaped (a share)."""
        import pandas as pd
        import torch

        offsets = torch.randn(self.starts, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        starts = [torch.tensor([1.0, y], dtype=torch.float64) for y in (self.off * offsets).tolist()]
        tables = []
        for name, settings in self.optimisers.items():
            values = pd.DataFrame([path(settings, start, self.evaluations) for start in starts])
            columns = {
                "optimiser": name,
                "evaluation": range(1, self.evaluations + 1),
                "low": values.quantile(0.05),
                "median": values.median(),
                "high": values.quantile(0.95),
                "escaped": (values < ESCAPED).mean(),
            }
            tables.append(pd.DataFrame(columns))
        return pd.concat(tables, ignore_index=True)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """When half of the starts have left the saddle, by optimiser."""
        words = [
            f"{name} after {evaluations:.0f}" if evaluations == evaluations else f"{name} not at all"
            for name, evaluations in escapes(table).items()
        ]
        return [f"Half of the starts have left the saddle, in evaluations: {', '.join(words)}."]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Least values with the span of 90 % of the starts, and shares of starts that have left."""
        from nstbench.charts.style import curves_by, lines

        values, escaped = figure.subplots(1, 2)
        lines(values, curves_by(table, "optimiser", "evaluation", "median"))
        for line, (_, rows) in zip(values.get_lines(), table.groupby("optimiser", sort=False), strict=True):
            span = rows["evaluation"], rows["low"], rows["high"]
            values.fill_between(*span, color=line.get_color(), alpha=0.15, linewidth=0)
        values.set(
            title="Least value so far: median and 90 % of the starts",
            xlabel="evaluation",
            ylim=(LEAST - 0.02, 0.3),
        )
        values.legend(loc="upper right", frameon=False, fontsize=8)
        per_cent = table.assign(escaped=100 * table["escaped"])
        lines(escaped, curves_by(per_cent, "optimiser", "evaluation", "escaped"))
        escaped.set(title="Starts that have left the saddle", xlabel="evaluation", ylabel="%")


def path(settings: OptimiserSettings, start: "Tensor", evaluations: int) -> list[float]:
    """The least f found after each evaluation of a descent from `start` (2,)."""
    from nstbench.methods.descent import make_optimiser
    from nstbench.optim.lockstep import finish
    from nstbench.optim.optimiser import BudgetSpentError, Evaluation

    values: list[float] = []

    async def evaluate(point: "Tensor") -> Evaluation:
        if len(values) == evaluations:
            raise BudgetSpentError
        evaluated = surface(point)
        values.append(evaluated.value)
        return evaluated

    optimiser = make_optimiser(settings)

    async def descend() -> None:
        await optimiser.start(start, evaluate)
        while True:
            await optimiser.step(evaluate)

    with suppress(BudgetSpentError):
        finish(descend())
    return list(itertools.accumulate(values, min))


def surface(point: "Tensor") -> "Evaluation":
    """Value and gradient of x^2 - y^2 + y^4 at a point (x, y)."""
    import torch

    from nstbench.optim.optimiser import Evaluation

    x, y = point
    return Evaluation(x**2 - y**2 + y**4, torch.stack([2 * x, 4 * y**3 - 2 * y]))


def escapes(table: "pd.DataFrame") -> "pd.Series":
    """Evaluations until half of the starts have escaped, by optimiser; NaN when they do not."""
    gone = table["evaluation"].where(table["escaped"] >= 0.5)
    return gone.groupby(table["optimiser"], sort=False).min()
