"""Scores of trials, and of the two controls that give every score its scale."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.metrics.base import Comparison, EvaluatedImage
from nstbench.metrics.feature_spaces import JUDGES, Judges
from nstbench.metrics.scoring import measure
from nstbench.networks.kinship import Origin
from nstbench.pipeline.experiment import Pair
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
        folder = run_folder(results, run.id)
        image = run_file(folder, "image.png", read_record(folder))
        comparison = gallery.comparison(image, run.content, run.style, run.size, truth)
        id = trial_id(run.id, truth)
        rows[id] = list(_rows(id, comparison, judges, optimised_network(run)))
        for copied in ("content", "style"):
            control = trial_id(control_id(copied, run), truth)
            if control not in rows:
                copy = replace(comparison, result=getattr(comparison, copied))
                rows[control] = list(_rows(control, copy, judges))
    return pd.DataFrame(row for group in rows.values() for row in group)


def score_files(
    files: Mapping[str, tuple[Path, Pair]], size: int, pictures: Path, judges: Mapping[str, str] = JUDGES
) -> pd.DataFrame:
    """The same of pictures that no run has made, by the id of their trial, with the pair of each."""
    gallery = _Gallery(pictures, Judges(judges))
    return pd.DataFrame(
        row
        for id, (file, pair) in files.items()
        for row in _rows(id, gallery.comparison(file, pair.content, pair.style, size), judges)
    )


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

    def comparison(
        self, result: Path, content: str, style: str, size: int, truth: str | None = None
    ) -> Comparison:
        """The file of a result beside what it was made from."""
        return Comparison(
            EvaluatedImage(to_tensor(load_picture(result, size)), self._networks),
            self.image(content, size),
            self.image(style, size),
            self.image(truth, size) if truth else None,
        )

    def image(self, name: str, size: int) -> EvaluatedImage:
        if (name, size) not in self._known:
            picture = load_picture(self._pictures / f"{name}.png", size, square=True)
            self._known[name, size] = EvaluatedImage(to_tensor(picture), self._networks)
        return self._known[name, size]
