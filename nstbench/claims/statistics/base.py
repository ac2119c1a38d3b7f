"""What a statistic is: it turns evidence into a sample, one difference per pair."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Sample
from nstbench.core.configuration import Record

# Measured by a network that runs do not optimise.
CONTENT_METRIC, STYLE_METRIC = "C_vgg16", "S_vgg16"


class StatisticParameters(Record):
    """What a test chooses; says what it reads, so that names can be checked before anything runs."""

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        """Arms by experiment."""
        return {}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return ()

    @property
    def charts_read(self) -> tuple[str, ...]:
        return ()

    @property
    def sides(self) -> tuple[str, str] | None:
        """What the two values of each pair belong to, in words, where two things are compared."""
        return None


class Sweeps(StatisticParameters):
    """Two groups of arms of one experiment."""

    experiment: str
    a: tuple[str, ...] = Field(min_length=1)
    b: tuple[str, ...] = Field(min_length=1)

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (*self.a, *self.b)}

    @property
    def sides(self) -> tuple[str, str]:
        return ", ".join(self.a), ", ".join(self.b)


class Sweep(StatisticParameters):
    """Arms of one experiment in an order, with distances of content and style."""

    experiment: str
    arms: tuple[str, ...] = Field(min_length=2)
    content: str = CONTENT_METRIC
    style: str = STYLE_METRIC

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: self.arms}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return self.content, self.style


class NoParameters(StatisticParameters):
    """Nothing to choose."""


@dataclass(frozen=True)
class Statistic:
    """A way to measure what a claim speaks about, registered by living in this folder as STATISTIC.

    `sample` takes parameters and Evidence; it raises NoEvidenceError where runs or tables are not there.
    """

    id: str
    parameters: type[StatisticParameters]
    sample: Callable[[Any, Evidence], Sample]
