"""Whether an entry of a Gram matrix tells features that fire together from those that do not.

Two maps with the same values, once at the same positions and once at different ones: marginals are equal, so
only co-occurrence differs.
"""

import numpy as np

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import NoParameters, Statistic

POSITIONS = 1024


def sample(parameters: NoParameters, evidence: Evidence) -> Sample:
    texture = np.zeros(POSITIONS)
    texture[: POSITIONS // 2] = np.abs(np.random.default_rng(0).normal(size=POSITIONS // 2))
    together = np.stack([texture, texture])
    apart = np.stack([texture, np.roll(texture, POSITIONS // 2)])
    (own, joint), (own_apart, joint_apart) = ((maps @ maps.T)[0] / POSITIONS for maps in (together, apart))
    return Sample(
        "",
        facts=(
            Fact("entries on the diagonal do not change", bool(np.isclose(own, own_apart))),
            Fact(
                f"the entry of both maps is {joint:.3g} together and {joint_apart:.3g} apart",
                bool(joint > joint_apart),
            ),
        ),
    )


STATISTIC = Statistic("gram_cooccurrence", NoParameters, sample)
