"""Rank correlation; NaN where one of the sequences is constant."""

import math
from collections.abc import Sequence


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Compute Spearman's rho; ties get their mean rank.

    Parameters
    ----------
    x, y : sequence of float
        Of the same length.

    Returns
    -------
    float
        In [-1, 1]; NaN where one of them is constant.
    """
    from scipy.stats import spearmanr

    varied = len(set(x)) > 1 and len(set(y)) > 1
    return float(spearmanr(x, y).statistic) if varied else math.nan
