"""Rank correlations; NaN where one of the sequences is constant."""

import math
from collections.abc import Sequence


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rho, ties with their mean rank."""
    from scipy.stats import spearmanr

    return float(spearmanr(x, y).statistic) if _vary(x, y) else math.nan


def kendall(x: Sequence[float], y: Sequence[float]) -> float:
    """Kendall's tau-b."""
    from scipy.stats import kendalltau

    return float(kendalltau(x, y).statistic) if _vary(x, y) else math.nan


def _vary(*sequences: Sequence[float]) -> bool:
    return all(len(set(values)) > 1 for values in sequences)
