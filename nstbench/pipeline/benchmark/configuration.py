"""config/benchmark.yaml: pairs, methods, measures, and programs by others that compete."""

import string
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator

from nstbench.core.configuration import Evaluations, Name, Record, first_problem
from nstbench.core.errors import InputError, shortened
from nstbench.core.yaml_files import read_yaml
from nstbench.images.manifest import Manifest
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.methods import method
from nstbench.methods.strength import STRENGTHS
from nstbench.pipeline.experiment import LEAST_FACTORS, MOST_FACTORS, Pair
from nstbench.pipeline.profile import MOST_OF_A_GRID

PLACEHOLDERS = ("content", "style", "output", "size")
# The scope of a profile that has none of its own, and that of `nstbench benchmark --quick`.
WHOLE, QUICK = "whole", "quick"
Factors = Annotated[
    tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=LEAST_FACTORS, max_length=MOST_FACTORS)
]


class Scope(Record):
    """How much of the benchmark is made: pixels, evaluations of what descends, pairs (null: all), sweeps."""

    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)
    evaluations: Evaluations
    pairs: int | None = Field(default=None, ge=1)
    sweeps: bool = True


class Competitor(Record):
    """A program by somebody else, run by its own command.

    `command` is split as a shell would and has {content}, {style} and {output}, files, and {size}, pixels.
    `styles`, where a program has learned certain ones, names them by the picture: {style} is that name then,
    and the program takes part on pairs with these styles only.
    """

    name: Name
    title: str
    source: str
    command: str
    styles: dict[Name, str] = Field(default={})

    @field_validator("command")
    @classmethod
    def _known_placeholders(cls, command: str) -> str:
        try:
            found = {name for _, name, _, _ in string.Formatter().parse(command) if name is not None}
        except ValueError as error:
            raise ValueError(f"{shortened(command)}: {error}; write {{{{ for a brace") from error
        if unknown := sorted(found - set(PLACEHOLDERS)):
            allowed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(f"unknown placeholder {shortened(f'{{{unknown[0]}}}')}; allowed: {allowed}")
        for needed in ("content", "output"):
            if needed not in found:
                raise ValueError(f"{shortened(command)} lacks {{{needed}}}; the program needs to know it")
        return command


class FrontDefinition(Record):
    """Two measures against each other."""

    id: Name
    title: str
    x: str
    y: str
    log_x: bool = False


class Benchmark(Record):
    """The file.

    Methods take part with all their presets, but for those that `leave_out` names with the reason, by method
    or by method/preset. `settings` are changes of a preset, by method/preset. `sweep` has the factors for
    each parameter that trades content for style; the default preset of a method is run with them all.
    `training` are the seconds that the networks that ship have learned for, by method.
    """

    contents: tuple[Name, ...] = Field(min_length=1, max_length=MOST_OF_A_GRID)
    styles: tuple[Name, ...] = Field(min_length=1, max_length=MOST_OF_A_GRID)
    scopes: dict[Name, Scope]
    sweep: dict[str, Factors] = Field(default={})
    leave_out: dict[str, str] = Field(default={})
    settings: dict[str, dict[str, Any]] = Field(default={})
    training: dict[str, Annotated[float, Field(gt=0)]] = Field(default={})
    measures: tuple[str, ...] = Field(min_length=1)
    fronts: tuple[FrontDefinition, ...] = Field(min_length=1)
    competitors: tuple[Competitor, ...] = ()

    @field_validator("scopes")
    @classmethod
    def _with_the_whole(cls, scopes: dict[str, Scope]) -> dict[str, Scope]:
        for name in (WHOLE, QUICK):
            if name not in scopes:
                raise ValueError(f"scope {name!r} is missing; `nstbench benchmark` takes {WHOLE} or {QUICK}")
        return scopes

    @field_validator("sweep")
    @classmethod
    def _of_strengths(cls, sweep: dict[str, Factors]) -> dict[str, Factors]:
        known = [strength.parameter for strength in STRENGTHS]
        if unknown := sorted(sweep.keys() - set(known)):
            raise ValueError(f"{shortened(unknown[0])} is not swept; allowed: {', '.join(known)}")
        return sweep

    @model_validator(mode="after")
    def _known_methods(self) -> "Benchmark":
        for name in (*self.leave_out, *self.settings, *self.training):
            id, _, preset = name.partition("/")
            presets = method(id).presets
            if preset and preset not in presets:
                raise ValueError(f"unknown preset {shortened(name)}; allowed: {', '.join(presets)}")
        for name, changes in self.settings.items():
            id, _, preset = name.partition("/")
            method(id).configure(preset, changes)
        names = [competitor.name for competitor in self.competitors]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"the competitor {shortened(min(repeated))} is there twice")
        return self

    def scope(self, profile: str) -> Scope:
        """How much of it a profile makes."""
        return self.scopes.get(profile, self.scopes[WHOLE])

    def pairs(self, scope: Scope) -> tuple[Pair, ...]:
        """The pairs of a scope: the first ones of an order in which contents and styles take turns."""
        contents, styles = self.contents, self.styles
        # Diagonals of the grid, so that four pairs have four contents and four styles.
        places = [
            (row, (row + diagonal) % len(styles))
            for diagonal in range(len(styles))
            for row in range(len(contents))
        ]
        ordered = tuple(Pair(content=contents[row], style=styles[column]) for row, column in places)
        return ordered[: scope.pairs]


def load_benchmark(file: Path, manifest: Manifest) -> Benchmark:
    """Read a benchmark.yaml; InputError names file, key, value and what is allowed."""
    from nstbench.metrics import metrics
    from nstbench.pipeline.benchmark.records import DERIVED

    content = read_yaml(file)
    try:
        benchmark = Benchmark.model_validate(content)
        known = [*metrics(), *DERIVED]
        for id in (*benchmark.measures, *(id for front in benchmark.fronts for id in (front.x, front.y))):
            if id not in known:
                raise InputError(f"unknown measure {shortened(id)}; allowed: {', '.join(known)}")
        for name in (*benchmark.contents, *benchmark.styles):
            manifest.available(name)
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Benchmark)}") from error
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return benchmark
