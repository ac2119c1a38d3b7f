"""Profiles: the sizes and budgets of config/config.yaml."""

from typing import Any

from pydantic import Field, ValidationError

from nstbench.documents import Record, first_problem
from nstbench.errors import InputError
from nstbench.images.pictures import LARGEST_SIZE, SMALLEST_SIDE


class Profile(Record):
    """How large, how long, on which weights; `evaluations: null` keeps what each source used."""

    name: str
    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)
    evaluations: int | None = Field(default=None, ge=1)
    weights: str = "embedded"
    precision: str = "auto"
    pairs: int | None = Field(default=None, ge=1)
    seeds: int = Field(default=1, ge=1)


def load_profile(config: dict[str, Any], name: str) -> Profile:
    """The profile `name` of a loaded config.yaml; InputError when it is unknown or malformed."""
    profiles = config.get("profiles", {})
    if name not in profiles:
        raise InputError(f"unknown profile {name!r}; allowed: {', '.join(profiles)}")
    try:
        return Profile.model_validate({"name": name, **profiles[name]})
    except ValidationError as error:
        raise InputError(f"config/config.yaml: profile {name}: {first_problem(error)}") from error
