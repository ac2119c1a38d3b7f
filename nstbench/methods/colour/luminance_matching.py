"""Ways to bring a style's luminance (1, 1, H, W) to the content's (1, 1, h, w) before a transfer."""

import torch
from torch import Tensor

from nstbench.methods.colour.linear_matching import cholesky, with_moments_of


def as_it_is(content: Tensor, style: Tensor) -> Tensor:
    """The style's luminance unchanged."""
    return style


def with_mean_of(content: Tensor, style: Tensor) -> Tensor:
    """L_S - mean_S + mean_C, what the authors' code does (NeuralImageSynthesis, ColourControl.ipynb)."""
    return style - style.mean() + content.mean()


def with_mean_and_deviation_of(content: Tensor, style: Tensor) -> Tensor:
    """(sigma_C / sigma_S) (L_S - mean_S) + mean_C (Gatys et al. 2016, arXiv:1606.05897)."""
    return with_moments_of(content, style, cholesky)


def with_histogram_of(content: Tensor, style: Tensor) -> Tensor:
    """The content's histogram, every quantile alike (Jain and Venkitachalam's code)."""
    from skimage.exposure import match_histograms

    found, wanted = (plane[0, 0].cpu().numpy() for plane in (style, content))
    return torch.from_numpy(match_histograms(found, wanted))[None, None].to(style)
