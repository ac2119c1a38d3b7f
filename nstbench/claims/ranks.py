"""Rank correlations."""

import math
from collections.abc import Sequence

import numpy as np


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rho, ties with their mean rank; NaN for a constant sequence."""
    import pandas as pd

    if len(set(x)) < 2 or len(set(y)) < 2:
        return math.nan
    return float(pd.Series(x).rank().corr(pd.Series(y).rank()))


def kendall(x: Sequence[float], y: Sequence[float]) -> float:
    """Kendall's tau-b; NaN for a constant sequence."""
    signs = [np.sign(np.subtract.outer(values, values)) for values in (x, y)]
    agreement = (signs[0] * signs[1]).sum()
    untied = math.prod(float(np.abs(sign).sum()) for sign in signs)
    return float(agreement / math.sqrt(untied)) if untied else math.nan
