"""Seconds per evaluation of the engine, as `nstbench bench` takes them, beside a textbook implementation.

Nikulin and Novak 2016, section 2, compare the implementations of their day; these are of ours.
"""

from typing import TYPE_CHECKING

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class SpeedParameters(Record):
    """The network is that of `nstbench stylize`."""

    backbone: str = "vgg19"


def measure(materials: Materials) -> "pd.DataFrame":
    """The rows of `nstbench.pipeline.timing.engine.benchmark` at the profile's size."""
    import pandas as pd

    from nstbench.pipeline.timing.engine import benchmark, check_equal_work

    rows = benchmark(materials.size)
    check_equal_work(rows)
    return pd.DataFrame(rows)


def findings(table: "pd.DataFrame") -> list[str]:
    from nstbench.core.number_format import counted

    row = table.iloc[0]
    speeds = ", ".join(
        f"{entry.ratio:.2f} times as fast in {entry.precision} with {entry.layout}"
        for entry in table.itertuples()
    )
    return [
        f"A textbook evaluation in fp32 takes {row.reference_s:.3f} s at {row['size']} px "
        f"on {counted(row.threads, 'thread')} of {row.device}; the engine is {speeds}."
    ]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import COLOURS

    names = ["textbook, fp32", *(f"{row.precision}, {row.layout}" for row in table.itertuples())]
    seconds = [table["reference_s"].iloc[0], *table["engine_s"]]
    axes = figure.subplots()
    bars = axes.barh(names, seconds, color=[COLOURS[-1], *[COLOURS[0]] * len(table)])
    axes.bar_label(bars, fmt="%.3f s", padding=4)
    axes.invert_yaxis()
    axes.set(title="Seconds per evaluation of loss and gradient")
    axes.grid(axis="x")
    axes.set_axisbelow(True)


ANALYSIS = Analysis("engine_speed", SpeedParameters, measure, findings, draw, inches=(10.0, 2.6))
