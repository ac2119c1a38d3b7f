"""Every metric of a result, each value with what limits or excuses it."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, Metric, NotMeasuredError
from nstbench.metrics.feature_spaces import JUDGES
from nstbench.networks.kinship import Origin, kinship


@dataclass(frozen=True)
class Score:
    """A metric's value; NaN always has a reason, other values may have one.

    Parameters
    ----------
    metric
        What was measured.
    value
        In the metric's unit; NaN where it could not be measured.
    reason
        Why there is no value, or what limits it; often empty.
    """

    metric: Metric
    value: float
    reason: str


def measure(
    comparison: Comparison,
    optimised: Origin | None = None,
    chosen: Iterable[Metric] | None = None,
    judges: Mapping[str, str] = JUDGES,
) -> Iterator[Score]:
    """Compute metrics of a result, one by one.

    Parameters
    ----------
    comparison : Comparison
        The result, its content and its style, and the truth where it is known.
    optimised : Origin, optional
        The network whose features the result was optimised for. Values by its kin say so, because they may be
        better than the picture.
    chosen : iterable of Metric, optional
        What to compute; every metric when left out. Those by networks that do not judge are passed over.
    judges : mapping of str to str, optional
        The weights of the networks that judge, which the images of `comparison` must have as `backbones`.

    Yields
    ------
    Score
        In the order of the metrics. A metric without a value gives NaN and the reason.
    """
    import torch

    for metric in metrics().values() if chosen is None else chosen:
        if metric.backbone not in (None, *judges):
            continue
        value, reason = math.nan, ""
        try:
            with torch.no_grad():
                value = metric.measure(comparison)
        except NotMeasuredError as error:
            reason = str(error)
        except ModuleNotFoundError as error:
            reason = f"needs {error.name}: pip install 'nstbench[pipeline]'"
        else:
            if not math.isfinite(value):
                value, reason = math.nan, "not finite"
            elif metric.backbone:
                reason = judged_by(Origin(metric.backbone, judges[metric.backbone]), optimised)
        yield Score(metric, value, reason)


def judged_by(judge: Origin, optimised: Origin | None) -> str:
    """Say what limits the values of a judge.

    Parameters
    ----------
    judge : Origin
        The network that a metric compares features of.
    optimised : Origin or None
        The one whose features the result was optimised for, if any.

    Returns
    -------
    str
        Names the judge where it is a surrogate or kin to what was optimised; empty for any other.
    """
    surrogate = " (surrogate)" if judge.weights == "embedded" else ""
    kin = kinship(judge, optimised) if optimised else None
    return f"judged by {judge}{surrogate}{f', {kin}' if kin else ''}" if surrogate or kin else ""
