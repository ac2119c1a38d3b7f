"""Gatys et al. 2015 as numbers: the parameters and their presets, each with its source; no torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer, model_validator
from typing_extensions import override

from nstbench.methods.base import DescentParameters, StyleShares, TotalVariation
from nstbench.networks.catalogue import architecture
from nstbench.networks.preprocessing import PreprocessingName
from nstbench.networks.weight_sources import RANDOM_WIDTHS, check_preprocessing, weights_for
from nstbench.optim.settings import AdamSettings, LBFGSSettings, OptimiserSettings

# 1e3 / n^2 for n = 64, 128, 256, 512, 512 channels, scaled to sum 1 (Gatys' PyTorch notebook).
INVERSE_SQUARE_WEIGHTS = {
    "relu1_1": 0.744,
    "relu2_1": 0.186,
    "relu3_1": 0.0465,
    "relu4_1": 0.0116,
    "relu5_1": 0.0116,
}


# The weight of each layer by its name.
LayerWeights = dict[str, Annotated[float, Field(ge=0)]]


def equal_weights(layers: Sequence[str]) -> dict[str, float]:
    """Weigh layers alike.

    Parameters
    ----------
    layers
        Their names.

    Returns
    -------
    dict
        Weights that sum to 1, by layer.
    """
    return dict.fromkeys(layers, 1 / len(layers))


class GatysParameters(DescentParameters):
    """Everything that decides a picture besides the two images, the seed and the machine.

    Layers that are not named are the backbone's own, with equal weights. `input_blur` averages the picture
    over squares of so many pixels before the network sees it; `gradient_normalisation` is Tai's; `tv` adds
    the picture's total variation.

    Parameters
    ----------
    backbone
        The id of a network.
    weights
        "original", "embedded", "imagenet", "random", "random-half" or a file. When left out, the original
        where there is one, else the embedded.
    preprocessing
        What the weights in a file expect of a picture: "caffe", "torchvision" or "halves"; recognised when
        left out.
    normalisation
        Channels are divided by their means after the ReLU ("mean-1"), before it ("port"), all by one number
        that brings them to torchvision's units ("one-scale"), or by nothing ("none").
    pooling
        "max" or "average".
    content_layers, style_layers
        Weights v_l and w_l by layer, at least 0.
    input_blur
        In pixels, 1 to 32; 1 leaves the picture as it is.
    gradient_normalisation
        Whether the gradients of the losses are normalised, as in Tai's code.
    alpha
        The weight of the content, at least 0.
    tv
        The total variation's weight and form.
    init
        What the descent starts from.
    scales
        At how many sizes it descends, each twice the one before, with equal shares of the evaluations.
    optimiser
        Which, and its settings.
    blend
        Further styles with their shares; the style itself has the rest of 1.
    """

    backbone: str = "vgg19"
    weights: str = Field(default_factory=lambda known: weights_for(architecture(known["backbone"])))
    preprocessing: PreprocessingName | None = None
    normalisation: Literal["mean-1", "port", "one-scale", "none"] = "mean-1"
    pooling: Literal["max", "average"]
    content_layers: LayerWeights = Field(
        default_factory=lambda known: equal_weights(architecture(known["backbone"]).content_layers)
    )
    style_layers: LayerWeights = Field(
        default_factory=lambda known: equal_weights(architecture(known["backbone"]).style_layers)
    )
    input_blur: int = Field(default=1, ge=1, le=32)
    gradient_normalisation: bool = False
    alpha: float = Field(ge=0)
    tv: TotalVariation | None = None
    init: Literal["content", "style", "noise"]
    scales: int = Field(default=1, ge=1, le=6)
    optimiser: OptimiserSettings
    blend: StyleShares = Field(default={})

    @override
    def other_pictures(self) -> tuple[str, ...]:
        return tuple(self.blend)

    @override
    def weight_files(self) -> list[Path]:
        from nstbench.networks.weight_sources import locate_weights

        if self.weights in RANDOM_WIDTHS:
            return []
        return [locate_weights(architecture(self.backbone), self.weights)]

    def draws(self) -> bool:
        """Whether anything depends on the seed."""
        return self.init == "noise" or self.weights in RANDOM_WIDTHS

    def layers_in_full(self) -> list[str]:
        """Name the layers whose features a loss compares position by position; strips of them do not do.

        Returns
        -------
        list of str
            Those of the content, and here no other.
        """
        return [*self.content_layers]

    @field_validator("backbone")
    @classmethod
    def _known_backbone(cls, name: str) -> str:
        return architecture(name).id

    @model_validator(mode="after")
    def _preprocessing_of_a_file(self) -> "GatysParameters":
        check_preprocessing(self.weights, self.preprocessing)
        return self

    @model_validator(mode="after")
    def _an_evaluation_a_size(self) -> "GatysParameters":
        if self.evaluations < self.scales:
            raise ValueError(
                f"{self.evaluations} evaluations do not suffice for {self.scales} scales; each needs one"
            )
        return self

    @model_serializer(mode="wrap")
    def _without_what_came_later(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A run of one size and one style is named as it was before there were more.
        written: dict[str, Any] = write(self)
        later = {"scales": 1, "blend": {}}
        return {name: value for name, value in written.items() if name not in later or value != later[name]}

    @model_validator(mode="after")
    def _known_layers(self) -> "GatysParameters":
        architecture(self.backbone).check_layers([*self.content_layers, *self.style_layers])
        if not self.content_layers and not self.style_layers:
            raise ValueError("content_layers and style_layers are both empty; name at least one layer")
        return self


# alpha from the printed ratio 1e-3, which the authors' code reaches at alpha/beta = 2.4e-10 and 512 px.
PAPER = GatysParameters(
    pooling="average", alpha=5.0e-4, init="noise", optimiser=LBFGSSettings(), evaluations=2000
)
# Jain and Venkitachalam, section 3 and figure 9, on the network as trained, which they prefer. Their rate of
# 1e-3 is in standardised units, of which there are 1 / 0.226 in [0, 1].
JAIN = GatysParameters(
    normalisation="one-scale",
    pooling="max",
    alpha=5.25e-7,
    init="content",
    optimiser=AdamSettings(rate=2.26e-4),
    evaluations=15000,
)
# Nikulin and Novak built on Tai's code: alpha/beta = 5e-10 at 512 px, 500 x 3 evaluations.
NIKULIN = GatysParameters(
    pooling="average", alpha=1.05e-3, init="content", optimiser=LBFGSSettings(), evaluations=1500
)
# Unlusoy et al., weights of Gatys' notebook, beta = 100: alpha = 1.524 / 100.
UNLUSOY = GatysParameters(
    pooling="max",
    style_layers=INVERSE_SQUARE_WEIGHTS,
    alpha=1.524e-2,
    init="content",
    optimiser=LBFGSSettings(rate=0.2),
    evaluations=200,
)
# The other reading of their "epoch": a call of PyTorch's optimiser, which makes 20 iterations.
UNLUSOY_STEPS = GatysParameters.derived_from(UNLUSOY, evaluations=4000)
# Da divides Gram matrices by C H W and their squared distance by C H W again, which weighs layer l by
# 1/(N_l M_l): 1 : 2 : 4 : 8 : 32. He gives no values; these are ours.
DA = GatysParameters(
    pooling="max",
    content_layers={"relu3_2": 0.5, "relu4_2": 0.5},
    style_layers={
        "relu1_1": 1 / 47,
        "relu2_1": 2 / 47,
        "relu3_1": 4 / 47,
        "relu4_1": 8 / 47,
        "relu5_1": 32 / 47,
    },
    alpha=5e-2,
    tv=TotalVariation(form="squared", weight=1.0),
    init="noise",
    optimiser=LBFGSSettings(),
    evaluations=1000,
)

# For a user's own pictures, chosen by eye: a content weight that keeps faces, the pooling that the embedded
# network was trained with, a budget for a desk machine, and smoothed coordinates, in which that goes further.
DEFAULT = GatysParameters.derived_from(
    NIKULIN, alpha=5e-2, pooling="max", optimiser=LBFGSSettings(smoothing=0.25), evaluations=300
)

PRESETS = {
    "paper": PAPER,
    "jain": JAIN,
    "nikulin": NIKULIN,
    "unlusoy": UNLUSOY,
    "unlusoy-steps": UNLUSOY_STEPS,
    "da": DA,
    "default": DEFAULT,
}
