"""Whether adaptive instance normalisation gives the content's channels the style's means and deviations.

    AdaIN(x, y) = sigma(y) (x - mu(x)) / sigma(x) + mu(y),  sigma = sqrt(var + 1e-5)

Huang and Belongie 2017, equation 8; the constant is their code's.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import NoParameters, Statistic

EPSILON, TOLERANCE = 1e-5, 1e-4
Maps = NDArray[np.floating[Any]]


def sample(parameters: NoParameters, evidence: Evidence) -> Sample:
    random = np.random.default_rng(0)
    content, style = (np.abs(random.normal(mean, 1.0, (64, 32 * 32))) for mean in (0.5, 2.0))
    aligned = adain(content, style)
    means = np.abs(aligned.mean(1) - style.mean(1)).max()
    deviations = np.abs(aligned.std(1) - style.std(1)).max()
    return Sample(
        "",
        facts=(
            Fact(f"channel means differ by at most {means:.1g}", bool(means < TOLERANCE)),
            Fact(f"channel deviations differ by at most {deviations:.1g}", bool(deviations < TOLERANCE)),
        ),
    )


def adain(content: Maps, style: Maps) -> Maps:
    """Channels by positions, (N, M)."""
    (mean, deviation), (wanted_mean, wanted_deviation) = map(_moments, (content, style))
    aligned: Maps = wanted_deviation * (content - mean) / deviation + wanted_mean
    return aligned


def _moments(maps: Maps) -> tuple[Maps, Maps]:
    return maps.mean(1, keepdims=True), np.sqrt(maps.var(1, keepdims=True) + EPSILON)


STATISTIC = Statistic("adain_moments", NoParameters, sample)
