"""Rank correlations; NaN where one of the sequences is constant."""

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

    return float(spearmanr(x, y).statistic) if _vary(x, y) else math.nan


def kendall(x: Sequence[float], y: Sequence[float]) -> float:
    """Compute Kendall's tau-b.

    Parameters
    ----------
    x, y : sequence of float
        Of the same length.

    Returns
    -------
    float
        In [-1, 1]; NaN where one of them is constant.
    """
    from scipy.stats import kendalltau

    return float(kendalltau(x, y).statistic) if _vary(x, y) else math.nan


def _vary(*sequences: Sequence[float]) -> bool:
    return all(len(set(values)) > 1 for values in sequences)
