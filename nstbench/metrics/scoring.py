"""Every metric of a trial, each value with what limits or excuses it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from nstbench.metrics import metrics
from nstbench.metrics.base import Metric, NotMeasuredError, Trial
from nstbench.metrics.judges import JUDGED_LAYERS

if TYPE_CHECKING:
    from nstbench.networks.backbone import Backbone


@dataclass(frozen=True)
class Score:
    """A metric's value; NaN always has a reason, other values may have one."""

    metric: Metric
    value: float
    reason: str


@cache
def judges() -> "Mapping[str, Backbone]":
    """The networks that score: full precision on the CPU, whatever the run was made with."""
    import torch

    from nstbench.core.hardware import Hardware
    from nstbench.networks.loading import load_backbone

    hardware = Hardware(torch.device("cpu"), "fp32")
    loaded = {id: load_backbone(id, "embedded", "max", hardware) for id in JUDGED_LAYERS}
    for id, backbone in loaded.items():
        backbone.truncate(JUDGED_LAYERS[id])
    return loaded


def measure(trial: Trial, optimised: str | None = None) -> Iterator[Score]:
    """All metrics of `trial`, whose result was made by optimising features of the backbone `optimised`."""
    import torch

    for metric in metrics().values():
        with torch.no_grad():
            score = _score(metric, trial, optimised)
        yield score


def _score(metric: Metric, trial: Trial, optimised: str | None) -> Score:
    try:
        value = metric.measure(trial)
    except NotMeasuredError as error:
        return Score(metric, math.nan, str(error))
    except ModuleNotFoundError as error:
        return Score(metric, math.nan, f"needs {error.name}: pip install 'nstbench[pipeline]'")
    if not math.isfinite(value):
        return Score(metric, math.nan, "not finite")
    return Score(metric, value, _reason(metric, optimised))


def _reason(metric: Metric, optimised: str | None) -> str:
    if metric.judge is None:
        return ""
    judged = f"judged by embedded {metric.judge} (surrogate)"
    return f"{judged}, the network that the run optimised" if metric.judge == optimised else judged
