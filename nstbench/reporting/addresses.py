"""Where a reader finds a file of the report, and how it is made again."""

import os
from pathlib import Path

from nstbench.experiments.profile import Profile


def relative(file: Path, reports: Path) -> str:
    """The address of a file on the page."""
    return Path(os.path.relpath(file, reports)).as_posix()


def command(target: str, profile: Profile) -> str:
    """What makes `target` under `profile`."""
    call = f"snakemake --cores all {target}"
    return call if profile.name == "default" else f"PROFILE={profile.name} {call}"
