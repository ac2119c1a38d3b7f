"""Make the pinned runs, in full precision on one thread of the CPU, and read their losses."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import torch

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.core.progress import progress
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.colour.preservation import stylize
from nstbench.optim.lockstep import finish
from nstbench.pipeline.pinned_losses.reference import COLUMNS
from nstbench.pipeline.pinned_losses.specification import Regression

HARDWARE = Hardware(torch.device("cpu"), "fp32")
SEED = 0


def measure(regression: Regression, manifest: Manifest) -> pd.DataFrame:
    """One row per pinned run, evaluation compared and loss: specification, evaluation, loss, value.

    The losses are those of the trace: `total`, then each term's unweighted loss. A method that has none is
    held by its picture, by the mean and the standard deviation of each channel. The same on every call.
    Raises InputError when a picture is not one that every checkout holds alike.
    """
    rows: list[tuple[str, int, str, float]] = []
    with _one_thread(), progress("regress", len(regression.specifications)) as watch:
        pair = []
        for name in (regression.content, regression.style):
            if manifest[name].file is None:
                shipped = ", ".join(name for name, entry in manifest.root.items() if entry.file)
                raise InputError(
                    f"picture {name!r} does not ship in data/, so it may differ elsewhere; allowed: {shipped}"
                )
            pair.append(to_tensor(load_picture(manifest.file(name), regression.size, square=True)))
        content, style = pair
        for done, run in enumerate(regression.specifications, 1):
            task = Task(content, style, regression.parameters_of(run), SEED, HARDWARE)
            outcome = finish(stylize(method(run.method), task))
            deviations, means = torch.std_mean(outcome.image[0].double(), (1, 2))
            colours = [
                (f"{channel} {name}", value)
                for name, values in (("mean", means), ("deviation", deviations))
                for channel, value in zip(("red", "green", "blue"), values.tolist(), strict=True)
            ]
            for evaluation in regression.tolerances_of(run):
                losses = zip(("total", *outcome.terms), outcome.trace[evaluation - 1].tolist(), strict=True)
                rows += [(run.id, evaluation, *named) for named in (losses if outcome.terms else colours)]
            watch(done, outcome.trace[-1, 0])
    return pd.DataFrame(rows, columns=COLUMNS).astype({"value": "float32"})


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums split among threads round differently; the number of threads is put back afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
