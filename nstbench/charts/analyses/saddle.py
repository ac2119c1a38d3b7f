"""How optimisers leave a saddle point that they are started next to.

    f(x, y) = x^2 - y^2 + y^4,  saddle at (0, 0), minima of -1/4 at (0, +-1/sqrt 2)

Source of the question: Da, who says that L-BFGS jumps out of saddle points where gradient descent does not.
"""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.core.configuration import Record
from nstbench.optim.settings import OptimiserSettings

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.optim.evaluation import Evaluation

LEAST = -0.25
# Half way down from the saddle.
ESCAPED = LEAST / 2


class SaddleParameters(Record):
    """`starts` points (1, y), y from a normal distribution of deviation `off`, and optimisers by name."""

    starts: int = Field(default=100, ge=1)
    off: float = Field(default=1e-8, gt=0)
    evaluations: int = Field(default=100, ge=2)
    optimisers: dict[str, OptimiserSettings] = Field(min_length=1)


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns optimiser, evaluation; over the starts low, median and high value of f, escaped (a share)."""
    import pandas as pd
    import torch

    parameters: SaddleParameters = materials.parameters
    offsets = torch.randn(parameters.starts, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    starts = [torch.tensor([1.0, y], dtype=torch.float64) for y in (parameters.off * offsets).tolist()]
    tables = []
    for name, settings in parameters.optimisers.items():
        values = pd.DataFrame([path(settings, start, parameters.evaluations) for start in starts])
        columns = {
            "optimiser": name,
            "evaluation": range(1, parameters.evaluations + 1),
            "low": values.quantile(0.05),
            "median": values.median(),
            "high": values.quantile(0.95),
            "escaped": (values < ESCAPED).mean(),
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def path(settings: OptimiserSettings, start: "Tensor", evaluations: int) -> list[float]:
    """The least f found after each evaluation of a descent from `start` (2,)."""
    from itertools import accumulate

    from nstbench.methods.descent import make_optimiser
    from nstbench.optim.evaluation import BudgetSpentError, Evaluation

    values: list[float] = []

    def evaluate(point: "Tensor") -> Evaluation:
        if len(values) == evaluations:
            raise BudgetSpentError
        evaluated = surface(point)
        values.append(evaluated.value)
        return evaluated

    optimiser = make_optimiser(settings)
    optimiser.start(start, evaluate)
    try:
        while True:
            optimiser.step(evaluate)
    except BudgetSpentError:
        return list(accumulate(values, min))


def surface(point: "Tensor") -> "Evaluation":
    """f and its gradient at (x, y)."""
    import torch

    from nstbench.optim.evaluation import Evaluation

    x, y = point
    return Evaluation(x**2 - y**2 + y**4, torch.stack([2 * x, 4 * y**3 - 2 * y]))


def escapes(table: "pd.DataFrame") -> "pd.Series":
    """Evaluations until half of the starts have escaped, by optimiser; NaN when they do not."""
    gone = table["evaluation"].where(table["escaped"] >= 0.5)
    return gone.groupby(table["optimiser"], sort=False).min()


def findings(table: "pd.DataFrame") -> list[str]:
    needed = escapes(table)
    words = [
        f"{name} after {evaluations:.0f}" if evaluations == evaluations else f"{name} not at all"
        for name, evaluations in needed.items()
    ]
    return [f"Half of the starts have left the saddle, in evaluations: {', '.join(words)}."]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import lines

    values, shares = figure.subplots(1, 2)
    by_optimiser = [
        (str(name), rows.set_index("evaluation")) for name, rows in table.groupby("optimiser", sort=False)
    ]
    medians: dict[str, Any] = {name: rows["median"] for name, rows in by_optimiser}
    lines(values, medians)
    for line, (_, rows) in zip(values.get_lines(), by_optimiser, strict=True):
        values.fill_between(
            rows.index, rows["low"], rows["high"], color=line.get_color(), alpha=0.15, linewidth=0
        )
    values.set(
        title="Least value so far: median and 90 % of the starts",
        xlabel="evaluation",
        ylim=(LEAST - 0.02, 0.3),
    )
    values.legend(loc="upper right", frameon=False, fontsize=8)
    escaped: dict[str, Any] = {name: 100 * rows["escaped"] for name, rows in by_optimiser}
    lines(shares, escaped)
    shares.set(title="Starts that have left the saddle", xlabel="evaluation", ylabel="%")


ANALYSIS = Analysis("saddle", SaddleParameters, measure, findings, draw)
