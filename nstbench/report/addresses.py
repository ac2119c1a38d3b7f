"""Where a reader finds a file of the report, and how it is made again."""

import os
from pathlib import Path

from nstbench.pipeline.profile import Profile


def relative(file: Path, folder: Path) -> str:
    """The address of a file on a page that lies in `folder`."""
    return Path(os.path.relpath(file, folder)).as_posix()


def page_file(reports: Path, id: str) -> Path:
    """The page of an experiment or a chart, beside its other files."""
    return reports / "figures" / f"{id}.html"


def command(target: str, profile: Profile) -> str:
    """What makes `target` under `profile`."""
    call = f"snakemake --cores all {target}"
    # At the end, because --config would take the target for one of its values.
    return call if profile.name == "default" else f"{call} --config profile={profile.name}"
