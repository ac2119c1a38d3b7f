"""Make runs: load, stylize, and leave image.png, trace.csv, run.json and snapshots, all or nothing."""

import csv
import math
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import torch

from nstbench.core.errors import InputError
from nstbench.core.files import folder_written_whole, sha256
from nstbench.core.hardware import Hardware, resolve
from nstbench.core.progress import progress
from nstbench.core.strict_json import to_json
from nstbench.core.version import __version__
from nstbench.images.pictures import load_picture, save_picture
from nstbench.images.tensors import to_picture, to_tensor
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.colour.preservation import stylize
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.lockstep import advance
from nstbench.optim.loop import Outcome
from nstbench.optim.snapshots import Snapshots
from nstbench.pipeline.cache_keys import fingerprint
from nstbench.pipeline.finished import read_record, run_file, run_folder
from nstbench.pipeline.specification import RunSpecification

# Runs that are alike in these can share a network, and are made side by side.
NETWORK = ("backbone", "weights", "preprocessing", "normalisation", "pooling", "input_blur")


def execute(
    runs: Sequence[RunSpecification], pictures: Path, results: Path, together: int | None = None
) -> list[Path]:
    """Make runs from pictures/<name>.png into results/runs/<id>/, but for those that are there already.

    So many descents are on their way `together`, or as many as pay on this machine; each goes on from a
    checkpoint when an earlier attempt was interrupted. One that fails does not keep the others from their
    ends; the first error is raised then. Gives the folders.
    """
    alike = sorted(runs, key=lambda run: [str(run.parameters.get(name)) for name in NETWORK])
    most = together or max(1, resolve().pixels_at_once // max(run.size for run in runs) ** 2)
    for made in advance((_make(run, pictures, results) for run in alike), most):
        if isinstance(made, Exception):
            raise made
    return [run_folder(results, run.id) for run in runs]


async def _make(run: RunSpecification, pictures: Path, results: Path) -> None:
    """Make one run, unless it is there already."""
    folder = run_folder(results, run.id)
    parameters = run.typed_parameters()
    names = {"content": run.content, "style": run.style}
    names |= {name: name for name in parameters.other_pictures()}
    files = {role: pictures / f"{name}.png" for role, name in names.items()}
    weights = parameters.weight_files()
    mark = fingerprint(run.method, [*files.values(), *weights])
    if _is_done(folder, mark):
        return
    recipe = method(run.method)
    hardware = recipe.hardware(precision=run.precision)
    unfinished = results / "checkpoints" / f"{run.id}-{mark[:12]}"
    checkpoint = Checkpoint(unfinished.with_suffix(".pt"))
    snapshots = Snapshots(unfinished, run.snapshots_at)
    images = {
        role: to_tensor(load_picture(file, run.size, square=True)).to(hardware.device)
        for role, file in files.items()
    }
    content, style = images.pop("content"), images.pop("style")
    _forget_peak_memory(hardware)
    started = time.perf_counter()
    with progress(run.id, parameters.steps(*content.shape[-2:])) as watch:
        task = Task(content, style, parameters, run.seed, hardware, watch, checkpoint, snapshots, images)
        outcome = await stylize(recipe, task)
    record = {
        "id": run.id,
        "specification": run.model_dump(),
        "fingerprint": mark,
        "sha256": {
            **{role: sha256(file) for role, file in files.items()},
            "weights": {file.name: sha256(file) for file in weights},
        },
        **_measured(outcome, hardware, time.perf_counter() - started),
        "versions": {
            "nstbench": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
        },
        "platform": platform.platform(),
    }
    with folder_written_whole(folder) as temporary:
        save_picture(to_picture(outcome.image), temporary / "image.png")
        _write_trace(outcome, temporary / "trace.csv")
        snapshots.copy_to(temporary / "snapshots")
        left = sorted(file for file in temporary.rglob("*") if file.is_file())
        record["outputs"] = {file.relative_to(temporary).as_posix(): sha256(file) for file in left}
        (temporary / "run.json").write_text(to_json(record) + "\n", encoding="utf-8")
    checkpoint.remove()
    snapshots.remove()


def _is_done(folder: Path, fingerprint: str) -> bool:
    """Whether the run finished with this code, these weights and these pictures, and left what is there."""
    try:
        record = read_record(folder)
        for name in record["outputs"]:
            run_file(folder, name, record)
        return bool(record["fingerprint"] == fingerprint)
    except (InputError, KeyError, TypeError, AttributeError):
        return False


def _write_trace(outcome: Outcome, file: Path) -> None:
    """One row per evaluation; without pandas, whose import takes as long as a small run."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["evaluation", "total", *outcome.terms, "seconds"])
        rows = zip(outcome.trace.tolist(), outcome.seconds, strict=True)
        for number, (losses, seconds) in enumerate(rows, 1):
            table.writerow([number, *(f"{loss:.9g}" for loss in losses), f"{seconds:.9g}"])


def _measured(outcome: Outcome, hardware: Hardware, seconds: float) -> dict[str, Any]:
    evaluations = len(outcome.seconds)
    seconds += outcome.seconds_before - outcome.seconds_waited
    return {
        "device": str(hardware.device),
        "precision": hardware.precision,
        "threads": torch.get_num_threads(),
        "evaluations": evaluations,
        "seconds": round(seconds, 3),
        "seconds_per_evaluation": round(outcome.seconds[-1] / evaluations, 5),
        "peak_memory_mb": round(_peak_memory_mb(hardware), 1),
        "rejected_steps": outcome.rejected_steps,
        "final_losses": dict(zip(("total", *outcome.terms), outcome.final.tolist(), strict=True)),
        "facts": dict(outcome.facts),
    }


def _forget_peak_memory(hardware: Hardware) -> None:
    """So that a run does not report that of one before it; the peak of a process cannot be forgotten."""
    if hardware.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(hardware.device)


def _peak_memory_mb(hardware: Hardware) -> float:
    """Of the device on a GPU, of the whole process on a CPU."""
    if hardware.device.type == "cuda":
        return torch.cuda.max_memory_allocated(hardware.device) / 1e6
    if sys.platform == "win32":
        return math.nan
    import resource

    units_per_mb = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / units_per_mb
