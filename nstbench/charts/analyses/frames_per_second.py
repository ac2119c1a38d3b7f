"""Seconds per picture of transformation networks, and of the descent that they save.

Source of the question: Jain and Venkitachalam, sections 2.4 and 4, who call the former real-time and the
latter slow.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field, field_validator, model_validator

from nstbench.charts.analyses.base import Analysis, Materials, Pixels
from nstbench.core.configuration import Record
from nstbench.methods.johnson2016.architecture import architecture
from nstbench.methods.johnson2016.method import TRAINER
from nstbench.methods.johnson2016.recipe import TransformationRecipe

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.methods.base import Task
    from nstbench.methods.gatys2015.method import GatysParameters

DESCENT = "descent"
# A turn is so many passes, or evaluations.
TIMED = 3
# What is called real-time: the pictures of a film in a second.
REAL_TIME = 24


class NetworkEntry(Record):
    """A network by its architecture and width; what it has learned does not change its speed."""

    architecture: str
    width: float = Field(gt=0, le=1)

    @field_validator("architecture")
    @classmethod
    def _known(cls, id: str) -> str:
        return architecture(id).id


class FramesParameters(Record):
    """Networks by the name they have in the chart, and a descent of `evaluations`.

    The descent has the loss that a network learns with the parameters `training`. `sizes` are pixels of a
    side under every profile. The quickest of `repeats` counts.
    """

    networks: dict[str, NetworkEntry] = Field(min_length=1)
    training: str = "default"
    evaluations: int = Field(default=500, ge=1)
    sizes: tuple[Pixels, ...] = Field(default=(128, 256, 512), min_length=1)
    repeats: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _known_training(self) -> "FramesParameters":
        TRAINER.configure(self.training, {})
        return self


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns way, size, seconds (of a picture), evaluations, ratio, device, precision, threads.

    `ratio` is how many times as long the descent takes. The content is the first picture, the style the
    second; all ways take turns.
    """
    import pandas as pd
    import torch

    from nstbench.methods.base import Task

    parameters: FramesParameters = materials.parameters
    hardware = materials.hardware
    recipe = TRAINER.configure(parameters.training, {}).with_weights(materials.weights)
    assert isinstance(recipe, TransformationRecipe)
    tables = []
    for size in parameters.sizes:
        content, style = map(replace(materials, size=size).picture, materials.pictures.values())
        task = Task(content, style, recipe.loss, 0, hardware)
        # Each returns the seconds of one pass, or of one evaluation of the descent.
        ways = {name: _network(task, entry) for name, entry in parameters.networks.items()}
        ways[DESCENT] = _descent(task, recipe)
        seconds = _quickest(ways, parameters.repeats)
        seconds[DESCENT] *= parameters.evaluations
        table = pd.DataFrame({"way": seconds.keys(), "seconds": seconds.values()})
        table.insert(1, "size", size)
        table["evaluations"] = [parameters.evaluations if way == DESCENT else 0 for way in seconds]
        tables.append(table.assign(ratio=seconds[DESCENT] / table["seconds"]))
    return pd.concat(tables, ignore_index=True).assign(
        device=str(hardware.device), precision=hardware.precision, threads=torch.get_num_threads()
    )


def _network(task: "Task", entry: NetworkEntry) -> Callable[[], float]:
    from nstbench.methods.johnson2016.modules import Transformation

    network = Transformation(architecture(entry.architecture), entry.width).freeze(task.hardware.device)

    def seconds() -> float:
        started = time.perf_counter()
        for _ in range(TIMED):
            network.stylize(task.content, task.hardware).sum().item()  # Waits for the device.
        return (time.perf_counter() - started) / TIMED

    return seconds


def _descent(task: "Task[GatysParameters]", recipe: TransformationRecipe) -> Callable[[], float]:
    from nstbench.losses.objective import Objective
    from nstbench.methods.descent import make_optimiser, open_backbone, start_image
    from nstbench.optim.loop import optimise

    backbone = open_backbone(task)
    objective = Objective(backbone, recipe.terms_of(task, backbone))
    start = start_image(task, recipe.loss.init)

    def seconds() -> float:
        optimiser = make_optimiser(recipe.loss.optimiser)
        started = time.perf_counter()
        optimise(objective, start, optimiser, TIMED)
        return (time.perf_counter() - started) / TIMED

    return seconds


def _quickest(ways: dict[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    """The least seconds of each way, which take turns after one that does not count."""
    best = dict.fromkeys(ways, math.inf)
    for turn in range(repeats + 1):
        for name, seconds in ways.items():
            taken = seconds()
            if turn > 0:
                best[name] = min(best[name], taken)
    return best


def findings(table: "pd.DataFrame") -> list[str]:
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


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import RULE, lines

    rates, ratios = figure.subplots(1, 2)
    by_size = table.assign(rate=1 / table["seconds"]).set_index("size")
    ways = {str(way): rows for way, rows in by_size.groupby("way", sort=False)}
    lines(rates, {way: rows["rate"] for way, rows in ways.items()})
    rates.axhline(REAL_TIME, color=RULE, zorder=0)
    rates.annotate("real time", (table["size"].max(), REAL_TIME), ha="right", va="bottom", fontsize=8)
    rates.set(title="Pictures per second")
    rates.legend(frameon=False, fontsize=8)
    lines(ratios, {way: rows["ratio"] for way, rows in ways.items() if way != DESCENT})
    ratios.set(title="Times as fast as the descent")
    for axes in (rates, ratios):
        axes.set(xlabel="pixels of a side", yscale="log", xscale="log")
        sizes = sorted(table["size"].unique())
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.xaxis.minorticks_off()


ANALYSIS = Analysis("frames_per_second", FramesParameters, measure, findings, draw, pictures=2)
