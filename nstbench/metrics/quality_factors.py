"""CF_lite, GE_lite, LP_lite: content fidelity, global effects and local patterns.

References
----------
Wang, Zhao, Chen, Zuo, Li, Xing and Lu 2021, "Evaluate and improve the quality of neural style transfer",
Computer Vision and Image Understanding 207, whose VGG-19 is EfficientNet-Lite0 here.
"""

from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric
from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.metrics.style_distance import gram_of

if TYPE_CHECKING:
    from torch import Tensor

# Of a histogram of a channel in [0, 1]; the paper does not say how many.
BINS = 32
# Where patches are compared: of a deep layer they are pieces of objects and strokes.
PATCH_LAYERS = ("stride8", "stride16")
PATCH = 3
# So that a patch without any features is compared with as one that has few.
TINY = 1e-8


def content_fidelity(result: ImageLike, content: ImageLike) -> float:
    """Mean over layers of the cosine of the angle between x's features and c's; 1 for the content itself.

    At strides 2 to 16 of EfficientNet-Lite0.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and c.

    Returns
    -------
    float
        In [-1, 1]. Higher keeps more.

    References
    ----------
    Wang et al. 2021, content fidelity (CF).
    """
    found, wanted = (EvaluatedImage.of(image).features(INDEPENDENT.backbone) for image in (result, content))
    return fmean(_cosine(found[layer], wanted[layer]) for layer in INDEPENDENT.style_layers)


def global_effects(result: ImageLike, style: ImageLike) -> float:
    """Mean of two cosines with s: of histograms of R, G and B, and of Gram matrices; 1 for the style itself.

    Histograms have 32 bins; Gram matrices are of strides 2 to 16 of EfficientNet-Lite0.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s, of any sizes.

    Returns
    -------
    float
        In [-1, 1]. Higher is closer.

    References
    ----------
    Wang et al. 2021, global effects (GE): global colours and holistic textures.
    """
    own, other = EvaluatedImage.of(result), EvaluatedImage.of(style)
    colours = fmean(
        _cosine(found.histc(BINS, 0, 1), wanted.histc(BINS, 0, 1))
        for found, wanted in zip(own.image[0], other.image[0], strict=True)
    )
    textures = fmean(
        _cosine(*(gram_of(image, INDEPENDENT.backbone, layer) for image in (own, other)))
        for layer in INDEPENDENT.style_layers
    )
    return (colours + textures) / 2


def local_patterns(result: ImageLike, style: ImageLike) -> float:
    """Mean of how like s's nearest patches x's are, and of the share of s's that are nearest to one.

    Patches are 3 x 3 positions, fewer where a picture has not as many, of strides 8 and 16 of
    EfficientNet-Lite0, compared by the cosine; at most 1, for the style itself.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s, of any sizes.

    Returns
    -------
    float
        In [-0.5, 1]. Higher is closer.

    Notes
    -----
    The second share is relative to the patches of x, where x is smaller than s: no more can be found.

    References
    ----------
    Wang et al. 2021, local patterns (LP): their likeness (LP1) and their diversity (LP2).
    """
    images = EvaluatedImage.of(result), EvaluatedImage.of(style)
    likeness, diversity = [], []
    for layer in PATCH_LAYERS:
        sides = [own.features(INDEPENDENT.backbone)[layer].shape[-2:] for own in images]
        height, width = (min(PATCH, *lengths) for lengths in zip(*sides, strict=True))
        found, wanted = (_patches(image, layer, height, width) for image in images)
        nearest = (found @ wanted.T).max(1)
        likeness.append(float(nearest.values.mean()))
        diversity.append(len(nearest.indices.unique()) / min(len(found), len(wanted)))
    return (fmean(likeness) + fmean(diversity)) / 2


def _patches(image: EvaluatedImage, layer: str, height: int, width: int) -> "Tensor":
    """(patches, N height width), each of length 1."""

    def taken() -> "Tensor":
        from torch.nn.functional import normalize, unfold

        maps = image.features(INDEPENDENT.backbone)[layer]
        return normalize(unfold(maps, (height, width))[0].T, eps=TINY)

    return image.once(("patches of features", layer, height, width), taken)


def _cosine(found: "Tensor", wanted: "Tensor") -> float:
    from torch.nn.functional import cosine_similarity

    return float(cosine_similarity(found.double().flatten(), wanted.double().flatten(), dim=0))


METRICS = (
    Metric(
        "CF_lite",
        "content fidelity by EfficientNet-Lite0",
        "content",
        "higher",
        content_fidelity,
        "content",
        INDEPENDENT.backbone,
    ),
    Metric(
        "GE_lite",
        "global effects: colours and textures like the style's by EfficientNet-Lite0",
        "style",
        "higher",
        global_effects,
        "style",
        INDEPENDENT.backbone,
    ),
    Metric(
        "LP_lite",
        "local patterns: patches like the style's, and many of them, by EfficientNet-Lite0",
        "style",
        "higher",
        local_patterns,
        "style",
        INDEPENDENT.backbone,
    ),
)
