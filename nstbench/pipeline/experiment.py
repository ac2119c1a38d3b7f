"""An experiment file: which figure it regenerates, its arms, and how the panel is laid out."""

import itertools
import math
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from nstbench.core.configuration import Evaluations, Name, Named, Record, Snapshots, load_named
from nstbench.core.errors import InputError, shortened
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.methods import method
from nstbench.methods.base import DescentParameters, Method, Parameters

IMAGE_TILES = ("content", "style", "truth")
MOST_ARMS = 200
MOST_PAIRS = 1_000
LEAST_FACTORS, MOST_FACTORS = 5, 50


def short_name(document: str) -> str:
    """The first author's name in lower-case ASCII: `unlusoy` of "Ünlüsoy, Menssen and Cerrada, ..."."""
    ascii_only = unicodedata.normalize("NFKD", document).encode("ascii", "ignore").decode()
    return "".join(re.findall(r"\w+", ascii_only)[:1]).lower()


class Source(Record):
    """Where the figure stands: the document, its figure, and the ids of the claims it bears on."""

    document: str
    row: str
    figure: str
    claims: tuple[Name, ...] = ()


def _no_path(id: str) -> str:
    if len(id) > 100 or not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)*", id, re.ASCII):
        raise ValueError("an id has letters (a to z), digits, _, - and ., in parts joined by /, at most 100")
    return id


class Point(Record):
    """One value of an axis: an id, the caption of its tiles, and what it sets.

    `settings` are the method's; `precision` takes the place of the profile's, `style` that of the pair's,
    `method` and `parameters` those of the experiment's.
    """

    id: Annotated[str, AfterValidator(_no_path)]
    caption: str
    settings: dict[str, Any] = Field(default={})
    precision: Literal["fp32", "bf16"] | None = None
    style: Name | None = None
    method: str | None = None
    parameters: str | None = None


class Pair(Record):
    """A content and a style by their names in data/images.yaml.

    `truth` is the picture that a perfect transfer would give, where there is one: a scene painted in summer
    and in winter, say.
    """

    content: Name
    style: Name
    truth: Name | None = None


class Panel(Record):
    """Rows of tiles: `content`, `style`, `truth` if every pair has one, or the id of an arm.

    `<arm>@2` is the second snapshot of an arm, where the experiment asks for snapshots. An empty string
    leaves a gap.
    """

    rows: tuple[tuple[str, ...], ...]
    row_titles: tuple[str, ...] = ()


class Comparison(Record):
    """Two arms, by id, whose pictures and losses are set against each other in a table."""

    arm: str
    reference: str


class Sweep(Record):
    """A parameter and the factors that it is multiplied by, for some arms; for all when they are left out.

    What is compared by a sweep has at least five points of it, and figures are made with the factor 1.
    """

    parameter: str
    factors: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        min_length=LEAST_FACTORS, max_length=MOST_FACTORS
    )
    arms: tuple[str, ...] = ()

    @field_validator("factors")
    @classmethod
    def _with_one(cls, factors: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(factors)) < len(factors):
            raise ValueError("a factor is there twice")
        if 1 not in factors:
            raise ValueError("the factor 1 is missing, with which figures are made")
        return factors

    def scaled(self, parameters: Parameters, factor: float) -> dict[str, float]:
        """The parameter by its name, multiplied; InputError where it is not there, or 0."""
        numbers = {name: value for name, value in parameters if type(value) in (int, float)}
        if self.parameter not in numbers:
            allowed = ", ".join(numbers)
            raise InputError(f"sweep: unknown parameter {shortened(self.parameter)}; allowed: {allowed}")
        if not numbers[self.parameter]:
            raise InputError(f"sweep: {self.parameter} is 0, and so are its multiples; name other arms only")
        # 12 digits: 5.25e-7 x 10 is then the 5.25e-6 that another arm names, and the two are one run.
        return {self.parameter: float(f"{numbers[self.parameter] * factor:.12g}")}


