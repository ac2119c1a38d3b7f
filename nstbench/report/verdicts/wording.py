"""What a test has found, as a sentence for who does not read statistics."""

import math
from collections.abc import Callable

from nstbench.claims.sample import LOG_RATIO, SHARE
from nstbench.core.number_format import counted, number
from nstbench.report.svg.scale import MINUS
from nstbench.report.verdicts.records import Finding

RULES = {
    "directional": "one of two is larger: interval and median beyond the floor on one side, sign test below 0.05 "
    "after Holm's correction",
    "equivalence": "as good as equal: the 90 % interval lies within the margin",
    "existence": "it can be had: one instance meets the conditions, none of twelve or more denies it",
    "exact": "decided by arithmetic or by a table, without a sample",
    "not-testable": "cannot be tested here",
}


def rule_in_words(rule: str) -> str:
    return RULES.get(rule, "")


def found_in_words(finding: Finding) -> str:
    """The estimate with its interval; empty where nothing was measured."""
    if finding.estimate is None or not finding.unit:
        return ""
    if by_share(finding):
        return f"{_share(finding)}{_interval(finding, _percent)}."
    if finding.unit == LOG_RATIO:
        return f"{_ratio(finding)}{_interval(finding, lambda end: number(math.exp(end)))}."
    said = f"{_median(finding)}{finding.unit} is {_signed(finding.estimate)}"
    return f"{said}{_of(finding)}{_interval(finding, _signed)}."


def by_share(finding: Finding) -> bool:
    """Whether the estimate is the share of instances that meet the conditions."""
    return finding.claimed_side in ("exists", "none") or finding.unit == SHARE


def _ratio(finding: Finding) -> str:
    assert finding.estimate is not None
    ratio = math.exp(finding.estimate)
    first, second = (f"“{arm}”" for arm in finding.arms) if finding.arms else ("the first", "the second")
    if abs(ratio - 1) < 0.005:
        change = "equals"
    elif ratio >= 2:
        change = f"is {number(ratio)} times"
    else:
        change = f"is {_percent(abs(1 - ratio))} {'above' if ratio > 1 else 'below'}"
    return f"{first} {change} {second}: {_median(finding).lower()}ratio {number(ratio)}{_of(finding)}"


def _share(finding: Finding) -> str:
    assert finding.estimate is not None
    met = round(finding.estimate * finding.n_pairs)
    return f"{met} of {counted(finding.n_pairs, 'instance')} ({_percent(finding.estimate)})"


def _of(finding: Finding) -> str:
    """A value whose style is empty or a number is that of a picture or of a channel."""
    paired = not any(value.style == "" or value.style.isdigit() for value in finding.values)
    return f" of {counted(finding.n_pairs, 'pair' if paired else 'value')}"


def _median(finding: Finding) -> str:
    return "Median " if finding.n_pairs > 1 else ""


def _interval(finding: Finding, written: Callable[[float], str]) -> str:
    if finding.interval is None or finding.confidence is None:
        return ""
    low, high = map(written, finding.interval)
    return f", {_percent(finding.confidence)} interval {low} to {high}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _signed(value: float) -> str:
    return "0" if value == 0 else number(value).replace("-", MINUS)
