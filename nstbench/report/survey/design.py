"""Which results are shown, under which opaque names, in which orders: all of it drawn from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nstbench.core.errors import InputError
from nstbench.report.survey.candidates import Candidate, Collection
from nstbench.report.survey.mode import MOST_QUESTIONS, USUAL_PAIRS, Mode

SHEETS = 24  # Even, because every order has a mirror image.

# The results that are shown together, from left to right.
Question = tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """Results by opaque name, and the sheets: each a different order of the same questions.

    Every second sheet is the one before it turned round: last question first, left on the right. So each
    question stands as late as early, and each result as often left as right; within a sheet the arms differ
    by at most one in how often they are left.
    """

    arms: tuple[str, ...]
    results: dict[str, Candidate]
    sheets: tuple[tuple[Question, ...], ...]


def draw_design(
    collection: Collection, arms: Sequence[str], pairs: int | None, mode: Mode, seed: int
) -> Design:
    """Choose `pairs` pairs of those that have a result of every arm, and put them into orders.

    Without a number it is USUAL_PAIRS, or fewer where there are fewer, or where a person would be asked more
    than MOST_QUESTIONS.

    InputError when an arm is unknown, when there are too few pairs, or when a choice is not between two arms.
    """
    for arm in arms:
        if arm not in collection.arms:
            allowed = ", ".join(collection.arms) or "none, since no run is finished"
            raise InputError(f"unknown arm {arm!r} of {collection.title}; allowed: {allowed}")
    arms = tuple(dict.fromkeys(arms)) or collection.usual or collection.arms
    if mode is Mode.CHOICE and len(arms) != 2:
        raise InputError(
            f"a choice is between two arms, not {len(arms)} ({', '.join(arms) or 'none finished'}); "
            "give --arm twice"
        )
    complete = collection.complete(arms)
    if pairs is None:
        each = 1 if mode is Mode.CHOICE else len(arms)
        bearable = max(1, MOST_QUESTIONS // max(1, each))
        pairs = min(USUAL_PAIRS, bearable, len(complete) or USUAL_PAIRS)
    if pairs > len(complete):
        there, remedy = len(complete), collection.remedy
        found = f"results of {' and '.join(arms)}" if arms else "finished results"
        fix = f"ask for --pairs {there}, or {remedy}" if there else remedy
        raise InputError(
            f"{pairs} pairs are asked for, {there} with {found} are in {collection.title}; {fix}"
        )
    random = np.random.default_rng(seed)
    order = random.permutation(len(complete))[:pairs]
    shown = [list(complete.values())[position] for position in order]
    # Distinct names of eight hexadecimal digits that say nothing of what they stand for.
    drawn = random.choice(2**32, size=pairs * len(arms), replace=False, shuffle=True)
    names = [f"{value:08x}" for value in drawn]
    results = dict(zip(names, (candidate for made in shown for candidate in made), strict=True))
    together = len(arms) if mode is Mode.CHOICE else 1
    questions = [tuple(names[first : first + together]) for first in range(0, len(names), together)]
    sheets: list[tuple[Question, ...]] = []
    for _ in range(SHEETS // 2):
        swapped = random.permutation(len(questions)) % 2 == 1
        order = random.permutation(len(questions))
        sheet = tuple(questions[place][::-1] if swapped[place] else questions[place] for place in order)
        sheets += [sheet, tuple(question[::-1] for question in reversed(sheet))]
    return Design(tuple(arms), results, tuple(sheets))
