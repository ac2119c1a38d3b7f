"""config/config.yaml: the profiles, which say how large, how long and on which weights."""

from pathlib import Path

from pydantic import Field, ValidationError

from nstbench.documents import Record, first_problem, read_yaml
from nstbench.errors import InputError
from nstbench.images.pictures import LARGEST_SIZE, SMALLEST_SIDE


class Budget(Record):
    """What a profile decides.

    `evaluations: null` keeps what each source used; without `own_budgets` no experiment gets more than
    `evaluations`, whatever its file asks for.
    """

    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)
    evaluations: int | None = Field(default=None, ge=1)
    own_budgets: bool = True
    weights: str = "embedded"
    precision: str = "auto"
    pairs: int | None = Field(default=None, ge=1)
    seeds: int = Field(default=1, ge=1)


class Profile(Budget):
    """A budget by name."""

    name: str


class Configuration(Record):
    """The file: every profile, and the one that runs when none is asked for."""

    profile: str
    profiles: dict[str, Budget] = Field(min_length=1)


def load_profile(file: Path, name: str | None = None) -> Profile:
    """The profile `name` of a config.yaml, or its default; InputError when it is unknown or malformed."""
    try:
        configuration = Configuration.model_validate(read_yaml(file))
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Configuration)}") from error
    chosen = name or configuration.profile
    if chosen not in configuration.profiles:
        raise InputError(f"{file}: unknown profile {chosen!r}; allowed: {', '.join(configuration.profiles)}")
    return Profile(name=chosen, **configuration.profiles[chosen].model_dump())
