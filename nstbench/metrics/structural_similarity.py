"""SSIM and MS-SSIM of the luma against the content's."""

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import Plane, luma

# Standard deviation, in pixels, of the Gaussian window.
WINDOW_SIGMA = 1.5
# Five scales of an 11 px window, each half as fine as the one before: (11 - 1) * 2^4 + 1.
SMALLEST_MULTI_SCALE_SIDE = 161


def ssim(result: ImageLike, content: ImageLike) -> float:
    """Mean SSIM with the Gaussian window and constants of Wang et al. 2004; 1 for the content itself.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; their luma is compared.

    Returns
    -------
    float
        In [-1, 1]. Higher is more similar.

    References
    ----------
    Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment: from error visibility to structural
    similarity", eq. 13: K1 = 0.01, K2 = 0.03, a window of 1.5 px (as scikit-image computes it).
    """
    return ssim_of_planes(luma(result), luma(content))


def ssim_of_planes(one: Plane, other: Plane) -> float:
    """Compute the mean SSIM of two planes; see `ssim`.

    Parameters
    ----------
    one : array
        (H, W), in [0, 1].
    other : array
        Of the same shape.

    Returns
    -------
    float
        1 where both are equal, at least -1.
    """
    from skimage.metrics import structural_similarity

    # With these settings scikit-image computes what Wang et al. published.
    found = structural_similarity(
        one, other, data_range=1.0, gaussian_weights=True, sigma=WINDOW_SIGMA, use_sample_covariance=False
    )
    return float(found)


def ms_ssim(result: ImageLike, content: ImageLike) -> float:
    """MS-SSIM over five scales with the weights of Wang et al. 2003; 1 for the content itself.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1], from 161 px; their luma is compared.

    Returns
    -------
    float
        In [0, 1]. Higher is more similar.

    Raises
    ------
    NotMeasuredError
        For smaller images.

    References
    ----------
    Wang, Simoncelli and Bovik 2003, "Multiscale structural similarity for image quality assessment" (as piq
    computes it).
    """
    from piq import multi_scale_ssim

    from nstbench.images.colour_spaces import luma

    images = tuple(EvaluatedImage.of(image) for image in (result, content))
    side = min(images[0].size)
    if side < SMALLEST_MULTI_SCALE_SIDE:
        raise NotMeasuredError(f"MS-SSIM needs {SMALLEST_MULTI_SCALE_SIDE} px, the result has {side} px")
    found, wanted = (luma(image.image).clamp(0, 1) for image in images)
    return float(multi_scale_ssim(found, wanted, data_range=1.0))


METRICS = (
    Metric("SSIM", "structural similarity", "content", "higher", ssim, "content", main=True),
    Metric("MS-SSIM", "structural similarity over five scales", "content", "higher", ms_ssim, "content"),
)
