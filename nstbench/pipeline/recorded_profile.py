"""results/profile.json: which profile the results beside it are of."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from nstbench.core.configuration import Record
from nstbench.core.files import write_text
from nstbench.pipeline.profile import Changes

FILE = "profile.json"


class RecordedProfile(Record):
    """A profile by name, and what the user laid over config/config.yaml."""

    name: str
    changes: dict[str, Any] = Field(default_factory=dict)


def record_profile(results: Path, name: str, changes: Changes) -> None:
    """Write the file, unless it says so already."""
    profile = RecordedProfile(name=name, changes=dict(changes))
    if recorded_profile(results) != profile:
        write_text(results / FILE, profile.model_dump_json())


def recorded_profile(results: Path) -> RecordedProfile | None:
    """Which profile results are of; None where the file is not there or is damaged."""
    try:
        return RecordedProfile.model_validate_json((results / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
