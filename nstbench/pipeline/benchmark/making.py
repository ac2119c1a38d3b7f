"""Make and score the runs of a benchmark outside of the pipeline: in as many processes as there are cores.

What is there is left alone: finished runs, unfinished ones at their checkpoints, and scores of the same
pictures.
"""

import hashlib
import logging
import math
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from nstbench.core.errors import InputError
from nstbench.core.files import sha256, write_text
from nstbench.core.strict_json import from_json, to_json
from nstbench.core.tuning import tune_process
from nstbench.images.manifest import Manifest
from nstbench.pipeline.benchmark.configuration import Competitor
from nstbench.pipeline.benchmark.contest import Contest
from nstbench.pipeline.benchmark.ranking import competing_pairs, peer_trial
from nstbench.pipeline.benchmark.records import FOLDER, peer_picture
from nstbench.pipeline.cache_keys import code_key
from nstbench.pipeline.execution import execute
from nstbench.pipeline.experiment import Pair
from nstbench.pipeline.finished import read_record, run_folder
from nstbench.pipeline.plan import batches, scoring_batches
from nstbench.pipeline.scoring import score_files, score_trials
from nstbench.pipeline.specification import RunSpecification

# Evaluations after which the peak of a descent has been reached, but for the steps that L-BFGS remembers.
EVALUATIONS_TO_PEAK = 5
# Called with what is done of a stage, by its name.
Report = Callable[[str, int, int], None]


def make_pictures(names: Iterable[str], manifest: Manifest, pictures: Path) -> None:
    """Write the pictures that are not there as PNG, as the pipeline does."""
    from nstbench.images.pictures import save_picture
    from nstbench.images.reading import read_picture

    for name in names:
        file = pictures / f"{name}.png"
        if not file.is_file():
            save_picture(read_picture(manifest.file(name)), file)


def make_runs(contest: Contest, results: Path, cores: int, report: Report) -> None:
    """Make the runs that are not there; the first error is raised when the others are done."""
    parts = batches(contest.planned).values()
    done, total = 0, sum(map(len, parts))
    report("pictures", done, total)
    with _processes(cores) as pool:
        waiting = {pool.submit(execute, runs, results / "pictures", results): len(runs) for runs in parts}
        for made in _finished(waiting):
            done += waiting[made]
            report("pictures", done, total)


def make_scores(
    contest: Contest,
    competitors: Sequence[Competitor],
    results: Path,
    judges: Mapping[str, str],
    cores: int,
    report: Report,
) -> pd.DataFrame:
    """Scores of all runs, controls and competitors: columns trial, metric, value, reason."""
    code = code_key(["nstbench.pipeline.scoring"], ["nstbench.metrics"])
    tasks: list[tuple[Path, Callable[..., pd.DataFrame], tuple[Any, ...]]] = []
    for part in scoring_batches(contest.planned).values():
        outputs = [read_record(run_folder(results, entry.run.id))["outputs"] for entry in part]
        trials = [(entry.run, None) for entry in part]
        key = [[run.id, left["image.png"]] for (run, _), left in zip(trials, outputs, strict=True)]
        file = _score_file(results, [code, judges, key])
        tasks.append((file, score_trials, (trials, results / "pictures", results, judges)))
    files = competitors_files(contest, competitors, results)
    if files:
        hashes = [[id, sha256(file)] for id, (file, _) in files.items()]
        file = _score_file(results, [code, judges, hashes])
        tasks.append((file, score_files, (files, contest.scope.size, results / "pictures", judges)))
    missing = [task for task in tasks if not task[0].is_file()]
    done = len(tasks) - len(missing)
    report("scores", done, len(tasks))
    with _processes(cores) as pool:
        for _ in _finished({pool.submit(_score, *task): 1 for task in missing}):
            done += 1
            report("scores", done, len(tasks))
    tables = []
    for file, _, _ in tasks:
        with _kept(file):
            tables.append(pd.read_csv(file)[["trial", "metric", "value", "reason"]])
    return pd.concat(tables)


