"""Whether a lower loss means a better picture: Kendall's tau over methods, one value per pair.

Quality is the hypervolume of the single picture (see `hypervolume`); tau is positive where lower losses
come with better pictures. Every method's loss is its own.
"""

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import RANK_CORRELATION, Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic, Sweep
from nstbench.claims.statistics.hypervolume import volume
from nstbench.claims.statistics.sweeping import distances, points, references
from nstbench.core.rank_correlation import kendall


def sample(parameters: Sweep, evidence: Evidence) -> Sample:
    experiment, arms, metrics = parameters.experiment, parameters.arms, parameters.metrics_read

    def compare(values: tuple[float, ...]) -> Compared:
        losses, rest = values[: len(arms)], values[len(arms) :]
        reference, *pictures = points(rest)
        qualities = [volume([picture], reference) for picture in pictures]
        return max(qualities), min(qualities), kendall([-loss for loss in losses], qualities)

    series = [
        *(evidence.facts(experiment, arm, "final_losses.total") for arm in arms),
        *references(evidence, experiment, arms[0], metrics),
        *distances(evidence, experiment, arms, metrics),
    ]
    return compared(series, compare, RANK_CORRELATION)


STATISTIC = Statistic("loss_and_quality", Sweep, sample)
