"""Whether a style statistic whose values are all written out fits into a GPU of the time.

At full width, for relu1_1 to relu5_1 of VGG-19 and in fp32, the targets take

    sum over layers of 4 N^2 (2 X - 1)^2 bytes   for the convolutions of all pairs of N maps of X x X values,
    sum over layers of 4 N^2 X^2 bytes           for a Gram matrix at every position.

What a descent takes besides, the same values of the picture and their gradient, is not counted.
"""

from collections.abc import Callable
from typing import Literal

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.gram_cost import style_layers

FLOAT = 4
# Of NVIDIA's Titan X of 2016.
MEMORY = 12e9
VALUES: dict[str, Callable[[int, int], int]] = {
    "all pairs of maps": lambda channels, side: channels**2 * (2 * side - 1) ** 2,
    "pixel-wise Gram": lambda channels, side: channels**2 * side**2,
}


class WrittenOutParameters(StatisticParameters):
    """`values` that are too many at `too_large` pixels a side, and, if it is given, not at `small` ones."""

    values: Literal["all pairs of maps", "pixel-wise Gram"]
    too_large: int = 512
    small: int | None = None


def sample(parameters: WrittenOutParameters, evidence: Evidence) -> Sample:
    facts = [_fact(parameters.values, parameters.too_large, fits=False)]
    if parameters.small:
        facts.append(_fact(parameters.values, parameters.small, fits=True))
    return Sample("", facts=tuple(facts))


def _fact(values: str, size: int, fits: bool) -> Fact:
    layers = [FLOAT * VALUES[values](*layer) for layer in style_layers(size)]
    total = sum(layers)
    return Fact(
        f"at {size} px the targets take {_gigabytes(total)}, {_gigabytes(layers[0])} of them at relu1_1 and "
        f"{_gigabytes(layers[-1])} at relu5_1: {'less' if fits else 'more'} than {_gigabytes(MEMORY)}",
        (total < MEMORY) == fits,
    )


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.2g} GB"


STATISTIC = Statistic("written_out", WrittenOutParameters, sample)
