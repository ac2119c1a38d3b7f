"""Nikulin and Novak 2016 as numbers: parameters and presets of both methods, with their sources; no torch."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from nstbench.core.configuration import Record
from nstbench.methods.base import StyleShares
from nstbench.methods.gatys2015.parameters import NIKULIN, GatysParameters
from nstbench.optim.settings import LBFGSSettings


class SpatialParameters(GatysParameters):
    """Gatys' parameters, the statistic, and for `local` the radius of its window in positions.

    `all-pairs` are convolutions of every map with every other, `covariation` is of each style layer with the
    first content layer.

    Parameters
    ----------
    statistic
        What the style of a layer is.
    blend
        Nothing: there is one style.
    radius
        In positions, 0 to 8: the window has a side of 2 radius + 1.
    strength
        How long the style's gradient is at the start relative to that of Gram matrices, above 0.
    """

    gradient_normalisation: Literal[False] = False
    blend: StyleShares = Field(default={}, max_length=0)
    statistic: Literal["gram", "convolution", "correlation", "all-pairs", "local", "covariation"]
    radius: int = Field(default=0, ge=0, le=8)
    strength: float = Field(default=1.0, gt=0)

    @override
    def layers_in_full(self) -> list[str]:
        return [*self.content_layers, *(self.style_layers if self.statistic != "gram" else ())]

    @model_validator(mode="after")
    def _content_to_covary_with(self) -> "SpatialParameters":
        if self.statistic == "covariation" and not self.content_layers:
            raise ValueError("statistic covariation needs a layer in content_layers; there is none")
        return self


CONVENTIONAL = SpatialParameters.derived_from(NIKULIN, statistic="gram")
SPATIAL = SpatialParameters.derived_from(CONVENTIONAL, statistic="convolution")
LOCAL = SpatialParameters.derived_from(CONVENTIONAL, statistic="local")
CONTENT_AWARE = SpatialParameters.derived_from(CONVENTIONAL, statistic="covariation")
# For a user's own pictures: the statistic that leaves most freedom, a budget for a desk machine.
DEFAULT = SpatialParameters.derived_from(
    CONVENTIONAL, statistic="correlation", pooling="max", evaluations=300
)

PRESETS = {
    "conventional": CONVENTIONAL,
    "spatial": SPATIAL,
    "local": LOCAL,
    "content-aware": CONTENT_AWARE,
    "default": DEFAULT,
}


class EntryTarget(Record):
    """One entry, on the diagonal or above it, `magnitude` times the largest of the painting's matrix.

    Parameters
    ----------
    diagonal
        Whether the entry lies on the diagonal.
    magnitude
        Relative to the largest entry of the painting's matrix, above 0.
    """

    kind: Literal["entry"] = "entry"
    diagonal: bool
    magnitude: float = Field(gt=0)


class SparseTarget(Record):
    """Random entries, as large and as sparse as those of the painting's matrix."""

    kind: Literal["sparse"] = "sparse"


class RandomGramParameters(GatysParameters):
    """Gatys' parameters without a content, and what the matrices are.

    `variant`: as drawn (`literal`), with the entries above the diagonal mirrored (`symmetric`), or the
    positive semidefinite matrix nearest to that (`psd`). `redrawn`: other matrices at every evaluation.
    `drawing`: which of the matrices that a seed has.

    Parameters
    ----------
    content_layers
        None.
    blend
        Nothing: there is one style.
    target
        What the matrices are drawn from.
    variant
        "literal", "symmetric" or "psd".
    redrawn
        Whether every evaluation has its own matrices.
    drawing
        From 1; the start is the same for all drawings of a seed.
    """

    content_layers: dict[str, float] = Field(default={}, max_length=0)
    gradient_normalisation: Literal[False] = False
    blend: StyleShares = Field(default={}, max_length=0)
    alpha: Literal[0] = 0
    init: Literal["noise"] = "noise"
    target: Annotated[EntryTarget | SparseTarget, Field(discriminator="kind")]
    variant: Literal["literal", "symmetric", "psd"]
    redrawn: bool = False
    drawing: int = Field(default=1, ge=1)

    @override
    def draws(self) -> bool:
        return True

    @model_validator(mode="after")
    def _changing_targets_have_no_curvature(self) -> "RandomGramParameters":
        if self.redrawn and isinstance(self.optimiser, LBFGSSettings):
            raise ValueError(
                "lbfgs would take a redrawn target for curvature; with redrawn, set optimiser to "
                "{kind: adam, rate: 0.02}"
            )
        return self


# The budget of the document's other descents; it names no optimiser, and no symmetry of the matrices.
SPARSE = RandomGramParameters(
    pooling="average",
    target=SparseTarget(),
    variant="symmetric",
    optimiser=LBFGSSettings(),
    evaluations=500,
)
# So large that a feature stands out from the texture of none, as it does not with a painting's entries.
ENTRY = RandomGramParameters.derived_from(SPARSE, target=EntryTarget(diagonal=True, magnitude=100.0))
# For a user's own painting: a budget for a desk machine.
RANDOM_GRAM_DEFAULT = RandomGramParameters.derived_from(SPARSE, evaluations=300)

RANDOM_GRAM_PRESETS = {"sparse": SPARSE, "entry": ENTRY, "default": RANDOM_GRAM_DEFAULT}
