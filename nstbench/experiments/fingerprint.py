"""What decides a run's result besides its specification: code, weights and pictures, as one hash.

A run on disk counts as done only while its fingerprint is the one that a new run would get.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
ENGINE = (
    "images/*.py",
    "backbones/*.py",
    "colour/*.py",
    "statistics/*.py",
    "objective.py",
    "optimise/*.py",
    "descent.py",
    "feedforward/*.py",
    "quilting/*.py",
    "methods/*.py",
    "hardware.py",
)
TRAINING = ("training/crops.py", "training/loop.py", "training/trainer.py")
SCORING = ("metrics/*.py", "scoring.py")


def engine_files() -> list[Path]:
    """The modules that decide what a run produces."""
    return [*_sources(ENGINE), PACKAGE / "experiments" / "execution.py"]


def training_files() -> list[Path]:
    """The modules that decide what a training of the pipeline produces."""
    return [*_sources(ENGINE), *_sources(TRAINING), PACKAGE / "experiments" / "training.py"]


def scoring_files() -> list[Path]:
    """The modules that decide how a picture is scored."""
    return _sources(SCORING)


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over the contents of the engine and of `files`, in this order."""
    digest = hashlib.sha256(_digest_of_engine())
    for file in files:
        digest.update(sha256(file).encode())
    return digest.hexdigest()


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _digest_of_engine() -> bytes:
    digest = hashlib.sha256()
    for file in engine_files():
        digest.update(file.name.encode() + file.read_bytes())
    return digest.digest()


def _sources(patterns: Iterable[str]) -> list[Path]:
    return sorted(file for pattern in patterns for file in PACKAGE.glob(pattern))
