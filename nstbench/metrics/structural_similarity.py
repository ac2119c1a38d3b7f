"""SSIM of the luma against the content's."""

import numpy as np

from nstbench.metrics.base import Metric, Trial


def structural_similarity_to_content(trial: Trial) -> float:
    """Mean SSIM with the Gaussian window and constants of Wang et al. 2004; 1 for the content itself."""
    from skimage.metrics import structural_similarity

    from nstbench.images.colour import luma

    found, wanted = (luma(side.image)[0, 0].cpu().numpy() for side in (trial.result, trial.content))
    similarity = structural_similarity(
        found.astype(np.float64),
        wanted.astype(np.float64),
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return float(similarity)


METRICS = (
    Metric("SSIM", "structural similarity to the content", "higher", structural_similarity_to_content),
)
