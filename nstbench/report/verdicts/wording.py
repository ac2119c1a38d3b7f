"""What a test has found, as a sentence for who does not read statistics."""

import math

from nstbench.claims.records import Finding
from nstbench.claims.sample import LOG_RATIO, SHARE
from nstbench.core.number_format import counted, number

MINUS = "\N{MINUS SIGN}"
RULES = {
    "directional": "one of two is larger: interval and median lie beyond the floor on one side, "
    "and p is below 0.05 after correction for the claims of the document",
    "equivalence": "practically equal: the 90 % interval lies within the margin",
    "existence": "possible: supported by one instance that meets the conditions, "
    "contradicted when none of twelve or more does",
    "exact": "decided by arithmetic or by a table, without a sample",
    "not-testable": "no measurement here decides it",
}


def rule_in_words(rule: str) -> str:
    """How a rule decides; empty for an unknown one."""
    return RULES.get(rule, "")


def finding_in_words(finding: Finding) -> str:
    """The estimate with its interval; empty where nothing was measured."""
    if finding.estimate is None or not finding.unit:
        return ""
    if is_share(finding):
        met = round(finding.estimate * finding.n_pairs)
        instances = counted(finding.n_pairs, "instance")
        return f"{met} of {instances} ({_percent(finding.estimate)}){_interval(finding)}."
    # A value whose style is empty or a number is that of a picture or of a channel.
    paired = not any(value.style == "" or value.style.isdigit() for value in finding.values)
    sample = counted(finding.n_pairs, "pair" if paired else "value")
    median = "Median " if finding.n_pairs > 1 else ""
    if finding.unit == LOG_RATIO:
        said = f"{_ratio(finding)}: {median.lower()}ratio {number(math.exp(finding.estimate))}"
    else:
        said = f"{median}{finding.unit} is {_written(finding, finding.estimate)}"
    return f"{said} of {sample}{_interval(finding)}."


def limits_in_words(finding: Finding) -> str:
    """What a test asks for, as a noun phrase: where its median or its interval has to lie."""
    if is_share(finding):
        return f"{_percent(finding.share)} of the instances or more as claimed" if finding.share else ""
    if finding.bound is None and finding.floor is None:
        return ""
    centre, floor, name = finding.bound or 0.0, finding.floor or 0.0, finding.unit
    name = "ratio" if name == LOG_RATIO else name
    if finding.claimed_side == "equal":
        low, high = _written(finding, centre - floor), _written(finding, centre + floor)
        return f"a 90 % interval of the median {name} within {low} to {high}"
    if finding.claimed_side not in ("less", "greater"):
        return ""
    limit = centre + floor if finding.claimed_side == "greater" else centre - floor
    more, side = ("more", "above") if finding.claimed_side == "greater" else ("less", "below")
    return (
        f"a median {name} of {_written(finding, limit)} or {more} whose whole interval lies {side} "
        f"{_written(finding, centre)}"
    )


def is_share(finding: Finding) -> bool:
    """Whether the estimate is the share of instances that meet the conditions."""
    return finding.claimed_side in ("exists", "none") or finding.unit == SHARE


def _ratio(finding: Finding) -> str:
    """How the first arm compares to the second."""
    assert finding.estimate is not None
    ratio = math.exp(finding.estimate)
    first, second = (f"“{arm}”" for arm in finding.arms) if finding.arms else ("the first", "the second")
    if abs(ratio - 1) < 0.005:
        return f"{first} equals {second}"
    if ratio >= 2:
        return f"{first} is {number(ratio)} times {second}"
    return f"{first} is {_percent(abs(1 - ratio))} {'above' if ratio > 1 else 'below'} {second}"


def _interval(finding: Finding) -> str:
    if finding.interval is None or finding.confidence is None:
        return ""
    low, high = (_written(finding, end) for end in finding.interval)
    return f", {_percent(finding.confidence)} interval {low} to {high}"


def _written(finding: Finding, value: float) -> str:
    """An estimate or an end of its interval, in the unit that readers see."""
    if is_share(finding):
        return _percent(value)
    if finding.unit == LOG_RATIO:
        return number(math.exp(value))
    return "0" if value == 0 else number(value).replace("-", MINUS)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
