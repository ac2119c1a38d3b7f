"""How the costs of Gram matrices and of self-convolutions go with depth in VGG-19.

At 512 px and full width, for relu1_1 to relu5_1: a Gram matrix of N maps of M positions takes N^2 M
multiplications; a full self-convolution of every map has about 4 N M values.
"""

import itertools

from nstbench.charts.analyses.chain import chain
from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import NoParameters, Statistic

SIZE = 512


def sample(parameters: NoParameters, evidence: Evidence) -> Sample:
    grams = [channels**2 * side**2 for channels, side in style_layers(SIZE)]
    convolved = [channels * (2 * side - 1) ** 2 for channels, side in style_layers(SIZE)]
    return Sample(
        "",
        facts=(
            Fact(
                f"a self-convolution falls from {_millions(convolved[0])} values at relu1_1 to "
                f"{_millions(convolved[-1])} at relu5_1",
                all(lower > upper for lower, upper in itertools.pairwise(convolved)),
            ),
            Fact(
                f"the multiplications of a Gram matrix grow from bottom to top, {_millions(grams[0])} at "
                f"relu1_1, {_millions(grams[3])} at relu4_1 and {_millions(grams[-1])} at relu5_1",
                all(lower < upper for lower, upper in itertools.pairwise(grams)),
            ),
        ),
    )


def style_layers(size: int) -> list[tuple[int, int]]:
    """Channels and side of the first convolution of each block, for a square picture of `size` px."""
    found, side = [], size
    for layer in chain("vgg19"):
        side = int(side / layer.stride)
        if layer.name.endswith("_1"):
            found.append((layer.channels, side))
    return found


def _millions(count: int) -> str:
    return f"{count / 1e6:,.0f} million"


STATISTIC = Statistic("gram_cost", NoParameters, sample)
