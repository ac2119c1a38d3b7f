"""config/config.yaml: the profiles, which say how large, how long and on which weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, ValidationError, field_validator

from nstbench.core.configuration import Evaluations, Name, Record, first_problem
from nstbench.core.errors import InputError, shortened
from nstbench.core.yaml_files import read_yaml
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.metrics.feature_spaces import EVALUATED_LAYERS, FEATURE_SPACES, JUDGES, FeatureSpace
from nstbench.networks.efficientnet import EFFICIENTNET_LITE0
from nstbench.networks.weight_sources import check_weights
from nstbench.pipeline.experiment import Pair

MOST_SEEDS = 100
MOST_OF_A_GRID = 100  # Contents, and styles.
# What a user's own file or --config says, laid over config.yaml.
Changes: TypeAlias = Mapping[str, Any]
NO_CHANGES: Changes = {}


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
    when they ask for it. With `sweeps` experiments run every factor of the sweep that they have, otherwise 1
    alone. Under a `brief` one, charts that take time measure just enough to be drawn.
    `judges` are the weights of the networks that results are judged by; on values of the last of them claims
    rest, so it should be kin to none that is optimised.
    So many descents go side by side `together`; null leaves it to the machine, and pictures are the same.
    `caveat` ends the sentence `Profile smoke is ...` on every page and beside every verdict, whose marks are
    neutral then.
    """

    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)
    evaluations: Evaluations | None = None
    own_budgets: bool = True
    weights: str = "embedded"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    pairs: int | None = Field(default=None, ge=1)
    together: int | None = Field(default=None, ge=1)
    grid: Grid | None = None
    sweeps: bool = False
    brief: bool = False
    caveat: str | None = None
    seeds: int = Field(default=1, ge=1, le=MOST_SEEDS)
    judges: dict[str, str] = Field(default=dict(JUDGES), min_length=1)

    @field_validator("judges")
    @classmethod
    def _known_judges(cls, judges: dict[str, str]) -> dict[str, str]:
        for network, weights in judges.items():
            if network not in EVALUATED_LAYERS:
                allowed = ", ".join(EVALUATED_LAYERS)
                raise ValueError(f"{shortened(network)} is no judge; allowed: {allowed}")
            if network == EFFICIENTNET_LITE0 and weights != JUDGES[network]:
                raise ValueError(f"{network} has {JUDGES[network]} weights only, not {shortened(weights)}")
        return judges


class Profile(Budget):
    """A budget by name."""

    name: Name

    @property
    def judge(self) -> FeatureSpace:
        """The features of the judge that claims rest on, the last one."""
        judge = list(self.judges)[-1]
        return next(space for space in FEATURE_SPACES if space.backbone == judge)

    @property
    def warning(self) -> str | None:
        """The caveat as a sentence."""
        return self.caveat and f"Profile {self.name} is {self.caveat}."


class Configuration(Record):
    """The file: every profile, and the one that runs when none is asked for."""

    profile: str
    profiles: dict[Name, Budget] = Field(min_length=1)


def load_configuration(file: Path, changes: Changes = NO_CHANGES) -> Configuration:
    """Read a config.yaml with the changes of the user's own file laid over it; InputError when malformed."""
    content = read_yaml(file)
    try:
        return Configuration.model_validate(
            _overlaid(content, changes) if isinstance(content, dict) else content
        )
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Configuration)}") from error


def _overlaid(content: Changes, changes: Changes) -> dict[str, Any]:
    """Mappings within mappings are merged, and what else `changes` holds is taken from there."""
    merged = dict(content)
    for key, value in changes.items():
        inner = merged.get(key)
        if isinstance(inner, Mapping) and isinstance(value, Mapping):
            merged[key] = _overlaid(inner, value)
        else:
            merged[key] = value
    return merged


def load_profile(
    file: Path, manifest: Manifest, name: str | None = None, changes: Changes = NO_CHANGES
) -> Profile:
    """The profile `name` of a config.yaml, or its default, with `changes` laid over the file.

    InputError when it is unknown or malformed, or names pictures or weights that there are not.
    """
    configuration = load_configuration(file, changes)
    chosen = name or configuration.profile
    if chosen not in configuration.profiles:
        raise InputError(
            f"{file}: unknown profile {shortened(chosen)}; allowed: {', '.join(configuration.profiles)}"
        )
    budget = configuration.profiles[chosen]
    try:
        for weights in (budget.weights, *budget.judges.values()):
            check_weights(weights)
        for picture in (*budget.grid.contents, *budget.grid.styles) if budget.grid else ():
            manifest.available(picture)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return Profile(name=chosen, **budget.model_dump())
