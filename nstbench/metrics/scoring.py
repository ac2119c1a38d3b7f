"""Every metric of a result, each value with what limits or excuses it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, Metric, NotMeasuredError
from nstbench.metrics.feature_spaces import JUDGES


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
    comparison: Comparison, optimised: str | None = None, chosen: Iterable[Metric] | None = None
) -> Iterator[Score]:
    """Compute metrics of a result, one by one.

    Parameters
    ----------
    comparison : Comparison
        The result, its content and its style, and the truth where it is known.
    optimised : str, optional
        The id of the backbone whose features the result was optimised for. Values by the same network
        say so, because they may be better than the picture.
    chosen : iterable of Metric, optional
        What to compute; every metric when left out.

    Yields
    ------
    Score
        In the order of the metrics. A metric without a value gives NaN and the reason.
    """
    import torch

    for metric in metrics().values() if chosen is None else chosen:
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
            elif metric.backbone and JUDGES[metric.backbone] == "embedded":
                reason = f"judged by embedded {metric.backbone} (surrogate)"
                if metric.backbone == optimised:
                    reason += ", the network that the run optimised"
        yield Score(metric, value, reason)
