"""Li et al. 2017 as numbers: the parameters and their presets, each with its source; no torch."""

from typing import Literal

from pydantic import Field, model_validator
from typing_extensions import override

from nstbench.methods.base import StyleShares
from nstbench.methods.gatys2015.parameters import DEFAULT as GATYS_DEFAULT
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.optim.settings import AdamSettings, LBFGSSettings


class DistributionParameters(GatysParameters):
    """Gatys' parameters, and how the distributions of features are compared.

    Parameters
    ----------
    blend
        Nothing: there is one style.
    statistic
        The kernel of the maximum mean discrepancy, "linear", "polynomial" ((x . y)^2, which gives Gram
        matrices) or "gaussian", or "batch-norm" for means and deviations of the channels.
    strength
        How long the style's gradient is at the start relative to that of Gram matrices, above 0.
    """

    gradient_normalisation: Literal[False] = False
    blend: StyleShares = Field(default={}, max_length=0)
    statistic: Literal["linear", "polynomial", "gaussian", "batch-norm"]
    strength: float = Field(default=1.0, gt=0)

    @override
    def draws(self) -> bool:
        return self.statistic == "gaussian" or super().draws()

    @override
    def layers_in_full(self) -> list[str]:
        by_mean = self.statistic in ("linear", "polynomial")
        return [*self.content_layers, *(() if by_mean else self.style_layers)]

    @model_validator(mode="after")
    def _samples_have_no_curvature(self) -> "DistributionParameters":
        if self.statistic == "gaussian" and isinstance(self.optimiser, LBFGSSettings):
            raise ValueError(
                "lbfgs would take a new sample for curvature; with statistic gaussian, set optimiser to "
                "{kind: adam, rate: 0.02}"
            )
        return self


# The paper's layers, relu4_2 and relu1_1 to relu5_1 with equal weights, and its kernels, the polynomial one
# of degree 2 without a constant. It balances content and style for each kernel by hand; here the style's
# gradient is as long at the start as that of Gram matrices, so that one alpha does for all.
POLYNOMIAL = DistributionParameters.derived_from(
    GATYS_DEFAULT, statistic="polynomial", optimiser=AdamSettings(rate=0.02)
)
LINEAR = DistributionParameters.derived_from(POLYNOMIAL, statistic="linear")
GAUSSIAN = DistributionParameters.derived_from(POLYNOMIAL, statistic="gaussian")
BATCH_NORM = DistributionParameters.derived_from(POLYNOMIAL, statistic="batch-norm")
# For a user's own pictures: the statistic that is not one of Gatys' method, and its optimiser.
DEFAULT = DistributionParameters.derived_from(GATYS_DEFAULT, statistic="batch-norm")

PRESETS = {
    "linear": LINEAR,
    "polynomial": POLYNOMIAL,
    "gaussian": GAUSSIAN,
    "batch-norm": BATCH_NORM,
    "default": DEFAULT,
}
