"""The shape of the loss that descents move on: barriers between results, saddles and local minima.

Sources of the questions: Nikulin and Novak 2016, section 4, who find that the start decides where the descent
ends; Da, who says that L-BFGS jumps out of local minima and saddle points where gradient descent does not.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from nstbench.charts.base import ChartKind, Materials, by_pair
from nstbench.optim.settings import OptimiserSettings

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.optim.optimiser import Evaluation

# Value and gradient at a point (2,).
Surface: TypeAlias = "Callable[[Tensor], Evaluation]"
# The value in the minima of f, and the one half way down from the saddle.
LEAST = -0.25
ESCAPED = LEAST / 2
# Above it wells have one minimum only: they are stationary where 4 x - 4 x^3 = tilt, at most 8 / sqrt 27.
STEEPEST = 8 / math.sqrt(27)


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
        from nstbench.charts.style import RULE, legend_below, pairs_and_median

        routes = list(table.groupby(["start", "end"], sort=False))
        grid = figure.subplots(1, len(routes), sharey=True, squeeze=False)[0]
        for axes, ((start, end), rows) in zip(grid, routes, strict=True):
            curves = rows.pivot(index="place", columns=["content", "style"], values="loss")
            pairs_and_median(axes, curves / curves.iloc[[0, -1]].max())
            axes.axhline(1, color=RULE, zorder=0)
            axes.set(xlabel="place on the straight line", yscale="log")
            axes.set_xticks([0, 0.5, 1], [f"0\n{start}", "0.5", f"1\n{end}"])
            for label, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
                label.set_horizontalalignment(side)
        grid[0].set_ylabel("times the loss of the higher end")
        figure.suptitle("Loss between two results, named by their starts", x=0.01, ha="left")
        legend_below(figure)


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
            values = pd.DataFrame([path(settings, start, self.evaluations, surface) for start in starts])
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
        from nstbench.charts.style import curves_by, legend_below, lines

        values, escaped = figure.subplots(1, 2)
        lines(values, curves_by(table, "optimiser", "evaluation", "median"))
        for line, (_, rows) in zip(values.get_lines(), table.groupby("optimiser", sort=False), strict=True):
            span = rows["evaluation"], rows["low"], rows["high"]
            values.fill_between(*span, color=line.get_color(), alpha=0.15, linewidth=0)
        values.set(
            title="Least value so far: median and 90 % of the starts",
            xlabel="evaluation",
            ylabel="f(x, y)",
            ylim=(LEAST - 0.02, 0.3),
        )
        per_cent = table.assign(escaped=100 * table["escaped"])
        lines(escaped, curves_by(per_cent, "optimiser", "evaluation", "escaped"))
        escaped.set(title="Starts that have left the saddle", xlabel="evaluation", ylabel="%")
        legend_below(figure)


class Escapes(ChartKind):
    """How soon optimisers leave saddles and local minima, from many distances and behind many barriers.

    Saddles are that of `Saddle`, left from `distances` (its `off`). Local minima are the higher of two,

        f(x, y) = (x^2 - 1)^2 + t x + y^2

    for the `tilts` t, the barrier between both being lower the larger t is. They are left from `starts`
    points up to half way, along x, to the top of the barrier. A descent is out when it has found a value
    below half way down to the lower minimum.
    """

    starts: int = Field(default=50, ge=1)
    evaluations: int = Field(default=300, ge=2)
    distances: tuple[Annotated[float, Field(gt=0)], ...] = Field(min_length=1)
    tilts: tuple[Annotated[float, Field(gt=0, lt=STEEPEST)], ...] = Field(min_length=1)
    optimisers: dict[str, OptimiserSettings] = Field(min_length=1)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns place, case (a distance or a tilt), barrier, optimiser, escaped, evaluations.

        `escaped` is the share of starts that are out in the end, `evaluations` the median over starts of how
        many it took, where those that are not out have taken all.
        """
        import pandas as pd

        rows: list[dict[str, object]] = []
        for own, surface, starts, out in itertools.chain(self._saddles(), self._wells()):
            for name, settings in self.optimisers.items():
                paths = pd.DataFrame([path(settings, start, self.evaluations, surface) for start in starts])
                taken = (paths >= out).sum(axis=1)
                escaped = float((taken < self.evaluations).mean())
                spent = float((taken + 1).clip(upper=self.evaluations).median())
                rows.append({**own, "optimiser": name, "escaped": escaped, "evaluations": spent})
        return pd.DataFrame(rows)

    def _saddles(self) -> "Iterator[tuple[dict[str, object], Surface, list[Tensor], float]]":
        """Each case with its surface, its starts, and the value below which a descent is out."""
        import torch

        random = torch.Generator().manual_seed(0)
        for distance in self.distances:
            offsets = distance * torch.randn(self.starts, generator=random, dtype=torch.float64)
            starts = [torch.tensor([1.0, y], dtype=torch.float64) for y in offsets.tolist()]
            yield {"place": "saddle", "case": distance, "barrier": 0.0}, surface, starts, ESCAPED

    def _wells(self) -> "Iterator[tuple[dict[str, object], Surface, list[Tensor], float]]":
        """As `_saddles`."""
        import torch

        random = torch.Generator().manual_seed(0)
        for tilt in self.tilts:
            function = wells(tilt)
            lower, top, higher = stationary(tilt)
            values = [
                function(torch.tensor([x, 0.0], dtype=torch.float64)).value for x in (lower, top, higher)
            ]
            shares = torch.rand(self.starts, generator=random, dtype=torch.float64) / 2
            aside = 0.1 * torch.randn(self.starts, generator=random, dtype=torch.float64)
            starts = list(torch.stack([higher + shares * (top - higher), aside], 1))
            own = {"place": "local minimum", "case": tilt, "barrier": float(values[1] - values[2])}
            yield own, function, starts, float(values[0] + values[2]) / 2

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Medians over cases, of evaluations for saddles and of shares for local minima."""
        medians = table.groupby(["place", "optimiser"], sort=False)[["evaluations", "escaped"]].median()
        sooner = ", ".join(f"{name} {row.evaluations:.0f}" for name, row in medians.loc["saddle"].iterrows())
        more = ", ".join(f"{name} {row.escaped:.0%}" for name, row in medians.loc["local minimum"].iterrows())
        return [
            f"Evaluations until half of the starts have left a saddle, median over distances: {sooner}.",
            f"Starts that have left a local minimum, median over barriers: {more}.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Evaluations over the distance from the saddle, and shares of starts over the barrier."""
        from nstbench.charts.style import curves_by, legend_below, lines

        saddles, minima = figure.subplots(1, 2)
        of = {str(place): rows for place, rows in table.groupby("place")}
        lines(saddles, curves_by(of["saddle"], "optimiser", "case", "evaluations"))
        saddles.set(
            title="Until out of the saddle",
            xlabel="distance of the starts",
            ylabel="evaluations",
            xscale="log",
        )
        per_cent = of["local minimum"].assign(escaped=100 * of["local minimum"]["escaped"])
        lines(minima, curves_by(per_cent, "optimiser", "barrier", "escaped"))
        minima.set(
            title="Starts that have left the local minimum", xlabel="height of the barrier", ylabel="%"
        )
        minima.set(xscale="log", ylim=(0, None))
        legend_below(figure)


def wells(tilt: float) -> Surface:
    """(x^2 - 1)^2 + tilt x + y^2, with two minima for tilts below STEEPEST, the lower one at negative x."""

    def function(point: "Tensor") -> "Evaluation":
        import torch

        from nstbench.optim.optimiser import Evaluation

        x, y = point
        gradient = torch.stack([4 * x * (x**2 - 1) + tilt, 2 * y])
        return Evaluation((x**2 - 1) ** 2 + tilt * x + y**2, gradient)

    return function


def stationary(tilt: float) -> tuple[float, float, float]:
    """Where `wells` is stationary, from left to right: the lower minimum, the top, the higher minimum."""
    import numpy as np

    lower, top, higher = sorted(np.roots([4, 0, -4, tilt]).real.tolist())
    return lower, top, higher


def path(settings: OptimiserSettings, start: "Tensor", evaluations: int, surface: Surface) -> list[float]:
    """The least value found after each evaluation of a descent from `start` (2,)."""
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
