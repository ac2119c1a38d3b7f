"""How values become places on a drawing: linear or logarithmic scales with round ticks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from nstbench.core.number_format import SUPERSCRIPTS

MOST_TICKS = 6
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Tick:
    """A place on the drawing, and the value that it stands for as text."""

    place: float
    label: str


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` lie at places from `start` to `end`; logarithmic ones are positive."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where `value` lies, rounded to a tenth of a unit; beyond the ends where it is beyond them."""
        low, high, value = (math.log(x) if self.logarithmic else x for x in (self.low, self.high, value))
        return round(self.start + (self.end - self.start) * (value - low) / (high - low), 1)

    @property
    def ticks(self) -> list[Tick]:
        """At round values, at most MOST_TICKS of them unless digits 1, 2 and 5 are marked."""
        return [Tick(self.place(value), written(value)) for value in self._round_values()]

    def _round_values(self) -> list[float]:
        """Powers of ten, digits 1, 2 and 5 of them, or multiples of 1, 2 or 5 times one: by the range."""
        low, high = self.low, self.high
        if self.logarithmic and high / low >= 100:
            first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
            every = math.ceil((last - first + 1) / MOST_TICKS)
            return [float(f"1e{exponent}") for exponent in range(first, last + 1, every)]
        if self.logarithmic and high / low >= 5:
            exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            values = (float(f"{digit}e{exponent}") for exponent in exponents for digit in (1, 2, 5))
            return [value for value in values if low <= value <= high]
        rough = (high - low) / MOST_TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough)
        # Rounded, so that no tick is called 0.30000000000000004 and none is missed at the ends.
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        return [float(f"{number * step:.10g}") for number in range(first, last + 1)]


def scale_over(
    values: Iterable[float], start: float, end: float, logarithmic: bool = False, margin: float = 0.05
) -> Scale:
    """A scale that holds all `values`, at least one, with a share of `margin` left free at either end."""
    known = list(values)
    low, high = min(known), max(known)
    if logarithmic:
        factor = (high / low) ** margin if high > low else 2.0
        return Scale(low / factor, high * factor, start, end, True)
    room = (high - low) * margin or abs(high) or 1.0
    return Scale(low - room, high + room, start, end)


def written(value: float) -> str:
    """The label of a tick: plain from 0.001 to 10000, else with a power of ten."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:g}".replace("-", MINUS)
    mantissa, exponent = f"{value:.0e}".split("e")
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa.replace('-', MINUS)}·{power}"
