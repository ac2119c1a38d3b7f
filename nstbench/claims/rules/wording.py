"""Sentences about samples."""

from nstbench.claims.rules.base import Correction, Measured
from nstbench.claims.rules.scale import named, written
from nstbench.claims.sample import Sample
from nstbench.core.number_format import counted


def measured_in_words(sample: Sample, measured: Measured) -> str:
    """`median ratio 0.81 (95 % interval 0.75 to 0.88) of 12 pairs`, and how many had no value."""
    assert measured.estimate is not None
    said = f"{'median ' if measured.count > 1 else ''}{named(sample)} {written(measured.estimate, sample)}"
    if measured.interval is not None and measured.confidence is not None:
        low, high = (written(end, sample) for end in measured.interval)
        said += f" ({100 * measured.confidence:.0f} % interval {low} to {high})"
    said += f" of {counted(measured.count, sample.noun)}"
    return f"{said}, {sample.dropped} more without a value" if sample.dropped else said


def p_in_words(correction: Correction, measured: Measured) -> str:
    tests = counted(correction.tests, "test")
    return f"sign test p = {measured.p:.2g}, {correction.p:.2g} corrected for {tests}"
