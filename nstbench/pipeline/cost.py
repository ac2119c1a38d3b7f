"""What runs will cost, by what finished ones have taken."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from nstbench.core.errors import InputError
from nstbench.pipeline.finished import read_record
from nstbench.pipeline.specification import RunSpecification

# What decides the seconds of an evaluation, besides the size: method, network, its weights.
Kind = tuple[str, str, str]
# Medians of seconds by size in pixels.
Speeds = Mapping[Kind, Mapping[int, float]]


def evaluations_of(run: RunSpecification) -> int:
    """Of loss and gradient; one for a method that does not descend."""
    return int(run.parameters.get("evaluations", 1))


def measured_speeds(results: Iterable[Path]) -> Speeds:
    """Seconds of an evaluation by kind and size, from the finished runs in folders of results."""
    found: dict[Kind, dict[int, list[float]]] = {}
    for file in (file for folder in results for file in sorted(folder.glob("runs/*/run.json"))):
        try:
            record = read_record(file.parent)
            made, seconds = record["specification"], record["seconds"] / record["evaluations"]
            sizes = found.setdefault(_kind(made["method"], made["parameters"]), {})
            sizes.setdefault(int(made["size"]), []).append(seconds)
        except (InputError, KeyError, TypeError, ZeroDivisionError):
            continue  # Of another version, or damaged; the pipeline would make it again.
    return {kind: {size: median(seconds) for size, seconds in sizes.items()} for kind, sizes in found.items()}


def seconds_of(run: RunSpecification, speeds: Speeds) -> float:
    """What a run will take; NaN where no run of its kind has finished.

    What was measured at other sizes alone is scaled by the area of the pictures, from the nearest.
    """
    sizes = speeds.get(_kind(run.method, run.parameters))
    if not sizes:
        return math.nan
    nearest = min(sizes, key=lambda size: abs(math.log(size / run.size)))
    return evaluations_of(run) * sizes[nearest] * (run.size / nearest) ** 2


def _kind(method: str, parameters: Mapping[str, Any]) -> Kind:
    return method, str(parameters.get("backbone")), str(parameters.get("weights"))
