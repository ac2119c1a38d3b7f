"""What a statistic is, and the registry of them.

A statistic turns evidence into a sample, one difference per pair. It is a function of its parameters and the
evidence, entered under its own name, by which the files of claims call it:

    @statistic(PairedParameters)
    def paired(parameters: PairedParameters, evidence: Evidence) -> Sample:
        ...
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import DIFFERENCE, LOG_RATIO, NoEvidenceError, Sample, Series, log_ratio
from nstbench.core.configuration import Record
from nstbench.core.number_format import counted
from nstbench.metrics import metrics
from nstbench.pipeline.experiment import LEAST_FACTORS

# By the judge of the profile.
CONTENT_METRIC, STYLE_METRIC = "C_judge", "S_judge"
# How two values are compared: the logarithm of their ratio, or, where they are bounded or may be 0, a - b.
Transform = Literal["log", "difference"]
UNITS: Mapping[Transform, str] = {"log": LOG_RATIO, "difference": DIFFERENCE}


class StatisticParameters(Record):
    """What a test chooses; says what it reads, so that names can be checked before anything runs."""

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        """Arms by experiment."""
        return {}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        """Metrics by name."""
        return ()

    @property
    def charts_read(self) -> tuple[str, ...]:
        """Charts by id."""
        return ()

    @property
    def sides(self) -> tuple[str, str] | None:
        """What the two values of each pair belong to, in words, where two things are compared."""
        return None


class ChartParameters(StatisticParameters):
    """What is read of the table of one chart."""

    chart: str

    @property
    @override
    def charts_read(self) -> tuple[str, ...]:
        return (self.chart,)

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        """Those that columns, or what is sought in them, are called by."""
        return tuple(name for name in dict.fromkeys(_texts(self.model_dump())) if name in metrics())


class ContentAndStyle(StatisticParameters):
    """Distances of content and of style, by the judge of the profile unless others are named."""

    content: str = CONTENT_METRIC
    style: str = STYLE_METRIC

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return self.content, self.style


def _texts(value: object) -> Iterator[str]:
    """Every text in keys and values, however deep."""
    match value:
        case str():
            yield value
        case Mapping():
            yield from _texts([*value.keys(), *value.values()])
        case list() | tuple():
            for each in value:
                yield from _texts(each)


class NoParameters(StatisticParameters):
    """Nothing to choose."""


P = TypeVar("P", bound=StatisticParameters)


@dataclass(frozen=True)
class Statistic(Generic[P]):
    """A way to measure what a claim speaks about, as `statistic` has entered it."""

    id: str
    parameters: type[P]
    sample: Callable[[P, Evidence], Sample]


# By id, which is the function's name.
STATISTICS: dict[str, Statistic[Any]] = {}


def statistic(
    parameters: type[P],
) -> Callable[[Callable[[P, Evidence], Sample]], Callable[[P, Evidence], Sample]]:
    """Enter the decorated function as the statistic of its name.

    Parameters
    ----------
    parameters
        The model that `parameters` of a test must fit; the function's first argument.

    Returns
    -------
    The decorator. The function that it takes gives a sample of one difference per pair, and raises
    NoEvidenceError where runs or tables are not there. It is returned as it is.
    """

    def enter(sample: Callable[[P, Evidence], Sample]) -> Callable[[P, Evidence], Sample]:
        STATISTICS[sample.__name__] = Statistic(sample.__name__, parameters, sample)
        return sample

    return enter


def difference(a: float, b: float, transform: Transform) -> float:
    """How far `a` is from `b`; NaN for a ratio unless both are positive."""
    return log_ratio(a, b) if transform == "log" else a - b


def metrics_of_sweep(
    evidence: Evidence, experiment: str, arms: Collection[str], metrics: Sequence[str]
) -> list[Series[float]]:
    """All metrics of the first arm at its first factor, then at the next; NoEvidenceError without a sweep."""
    points = [(arm, factor) for arm in arms for factor in evidence.factors(experiment, arm)]
    if len(points) < LEAST_FACTORS:
        raise NoEvidenceError(
            f"{', '.join(arms)} of {experiment}: {counted(len(points), 'point')} here, and a sweep has "
            f"{LEAST_FACTORS} or more; run with a profile that has sweeps"
        )
    return [evidence.metric(experiment, arm, metric, factor) for arm, factor in points for metric in metrics]


def metrics_of_arms(
    evidence: Evidence, experiment: str, arms: Iterable[str], metrics: Sequence[str]
) -> list[Series[float]]:
    """All metrics of the first arm, then those of the next."""
    return [evidence.metric(experiment, arm, metric) for arm in arms for metric in metrics]
