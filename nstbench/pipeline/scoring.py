"""Scores of trials, and of the two controls that give every score its scale."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pandas as pd

from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.metrics.base import Comparison, EvaluatedImage
from nstbench.metrics.feature_spaces import JUDGES, Judges
from nstbench.metrics.scoring import measure
from nstbench.networks.kinship import Origin
from nstbench.pipeline.finished import read_record, run_file, run_folder
from nstbench.pipeline.optimised import optimised_network
from nstbench.pipeline.specification import RunSpecification
from nstbench.pipeline.tables import control_id, trial_id

# Here, so that the server of jobs imports it once and not each of its children.
with suppress(ModuleNotFoundError):
    import timm.models.efficientnet  # noqa: F401


def score_trials(
    trials: Iterable[tuple[RunSpecification, str | None]],
    pictures: Path,
    results: Path,
    judges: Mapping[str, str] = JUDGES,
) -> pd.DataFrame:
    """Every metric of every trial and of the controls of its pair: columns trial, metric, value, reason.

    A trial is a run, and the name of the picture that it should have become, if there is one. `judges` are
    the weights of networks.
    """
    networks = Judges(judges)
    gallery = _Gallery(pictures, networks)
    rows: dict[str, list[dict[str, object]]] = {}
    for run, truth in trials:
        content, style = gallery.image(run.content, run.size), gallery.image(run.style, run.size)
        known = gallery.image(truth, run.size) if truth else None
        folder = run_folder(results, run.id)
        image = run_file(folder, "image.png", read_record(folder))
        result = EvaluatedImage(to_tensor(load_picture(image, run.size)), networks)
        id = trial_id(run.id, truth)
        optimised = optimised_network(run)
        rows[id] = list(_rows(id, Comparison(result, content, style, known), judges, optimised))
        for copied, side in (("content", content), ("style", style)):
            control = trial_id(control_id(copied, run), truth)
            if control not in rows:
                rows[control] = list(_rows(control, Comparison(side, content, style, known), judges))
    return pd.DataFrame(row for group in rows.values() for row in group)


def _rows(
    id: str, comparison: Comparison, judges: Mapping[str, str], optimised: Origin | None = None
) -> Iterator[dict[str, object]]:
    for score in measure(comparison, optimised, judges=judges):
        yield {"trial": id, "metric": score.metric.id, "value": score.value, "reason": score.reason}


class _Gallery:
    """Contents, styles and truths with their features, computed once per batch."""

    def __init__(self, pictures: Path, networks: Judges) -> None:
        self._pictures, self._networks = pictures, networks
        self._known: dict[tuple[str, int], EvaluatedImage] = {}

    def image(self, name: str, size: int) -> EvaluatedImage:
        if (name, size) not in self._known:
            picture = load_picture(self._pictures / f"{name}.png", size, square=True)
            self._known[name, size] = EvaluatedImage(to_tensor(picture), self._networks)
        return self._known[name, size]
