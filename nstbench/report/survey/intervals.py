"""95 % intervals of means, shares and rank correlations."""

import math

import numpy as np
from numpy.typing import NDArray

from nstbench.core.rank_correlation import spearman

Numbers = NDArray[np.float64]

DRAWS = 10_000
NORMAL_QUANTILE = 1.959963984540054  # 97.5 % of a normal distribution


def bootstrap_means(answers: Numbers, groups: NDArray[np.bool_], seed: int) -> Numbers:
    """Means of groups of questions with percentile intervals, bootstrapped over participants: (G, 3).

    `answers` is (P, Q), participants by questions, NaN where there is none; `groups` is (G, Q), which
    questions belong to a group. A group's mean is that of its questions' means, so each question counts the
    same however many answered it. Participants are drawn with all their answers (Efron and Tibshirani 1993,
    chapters 8 and 13). Columns: mean, low, high; no interval (NaN) for a single participant.
    """
    people = len(answers)
    values = np.full((len(groups), 3), math.nan)
    values[:, 0] = _group_means(np.ones((1, people)), answers, groups)
    if people > 1:
        weights = np.random.default_rng(seed).multinomial(people, np.full(people, 1 / people), DRAWS)
        known = np.isfinite(values[:, 0])
        drawn = _group_means(weights.astype(np.float64), answers, groups[known])
        values[known, 1:] = np.nanpercentile(drawn, [2.5, 97.5], axis=0).T
    return values


def _group_means(weights: Numbers, answers: Numbers, groups: NDArray[np.bool_]) -> Numbers:
    """(D, G) for D rows of weights of the participants; NaN where nobody with a weight has answered."""
    with np.errstate(invalid="ignore"):
        questions = (weights @ np.nan_to_num(answers)) / (weights @ np.isfinite(answers))
        members = groups.T.astype(np.float64)
        means: Numbers = (np.nan_to_num(questions) @ members) / (np.isfinite(questions) @ members)
    return means


def wilson(share: float, count: float) -> tuple[float, float]:
    """The score interval of a share of `count` independent answers (Wilson 1927)."""
    square = NORMAL_QUANTILE**2 / count
    centre = (share + square / 2) / (1 + square)
    half = NORMAL_QUANTILE * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def effective_count(answers: Numbers) -> float:
    """How many independent answers tell as much of a share as `answers`, (P, Q) of 0, 1 and NaN, do.

    It is p (1 - p) / v, where v is the variance of the share p with participants as clusters (Korn and
    Graubard 1998), at most the number of answers. When all agree, v says nothing, and each participant counts
    once.
    """
    given = np.isfinite(answers).sum(axis=1)
    people, total = len(answers), given.sum()
    share = np.nansum(answers) / total
    if people < 2 or share in (0.0, 1.0):
        return float(people)
    deviations = np.nansum(answers, axis=1) - share * given
    variance = people / (people - 1) * (deviations**2).sum() / total**2
    return float(min(total, share * (1 - share) / variance)) if variance else float(total)


def rank_correlation(one: Numbers, other: Numbers) -> tuple[float, float, float]:
    """Spearman's rho of two (N,) arrays, and its interval on Fisher's scale (Bonett and Wright 2000).

    All NaN for fewer than three values or a constant array; no interval for fewer than four or |rho| = 1.
    """
    rho = spearman(one.tolist(), other.tolist()) if len(one) > 2 else math.nan
    if len(one) < 4 or math.isnan(rho) or abs(rho) > 1 - 1e-12:
        return rho, math.nan, math.nan
    half = NORMAL_QUANTILE * math.sqrt((1 + rho**2 / 2) / (len(one) - 3))
    return rho, math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)
