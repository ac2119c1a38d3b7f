"""Scores of runs, and of the two controls that give every score its scale."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from nstbench.backbones.loading import load_backbone
from nstbench.backbones.network import Backbone
from nstbench.experiments.runs import RunFolder
from nstbench.experiments.specification import RunSpecification
from nstbench.experiments.tables import control_id
from nstbench.hardware import Hardware
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.metrics import metrics
from nstbench.metrics.base import Sighted, Trial


def score_runs(runs: Iterable[RunSpecification], pictures: Path, results: Path) -> pd.DataFrame:
    """Every metric of every run and of the controls of its pair: columns run, metric, value, reason."""
    gallery = _Gallery(pictures)
    trials: dict[str, Trial] = {}
    for run in runs:
        content, style = gallery.sighted(run.content, run.size), gallery.sighted(run.style, run.size)
        result = gallery.judged(to_tensor(load_picture(RunFolder(results / "runs" / run.id).image, run.size)))
        trials[run.id] = Trial(result, content, style)
        trials[control_id("content", run)] = Trial(content, content, style)
        trials[control_id("style", run)] = Trial(style, content, style)
    return pd.DataFrame(row for id, trial in trials.items() for row in _rows(id, trial))


@torch.no_grad()
def _rows(id: str, trial: Trial) -> Iterator[dict[str, object]]:
    for metric in metrics().values():
        yield {"run": id, "metric": metric.id, "value": metric.measure(trial), "reason": metric.qualifier}


class _Gallery:
    """Contents and styles with their features, computed once per batch."""

    def __init__(self, pictures: Path) -> None:
        self._pictures = pictures
        self._known: dict[tuple[str, int], Sighted] = {}

    def sighted(self, name: str, size: int) -> Sighted:
        if (name, size) not in self._known:
            picture = load_picture(self._pictures / f"{name}.png", size, square=True)
            self._known[name, size] = self.judged(to_tensor(picture))
        return self._known[name, size]

    def judged(self, image: Tensor) -> Sighted:
        return Sighted(image, _judge())


@cache
def _judge() -> Backbone:
    """The network that scores: full precision on the CPU, whatever the run was made with."""
    return load_backbone("vgg19", "embedded", "max", Hardware(torch.device("cpu"), "fp32"))
