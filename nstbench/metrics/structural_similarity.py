"""SSIM and MS-SSIM of the luma against the content's."""

from nstbench.metrics.base import Metric, NotMeasuredError, Trial
from nstbench.metrics.pixels import Plane, luma

# Five scales of an 11 px window, each half as fine as the one before: (11 - 1) * 2^4 + 1.
SMALLEST_MULTI_SCALE_SIDE = 161


def structural_similarity_to_content(trial: Trial) -> float:
    """Mean SSIM with the Gaussian window and constants of Wang et al. 2004; 1 for the content itself."""
    return similarity(luma(trial.result), luma(trial.content))


def similarity(one: Plane, other: Plane) -> float:
    """Mean SSIM of planes (H, W) in [0, 1]."""
    from skimage.metrics import structural_similarity

    found = structural_similarity(
        one, other, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    return float(found)


def multi_scale_structural_similarity(trial: Trial) -> float:
    """MS-SSIM over five scales with the weights of Wang et al. 2003; 1 for the content itself."""
    from piq import multi_scale_ssim

    from nstbench.images.colour_spaces import luma

    side = min(trial.result.image.shape[-2:])
    if side < SMALLEST_MULTI_SCALE_SIDE:
        raise NotMeasuredError(f"MS-SSIM needs {SMALLEST_MULTI_SCALE_SIDE} px, the result has {side} px")
    found, wanted = (luma(picture.image).clamp(0, 1) for picture in (trial.result, trial.content))
    return float(multi_scale_ssim(found, wanted, data_range=1.0))


METRICS = (
    Metric(
        "SSIM",
        "structural similarity",
        "content",
        "higher",
        structural_similarity_to_content,
        main=True,
    ),
    Metric(
        "MS-SSIM",
        "structural similarity over five scales",
        "content",
        "higher",
        multi_scale_structural_similarity,
    ),
)
