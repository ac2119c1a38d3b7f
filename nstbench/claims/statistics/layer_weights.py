"""Whether 1e3 / n^2, scaled to sum 1, are the weights of the style layers that Gatys et al. publish.

Gatys, Ecker and Bethge 2015 and 2016 weigh their five layers by 1/5; 1e3 / n^2 is in the notebook that Gatys
published later.
"""

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import NoParameters, Statistic
from nstbench.methods.gatys2015.method import PAPER

CHANNELS = (64, 128, 256, 512, 512)


def sample(parameters: NoParameters, evidence: Evidence) -> Sample:
    raw = [1e3 / n**2 for n in CHANNELS]
    claimed = [weight / sum(raw) for weight in raw]
    published = list(PAPER.style_layers.values())
    equal = all(abs(one - other) < 1e-3 for one, other in zip(claimed, published, strict=True))
    listed = ", ".join(f"{weight:.3f}" for weight in claimed)
    return Sample(
        "",
        facts=(Fact(f"the weights {listed} are the published {published[0]:.1f} each", equal),),
    )


STATISTIC = Statistic("layer_weights", NoParameters, sample)
