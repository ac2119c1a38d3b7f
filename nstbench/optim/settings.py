"""Optimisers as data, readable without importing torch."""

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from nstbench.core.configuration import Record


class LBFGSSettings(Record):
    """L-BFGS; the defaults are those of Torch7 and PyTorch.

    Parameters
    ----------
    kind
        Which optimiser it is.
    rate
        The step length in lengths of the direction, above 0.
    history
        How many steps are remembered, at least 1.
    line_search
        Whether steps meet the strong Wolfe conditions.
    smoothing
        p, 0 to 1: it descends in coordinates whose spectrum is multiplied by f^-p; 0 is the picture's own.
    """

    kind: Literal["lbfgs"] = "lbfgs"
    rate: float = Field(default=1.0, gt=0)
    history: int = Field(default=100, ge=1)
    line_search: bool = False
    smoothing: float = Field(default=0.0, ge=0, le=1)

    @model_serializer(mode="wrap")
    def _without_smoothing(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A run without it is named as it was before there was any.
        written: dict[str, Any] = write(self)
        return {name: value for name, value in written.items() if (name, value) != ("smoothing", 0)}


class AdamSettings(Record):
    """Adam; `rate` is the step size in units of the image's [0, 1].

    Parameters
    ----------
    kind
        Which optimiser it is.
    rate
        The step size, above 0.
    """

    kind: Literal["adam"] = "adam"
    rate: float = Field(gt=0)


class SGDSettings(Record):
    """Gradient descent with momentum; `rate` is the root mean square of the first step, in [0, 1].

    Parameters
    ----------
    kind
        Which optimiser it is.
    rate
        The length of the first step, above 0.
    momentum
        The share of the last step that the next one keeps, in [0, 1).
    """

    kind: Literal["sgd"] = "sgd"
    rate: float = Field(gt=0)
    momentum: float = Field(default=0.9, ge=0, lt=1)


OptimiserSettings = Annotated[LBFGSSettings | AdamSettings | SGDSettings, Field(discriminator="kind")]
