"""LABEL, LABELs: whether a classifier still sees what is in the content, and what is in the style."""

from typing import TYPE_CHECKING

from nstbench.metrics.base import Comparison, EvaluatedImage, ImageLike, Metric
from nstbench.networks.efficientnet import EFFICIENTNET_LITE0, class_name, load_efficientnet

if TYPE_CHECKING:
    from torch import Tensor

# Classes that count as seen.
SEEN = 5


def label_recognised(result: ImageLike, other: ImageLike) -> float:
    """1 where the likeliest class of the other picture is among the five likeliest of the result, else 0.

    The classes are the 1,000 of ImageNet, by EfficientNet-Lite0 at 224 px.

    Parameters
    ----------
    result, other : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; of any sizes, because the centres are scaled.

    Returns
    -------
    float
        0 or 1.

    Raises
    ------
    ModuleNotFoundError
        Without timm, or without the package of the weights.

    References
    ----------
    Russakovsky et al. 2015, "ImageNet large scale visual recognition challenge", for the five.
    """
    return float(bool((likeliest(result) == likeliest(other)[0]).any()))


def likeliest(image: ImageLike) -> "Tensor":
    """Classify an image, once.

    Parameters
    ----------
    image : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    Tensor
        The numbers of the five likeliest classes, the likeliest first.
    """
    own = EvaluatedImage.of(image)
    return own.once("labels", lambda: load_efficientnet().probabilities(own.image)[0].topk(SEEN).indices)


def labels_in_words(comparison: Comparison) -> str:
    """Name what the classifier sees.

    Parameters
    ----------
    comparison : Comparison
        A result, its content and its style.

    Returns
    -------
    str
        The five classes of the result, and the first of its content and of its style.
    """
    seen, content, style = (
        [class_name(int(number)) for number in likeliest(image)]
        for image in (comparison.result, comparison.content, comparison.style)
    )
    return f"content {content[0]}, style {style[0]}, result {', '.join(seen)}"


METRICS = (
    Metric(
        "LABEL",
        "the content's class is recognised",
        "content",
        "higher",
        label_recognised,
        "content",
        EFFICIENTNET_LITE0,
        main=True,
        explain=labels_in_words,
    ),
    Metric(
        "LABELs",
        "the style's class is recognised",
        "style",
        "higher",
        label_recognised,
        "style",
        EFFICIENTNET_LITE0,
    ),
)
