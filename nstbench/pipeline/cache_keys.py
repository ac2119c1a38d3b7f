"""What decides a run's result besides its specification: code, weights and pictures, as one hash.

A run on disk counts as done only while its fingerprint is the one that a new run would get.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nstbench.core.files import sha256

PACKAGE = Path(__file__).parents[1]
PICTURES = ("images/manifest.py", "images/package_photographs.py", "images/pictures.py")
ENGINE = (
    "images/*.py",
    "backbones/*.py",
    "colour/*.py",
    "statistics/*.py",
    "objective.py",
    "optimise/*.py",
    "descent.py",
    "feedforward/*.py",
    "adain/*.py",
    "quilting/*.py",
    "methods/*.py",
    "hardware.py",
    "experiments/execution.py",
)
TRAINING = (
    *ENGINE,
    "training/crops.py",
    "training/loop.py",
    "training/trainer.py",
    "experiments/training.py",
)
SCORING = (
    "metrics/*.py",
    "scoring.py",
    "experiments/scoring.py",
    "experiments/tables.py",
    "backbones/*.py",
    "images/*.py",
)
REPORTING = ("reporting/**/*.py", "reporting/**/*.j2")
CHARTING = (
    *ENGINE,
    "analyses/*.py",
    "benchmark/*.py",
    "metrics/*.py",
    "scoring.py",
    "reporting/chart.py",
    "reporting/chart_style.py",
    "reporting/quantities.py",
    "reporting/thumbnail.py",
    "reporting/usage.py",
    "reporting/diagrams/*.py",
)
NOTEBOOK = (*REPORTING, "notebook/*.py")
CLAIMS = (
    "claims/**/*.py",
    "analyses/*.py",
    "backbones/*.py",
    "methods/gatys2015.py",
    "reporting/quantities.py",
)


def sources(patterns: Iterable[str]) -> list[Path]:
    """The files of the package that match any of the patterns."""
    return sorted({file for pattern in patterns for file in PACKAGE.glob(pattern)})


@cache
def code_hash(patterns: tuple[str, ...]) -> str:
    """SHA-256 over the contents of the package's files that match any of the patterns."""
    digest = hashlib.sha256()
    for file in sources(patterns):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over the contents of the engine and of `files`, in this order."""
    digest = hashlib.sha256(code_hash(ENGINE).encode())
    for file in files:
        digest.update(sha256(file).encode())
    return digest.hexdigest()
