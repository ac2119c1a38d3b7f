"""SIFID_lite: Fréchet's distance between the features of two single pictures."""

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric
from nstbench.metrics.effectiveness import moments
from nstbench.metrics.feature_spaces import INDEPENDENT

# The paper takes what Inception has before its second pooling, which is of this stride.
LAYER = "stride4"


def single_image_fid(result: ImageLike, style: ImageLike) -> float:
    """|m - n|^2 + tr(A + B - 2 (A B)^(1/2)), of means and covariances over positions; 0 for the style itself.

    m and A are x's, n and B are s's, at stride 4 of EfficientNet-Lite0.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s, of any sizes.

    Returns
    -------
    float
        From 0. Lower is closer.

    Notes
    -----
    Inception's weights come with no package, so the features are the judge's. Values compare with each other,
    not with those of papers.

    References
    ----------
    Shaham, Dekel and Michaeli 2019, "SinGAN: learning a generative model from a single natural image",
    section 4.2; Dowson and Landau 1982, "The Fréchet distance between multivariate normal distributions".
    """
    from torch import linalg

    (mean, covariance), (own_mean, own_covariance) = (
        moments(EvaluatedImage.of(image).features(INDEPENDENT.backbone)[LAYER]) for image in (result, style)
    )
    # The eigenvalues of A B are those of B^(1/2) A B^(1/2), which is symmetric.
    variances, directions = linalg.eigh(own_covariance)
    root = directions * variances.clamp(min=0).sqrt() @ directions.T
    products = linalg.eigvalsh(root @ covariance @ root).clamp(min=0).sqrt().sum()
    traces = covariance.trace() + own_covariance.trace()
    return max(0.0, float((mean - own_mean).square().sum() + traces - 2 * products))


METRICS = (
    Metric(
        "SIFID_lite",
        "distance of the features of one picture from the style's by EfficientNet-Lite0",
        "style",
        "lower",
        single_image_fid,
        "style",
        INDEPENDENT.backbone,
    ),
)
