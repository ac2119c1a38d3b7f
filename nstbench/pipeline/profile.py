"""config/config.yaml: the profiles, which say how large, how long and on which weights."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from nstbench.core.configuration import Evaluations, Name, Record, first_problem
from nstbench.core.errors import InputError, shortened
from nstbench.core.yaml_files import read_yaml
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import LARGEST_SIZE, SMALLEST_SIDE
from nstbench.networks.weight_sources import check_weights
from nstbench.pipeline.experiment import Pair

MOST_SEEDS = 100
MOST_OF_A_GRID = 100  # Contents, and styles.


class Grid(Record):
    """Contents and styles by their names in data/images.yaml; each content goes with each style."""

    contents: tuple[Name, ...] = Field(min_length=1, max_length=MOST_OF_A_GRID)
    styles: tuple[Name, ...] = Field(min_length=1, max_length=MOST_OF_A_GRID)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every content with every style."""
        return tuple(Pair(content=content, style=style) for style in self.styles for content in self.contents)


class Budget(Record):
    """What a profile decides.

    `evaluations: null` keeps what each source used; without `own_budgets` no experiment gets more than
    `evaluations`, whatever its file asks for. `grid` has the pairs that experiments run on besides their own
    when they ask for it. Under a `brief` one, charts that take time measure just enough to be drawn.
    """

    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)
    evaluations: Evaluations | None = None
    own_budgets: bool = True
    weights: str = "embedded"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    pairs: int | None = Field(default=None, ge=1)
    grid: Grid | None = None
    brief: bool = False
    seeds: int = Field(default=1, ge=1, le=MOST_SEEDS)


class Profile(Budget):
    """A budget by name."""

    name: Name


class Configuration(Record):
    """The file: every profile, and the one that runs when none is asked for."""

    profile: str
    profiles: dict[Name, Budget] = Field(min_length=1)


def load_configuration(file: Path) -> Configuration:
    """Read a config.yaml; InputError when it is malformed."""
    try:
        return Configuration.model_validate(read_yaml(file))
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Configuration)}") from error


def load_profile(file: Path, manifest: Manifest, name: str | None = None) -> Profile:
    """The profile `name` of a config.yaml, or its default.

    InputError when it is unknown or malformed, or names pictures or weights that there are not.
    """
    configuration = load_configuration(file)
    chosen = name or configuration.profile
    if chosen not in configuration.profiles:
        raise InputError(
            f"{file}: unknown profile {shortened(chosen)}; allowed: {', '.join(configuration.profiles)}"
        )
    budget = configuration.profiles[chosen]
    try:
        check_weights(budget.weights)
        for picture in (*budget.grid.contents, *budget.grid.styles) if budget.grid else ():
            manifest.available(picture)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return Profile(name=chosen, **budget.model_dump())