@contextmanager
def _kept(file: Path) -> Iterator[None]:
    """InputError when what was kept from before cannot be read."""
    try:
        yield
    except (OSError, LookupError, ValueError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{file} cannot be read ({reason}); delete it, and it is made again") from error


def competitors_files(
    contest: Contest, competitors: Iterable[Competitor], results: Path
) -> dict[str, tuple[Path, Pair]]:
    """The pictures of competitors that are there, with their pairs, by the id of their trial."""
    found = {}
    for competitor in competitors:
        for pair in competing_pairs(competitor, contest.pairs):
            file = peer_picture(results, competitor.name, pair.content, pair.style, contest.scope.size)
            if file.is_file():
                found[peer_trial(competitor.name, pair)] = file, pair
    return found


def measure_memory(contest: Contest, results: Path, cores: int, report: Report) -> dict[str, float]:
    """What a picture of each entry takes at its peak, in MB by the id of its first run.

    Each is made in a process of its own. On a GPU it is what the device had to give.
    """
    first: dict[str, RunSpecification] = {}
    for entry in contest.planned:
        if entry.factor == 1:
            first.setdefault(contest.entry_of(entry).name, entry.run)
    file = results / FOLDER / "memory.json"
    marks = {}
    for run in first.values():
        fingerprint = str(read_record(run_folder(results, run.id))["fingerprint"])
        marks[run.id] = f"{run.id} {fingerprint[:12]}"
    known: dict[str, float] = {}
    if file.is_file():
        with _kept(file):
            known = {
                mark: float(value) for mark, value in from_json(file.read_text(encoding="utf-8")).items()
            }
    missing = [run for run in first.values() if marks[run.id] not in known]
    done = len(first) - len(missing)
    report("memory", done, len(first))
    with _processes(cores, tasks_each=1) as pool:
        waiting = {pool.submit(_peak, run, results): run for run in missing}
        for measured in _finished(waiting):
            known[marks[waiting[measured].id]] = measured.result()
            write_text(file, to_json(known) + "\n")
            done += 1
            report("memory", done, len(first))
    return {id: known[mark] for id, mark in marks.items()}


@contextmanager
def _processes(cores: int, tasks_each: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Processes that compute on one thread, and that end with this one, however it ends."""
    # NumPy reads it when it is imported.
    os.environ["OMP_NUM_THREADS"] = "1"
    methods = multiprocessing.get_all_start_methods()
    # A server has everything imported; where there is none, as on Windows, each process imports it.
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else None)
    context.set_forkserver_preload([__name__])
    pool = ProcessPoolExecutor(cores, context, _begin, max_tasks_per_child=tasks_each)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    import torch

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.getLogger("nstbench").setLevel(logging.ERROR)
    tune_process()
    torch.set_num_threads(1)


def _end_with_parent() -> None:
    """Wait until whoever asks for work is gone, killed perhaps: nobody wants the rest."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _finished(waiting: Iterable[Future[Any]]) -> Iterator[Future[Any]]:
    """Futures as they are done; the first error of one is raised after all others."""
    first = None
    for done in as_completed(waiting):
        error = done.exception()
        if isinstance(error, BrokenProcessPool):
            raise InputError(
                "a process was killed, perhaps because memory ran out; the same command goes on"
            ) from error
        first = first or error
        if error is None:
            yield done
    if first:
        raise first


def _score_file(results: Path, key: object) -> Path:
    """Where scores are kept, by all that they depend on."""
    digest = hashlib.sha256(to_json(key).encode()).hexdigest()
    return results / FOLDER / "scores" / f"{digest[:16]}.csv"


def _score(file: Path, score: Callable[..., pd.DataFrame], arguments: tuple[Any, ...]) -> None:
    write_text(file, score(*arguments).to_csv(index=False))


def _peak(run: RunSpecification, results: Path) -> float:
    """Of this process, which makes nothing else: its peak less what it had before."""
    brief = run
    if asked := run.parameters.get("evaluations"):
        # One at each scale, at least.
        fewer = min(asked, max(EVALUATIONS_TO_PEAK, run.parameters.get("scales", 1)))
        brief = RunSpecification.derived_from(run, parameters=run.parameters | {"evaluations": fewer})
    before = _most_so_far()
    with tempfile.TemporaryDirectory() as folder:
        made = read_record(*execute([brief], results / "pictures", Path(folder)))
    if made["device"] != "cpu":
        return float(made["peak_memory_mb"])
    return round(_most_so_far() - before, 1)


def _most_so_far() -> float:
    """The peak of this process in MB; NaN on Windows, which does not say."""
    if sys.platform == "win32":
        return math.nan
    import resource

    units_per_mb = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / units_per_mb
