"""A bound that an instance keeps or does not."""

from pydantic import model_validator

from nstbench.core.configuration import Record


class Bounds(Record):
    """The most or the least that is allowed."""

    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Bounds":
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give one of at_most and at_least")
        return self

    @property
    def bound(self) -> float:
        return next(bound for bound in (self.at_most, self.at_least) if bound is not None)

    def met(self, value: float, scale: float = 1.0) -> bool:
        """Whether `value` keeps the bound times `scale`."""
        limit = scale * self.bound
        return value <= limit if self.at_least is None else value >= limit
