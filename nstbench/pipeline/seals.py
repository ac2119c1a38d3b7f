"""Seals: what each job of the pipeline has left, so that a file that was cut, swapped or lost is noticed.

A seal, results/seals/<job>.json, is written when everything else of a job is. It holds the SHA-256, the size
and the time of the last change of each file. The pipeline makes again what does not fit its seal, and readers
refuse it. Files that no seal knows were made by hand: they are taken as they are and never deleted.
"""

import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nstbench.core.errors import InputError
from nstbench.core.files import sha256, write_text
from nstbench.core.job_logging import is_finished

FOLDER = "seals"


def seal(results: Path, job: str, files: Iterable[Path]) -> None:
    """Write the seal of a job in the folder `results`; of `files`, folders count with all that is in them."""
    entries = {}
    every = {file for path in files for file in (path.rglob("*") if path.is_dir() else [path])}
    for file in sorted(file for file in every if file.is_file()):
        status = file.stat()
        entries[os.path.relpath(file, results)] = {
            "sha256": sha256(file),
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }
    write_text(seal_file(results, job), json.dumps(entries, indent=1) + "\n")


def seal_file(results: Path, job: str) -> Path:
    """The seal of a job, which is called as its log is."""
    return results / FOLDER / f"{job}.json"


def damages(results: Path, job: str) -> dict[Path, str]:
    """The files of a job that are no longer what it left, each with what is wrong.

    There are none of a job that never ran; one whose log is there has a seal too. Content is read only where
    size or time differ from the seal.
    """
    file = seal_file(results, job)
    if not file.exists():
        log = results / "logs" / f"{job}.log"
        return {file: "is missing"} if log.exists() and is_finished(log) else {}
    try:
        entries = _read(file)
    except ValueError:
        return {file: "cannot be read"}
    found = {}
    for name, entry in entries.items():
        path = Path(os.path.normpath(results / name))
        if wrong := _difference(path, entry, hashed=False):
            found[path] = wrong
    return found


def discard_damaged(results: Path, job: str) -> None:
    """Before a job is done again: delete its seal, and those of its files that do not fit it."""
    for file in damages(results, job):
        if file.is_file():
            file.unlink()
    seal_file(results, job).unlink(missing_ok=True)


def whole(file: Path) -> Path:
    """Give `file`, which the pipeline made and somebody is about to read.

    InputError when it is not there, or not what its job has left.
    """
    if not file.exists():
        raise InputError(f"{file} cannot be read, it is not there; run snakemake")
    for folder in file.absolute().parents:
        for results in (folder, folder / "results"):
            name = os.path.relpath(file, results)
            for sealed in (results / FOLDER).glob("*.json"):
                try:
                    entries = _read_once(sealed, sealed.stat().st_mtime_ns)
                except (ValueError, FileNotFoundError):
                    continue  # The pipeline will notice.
                entry = entries.get(name)
                if entry and (wrong := _difference(file, entry, hashed=True)):
                    raise InputError(f"{file} cannot be read, it {wrong}; run snakemake again")
    return file


@cache
def _read_once(file: Path, changed: int) -> dict[str, dict[str, str | int]]:
    """As `_read`, of a file that has not `changed` since: a notebook reads hundreds of sealed files."""
    return _read(file)


def _read(file: Path) -> dict[str, dict[str, str | int]]:
    """ValueError when it is no seal."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError(str(error)) from error
    keys = {"sha256", "size", "mtime_ns"}
    if not isinstance(entries, dict) or not all(
        isinstance(entry, dict) and entry.keys() == keys for entry in entries.values()
    ):
        raise ValueError(f"{file} is no seal")
    return entries


def _difference(file: Path, entry: dict[str, str | int], hashed: bool) -> str | None:
    """In words; with `hashed` its content is read even if size and time are those of the seal."""
    if not file.is_file():
        return "is missing"
    status = file.stat()
    if status.st_size != entry["size"]:
        return f"has {status.st_size:,} bytes instead of {entry['size']:,}"
    unchanged = status.st_mtime_ns == entry["mtime_ns"] and not hashed
    return None if unchanged or sha256(file) == entry["sha256"] else "has another content than was written"
