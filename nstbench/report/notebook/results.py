"""Where a notebook finds the results that it shows."""

from pathlib import Path

from nstbench.core.errors import InputError


def folder_with_results() -> Path:
    """The working folder, or the nearest above it, that has results; InputError when there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "results" / "scores.csv").is_file():
            return folder
    raise InputError(f"no results/scores.csv in {here} or above it; run snakemake first")
