"""What the answers to a survey say: means of ratings, shares of choices."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nstbench.report.survey.candidates import Pair
from nstbench.report.survey.intervals import Numbers, bootstrap_means, effective_count, wilson
from nstbench.report.survey.mode import Mode
from nstbench.report.survey.reading import Returned
from nstbench.report.survey.records import Key


@dataclass(frozen=True)
class Estimate:
    """A mean rating, or the share of choices that fell on the first arm, with its 95 % interval.

    `arm` is None over all arms, `pair` None over all pairs; `answers` is how many answers are behind it.
    """

    arm: str | None
    pair: Pair | None
    answers: int
    value: float
    low: float
    high: float


def estimates(returned: Returned) -> list[Estimate]:
    """Over all pairs first, then pair by pair."""
    return _shares(returned) if returned.key.mode is Mode.CHOICE else _means(returned)


def as_table(returned: Returned, found: Sequence[Estimate]) -> str:
    """Estimates of each arm as CSV, a line each, to be joined with other tables by `method`.

    Content and style are empty over all pairs. Of a choice the second arm has what the first one lacks of 1.
    """
    lines = [
        (line.arm, line.pair, line.answers, line.value, line.low, line.high) for line in found if line.arm
    ]
    if returned.key.mode is Mode.CHOICE:
        other = returned.key.arms[1]
        lines += [
            (other, pair, answers, 1 - value, 1 - high, 1 - low)
            for _, pair, answers, value, low, high in lines
        ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("method", "content", "style", "answers", "value", "low", "high"))
    for arm, pair, answers, *interval in lines:
        numbers = ("" if math.isnan(number) else f"{number:.6g}" for number in interval)
        writer.writerow((arm, *(pair or ("", "")), answers, *numbers))
    return text.getvalue()


def pairs_of(key: Key) -> list[Pair]:
    """The pairs of a survey, in alphabetical order."""
    return sorted({shown.pair for shown in key.results.values()})


def _means(returned: Returned) -> list[Estimate]:
    key = returned.key
    given = [
        {each.shown[0]: float(each.answer) for each in sheet.questions if isinstance(each.answer, int)}
        for sheet in returned.sheets
    ]
    ratings = np.array([[sheet.get(name, math.nan) for name in key.results] for sheet in given])
    groups: list[tuple[str | None, Pair | None]] = [(arm, None) for arm in key.arms]
    if len(key.arms) > 1:
        groups += [(None, pair) for pair in pairs_of(key)]
    groups += [(arm, pair) for pair in pairs_of(key) for arm in key.arms]
    members = np.array(
        [
            [arm in (None, shown.arm) and pair in (None, shown.pair) for shown in key.results.values()]
            for arm, pair in groups
        ]
    )
    answers = np.isfinite(ratings).sum(axis=0)
    values = bootstrap_means(ratings, members, key.seed)
    return [
        Estimate(*group, int(answers[member].sum()), *map(float, value))
        for group, member, value in zip(groups, members, values, strict=True)
    ]


def _shares(returned: Returned) -> list[Estimate]:
    """Pair by pair answers are independent, one a participant; over all pairs they are not."""
    first = returned.key.arms[0]
    pairs = pairs_of(returned.key)
    shown = returned.key.results
    # 1 where a choice fell on the first arm, 0 where on the second.
    given = [
        {
            shown[each.answer].pair: float(shown[each.answer].arm == first)
            for each in sheet.questions
            if isinstance(each.answer, str)
        }
        for sheet in returned.sheets
    ]
    choices = np.array([[sheet.get(pair, math.nan) for pair in pairs] for sheet in given])
    per_pair = [_share(first, pair, chosen) for pair, chosen in zip(pairs, choices.T, strict=True)]
    return [_share(first, None, choices, effective_count(choices)), *per_pair]


def _share(arm: str, pair: Pair | None, choices: Numbers, count: float | None = None) -> Estimate:
    """With `count` independent answers, all of `choices` if it is left out; NaN where there is none."""
    answers = int(np.isfinite(choices).sum())
    if not answers:
        return Estimate(arm, pair, 0, math.nan, math.nan, math.nan)
    share = float(np.nanmean(choices))
    return Estimate(arm, pair, answers, share, *wilson(share, count or answers))


def left_chosen(returned: Returned) -> Estimate:
    """The share of choices that fell on the result on the left; it tells of the participants only."""
    given = [question for sheet in returned.sheets for question in sheet.answered]
    share = sum(question.answer == question.shown[0] for question in given) / len(given)
    return Estimate(None, None, len(given), share, *wilson(share, len(given)))
