"""Where the site has a file, and the command that makes one again."""

import os
from pathlib import Path

from nstbench.pipeline.profile import Profile


def relative(file: Path, folder: Path) -> str:
    """The address of a file on a page that lies in `folder`."""
    return Path(os.path.relpath(file, folder)).as_posix()


def notebook_address(name: str, reports: Path) -> str | None:
    """Where a notebook lies in the site, without the suffix; None where there is none."""
    address = f"notebooks/{name}"
    return address if (reports / f"{address}.html").is_file() else None


def snakemake_command(target: str, profile: Profile) -> str:
    """The command that makes `target` under `profile`; without one, everything."""
    call = f"snakemake --cores all {target}".rstrip()
    # At the end, because --config would take the target for one of its values.
    return call if profile.name == "default" else f"{call} --config profile={profile.name}"