class Experiment(Named):
    """One figure. Its arms are the product of its axes; an arm's id joins its points' ids by `/`.

    Later settings win: the method's preset, `settings`, `when_shortened` (only under a profile
    that cuts the source's evaluations), and those of the arm. With `every_pair` all pairs run under every
    profile, or under those that it lists; with `snapshots` every run leaves so many pictures of its way. With
    `grid` all arms, or those listed, also run on the profile's grid: verdicts rest on it, no panel shows it.
    `grid_contents` and `grid_styles` take the place of its pictures, for claims about certain ones.
    With `sweep` they also run with multiples of a parameter, under a profile with sweeps, for the same end.
    `sizes` are pixels and `budgets` evaluations by profile, where the profile's are not to be used. No
    run has more than `seeds` seeds, where arms that are compared share their noise.
    """

    title: str
    source: Source
    question: str
    settings_note: str
    deviations: tuple[str, ...] = ()
    method: str
    parameters: str
    settings: dict[str, Any] = Field(default={})
    when_shortened: dict[str, Any] = Field(default={})
    axes: tuple[Annotated[tuple[Point, ...], Field(min_length=1)], ...] = Field(min_length=1)
    pairs: tuple[Pair, ...] = Field(min_length=1, max_length=MOST_PAIRS)
    every_pair: bool | tuple[Name, ...] = False
    grid: bool | tuple[str, ...] = False
    grid_contents: tuple[Name, ...] = ()
    grid_styles: tuple[Name, ...] = ()
    sweep: Sweep | None = None
    snapshots: Snapshots = 0
    sizes: dict[Name, Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)]] = Field(default={})
    budgets: dict[Name, Evaluations] = Field(default={})
    seeds: int | None = Field(default=None, ge=1)
    panel: Panel
    comparisons: tuple[Comparison, ...] = ()

    @property
    def arms(self) -> tuple["Arm", ...]:
        """Every combination of one point of each axis."""
        return tuple(Arm(points) for points in itertools.product(*self.axes))

    @property
    def on_grid(self) -> tuple[str, ...]:
        """The arms that run on a profile's grid, by id."""
        if isinstance(self.grid, bool):
            return tuple(arm.id for arm in self.arms) if self.grid else ()
        return self.grid

    @property
    def pictures(self) -> set[str]:
        """The names of every content, style and truth, and of what arms look at besides."""
        named = {name for pair in self.pairs for name in (pair.content, pair.style, pair.truth)}
        named |= {arm.style for arm in self.arms} | {*self.grid_contents, *self.grid_styles}
        for arm in self.arms:
            named.update(self.configure(arm, self.settings_of(arm, shortened=False)).other_pictures())
        return {name for name in named if name}

    @property
    def _image_tiles(self) -> list[str]:
        """Those that every pair has a picture for."""
        return [role for role in IMAGE_TILES if all(getattr(pair, role) for pair in self.pairs)]

    @property
    def _snapshot_tiles(self) -> list[str]:
        return [f"{arm.id}@{number}" for arm in self.arms for number in range(1, self.snapshots + 1)]

    @model_validator(mode="after")
    def _consistent(self) -> "Experiment":
        if (count := math.prod(map(len, self.axes))) > MOST_ARMS:
            raise ValueError(f"its axes make {count:,} arms; allowed: at most {MOST_ARMS:,}")
        arms = [arm.id for arm in self.arms]
        if len(set(arms)) < len(arms):
            repeated = next(id for id in arms if arms.count(id) > 1)
            raise ValueError(f"the arm id {shortened(repeated)} is there twice; ids name one arm each")
        tiles = dict.fromkeys((*self._image_tiles, *arms, *self._snapshot_tiles))
        for tile in itertools.chain.from_iterable(self.panel.rows):
            if tile and tile not in tiles:
                raise ValueError(f"unknown tile {shortened(tile)} in panel; allowed: {', '.join(tiles)}")
        for compared in itertools.chain.from_iterable(
            (each.arm, each.reference) for each in self.comparisons
        ):
            if compared not in arms:
                raise ValueError(
                    f"unknown arm {shortened(compared)} in comparisons; allowed: {', '.join(arms)}"
                )
        chosen = {"sweep": self.sweep.arms if self.sweep else (), "grid": self.on_grid}
        for key, ids in chosen.items():
            for id in ids:
                if id not in arms:
                    raise ValueError(f"unknown arm {shortened(id)} in {key}; allowed: {', '.join(arms)}")
        for arm in self.arms:
            self._check_settings(arm)
        return self

    def _check_settings(self, arm: "Arm") -> None:
        try:
            for shortened in (False, True):
                settings = self.settings_of(arm, shortened)
                configured = self.configure(arm, settings)
                for factor in self.factors_of(arm):
                    self.configure(arm, settings, factor)
                if self.snapshots and not isinstance(configured, DescentParameters):
                    raise InputError(f"{self.method_of(arm).id} does not descend, so it has no snapshots")
        except InputError as error:
            raise InputError(f"arm {arm.id}: {error}") from error

    def method_of(self, arm: "Arm") -> Method:
        """The arm's own method, or the experiment's."""
        return method(arm.method or self.method)

    def factors_of(self, arm: "Arm") -> tuple[float, ...]:
        """What the sweep multiplies by for an arm; 1 alone where there is none."""
        return self.sweep.factors if self.sweep and arm.id in (self.sweep.arms or (arm.id,)) else (1.0,)

    def configure(self, arm: "Arm", changes: Mapping[str, Any], factor: float = 1.0) -> Parameters:
        """The arm's preset with `changes` made, and then the parameter of the sweep multiplied by `factor`.

        InputError names what does not fit.
        """
        recipe, preset = self.method_of(arm), arm.parameters or self.parameters
        configured = recipe.configure(preset, changes)
        if self.sweep is None or factor == 1:
            return configured
        return recipe.configure(preset, {**changes, **self.sweep.scaled(configured, factor)})

    def settings_of(self, arm: "Arm", shortened: bool) -> dict[str, Any]:
        """An arm with a method of its own gets those of the experiment's settings that its method has."""
        shared = {**self.settings, **(self.when_shortened if shortened else {})}
        return {**(self.method_of(arm).known(shared) if arm.method else shared), **arm.settings}


def arm_and_snapshot(tile: str) -> tuple[str, int]:
    """The arm that a tile of a panel shows, and the number of its snapshot, 0 for its result."""
    arm, _, number = tile.partition("@")
    return arm, int(number or 0)


class Arm:
    """One combination of axis points."""

    def __init__(self, points: tuple[Point, ...]) -> None:
        self.id = "/".join(point.id for point in points)
        self.caption = ", ".join(point.caption for point in points)
        self.settings = {key: value for point in points for key, value in point.settings.items()}
        self.precision = next((point.precision for point in points if point.precision), None)
        self.style = next((point.style for point in points if point.style), None)
        self.method = next((point.method for point in points if point.method), None)
        self.parameters = next((point.parameters for point in points if point.parameters), None)


def load_experiment(file: Path, manifest: Manifest) -> Experiment:
    """Read an experiment file; InputError names file, key, value and what is allowed."""
    return load_named(
        file, Experiment, lambda experiment: [manifest.available(name) for name in experiment.pictures]
    )
