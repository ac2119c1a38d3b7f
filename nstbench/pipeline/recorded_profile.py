"""results/profile.json: which profile the results beside it are of."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from nstbench.core.configuration import Record
from nstbench.core.errors import InputError
from nstbench.core.files import write_text
from nstbench.pipeline.profile import Changes
from nstbench.pipeline.project import Project

FILE = "profile.json"


class RecordedProfile(Record):
    """A profile by name, what the user laid over config/config.yaml, and which famous pictures were here."""

    name: str
    changes: dict[str, Any] = Field(default_factory=dict)
    own_pictures: tuple[str, ...] | None = None


def record_profile(results: Path, name: str, changes: Changes, own_pictures: Iterable[str]) -> None:
    """Write the file, unless it says so already; InputError when results of another profile are there."""
    before = recorded_profile(results)
    profile = RecordedProfile(name=name, changes=dict(changes), own_pictures=tuple(own_pictures))
    if before and before.name != name:
        raise InputError(
            f"{results.absolute()} has results of profile {before.name}, and two profiles do not mix; "
            f"add `--directory build/{name}` to make those of {name} there, or run `make clean` first"
        )
    if before != profile:
        write_text(results / FILE, profile.model_dump_json())


def recorded_profile(results: Path) -> RecordedProfile | None:
    """Which profile results are of; None where the file is not there or is damaged."""
    try:
        return RecordedProfile.model_validate_json((results / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def project_of(results: Path, root: Path, asked: str | None = None) -> Project:
    """The project of the checkout `root` under the profile that results are of.

    `asked` is the profile that the user names, if any; InputError when it is another one. Where none is
    recorded, it is taken.
    """
    made = recorded_profile(results)
    if made and asked not in (None, made.name):
        raise InputError(
            f"{results} was made with profile {made.name}, not {asked}; leave --profile and PROFILE out, "
            f"or make those of {asked} with `snakemake --cores all --config profile={asked} --directory "
            f"build/{asked}`"
        )
    if made is None:
        return Project.load(root, asked)
    return Project.load(root, made.name, made.changes, made.own_pictures)
