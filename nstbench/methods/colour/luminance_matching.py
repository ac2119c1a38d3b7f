"""Ways to bring a style's luminance to the content's before a method sees it.

All take the luminance of a content (1, 1, h, w) and of a style (1, 1, H, W), both in [0, 1], and return the
style's (1, 1, H, W), not clipped.
"""

import torch
from torch import Tensor

from nstbench.methods.colour.linear_matching import cholesky, match_moments


def unchanged(content: Tensor, style: Tensor) -> Tensor:
    """The style's luminance as it is.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).

    Returns
    -------
    Tensor
        `style` itself.
    """
    return style


def match_mean(content: Tensor, style: Tensor) -> Tensor:
    """L_S - mean_S + mean_C, what the authors' code does.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).

    Returns
    -------
    Tensor
        (1, 1, H, W).

    References
    ----------
    L. Gatys, NeuralImageSynthesis, ColourControl.ipynb.
    """
    return style - style.mean() + content.mean()


def match_mean_and_deviation(content: Tensor, style: Tensor) -> Tensor:
    """(sigma_C / sigma_S) (L_S - mean_S) + mean_C.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).

    Returns
    -------
    Tensor
        (1, 1, H, W).

    References
    ----------
    Gatys et al. 2016, arXiv:1606.05897.
    """
    return match_moments(content, style, cholesky)


def match_histogram(content: Tensor, style: Tensor) -> Tensor:
    """The style's luminance with the content's histogram, every quantile alike.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).

    Returns
    -------
    Tensor
        (1, 1, H, W).

    References
    ----------
    Jain and Venkitachalam, code.
    """
    from skimage.exposure import match_histograms

    found, wanted = (plane[0, 0].cpu().numpy() for plane in (style, content))
    return torch.from_numpy(match_histograms(found, wanted))[None, None].to(style)
