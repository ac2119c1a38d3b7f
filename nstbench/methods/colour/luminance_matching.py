"""Ways to bring a style's luminance to the content's before a method sees it.

All take the luminance of a content (1, 1, h, w) and of a style (1, 1, H, W), both in [0, 1], and how much of
their pixels counts, None for all of it. They return the style's (1, 1, H, W), not clipped.
"""

import torch
from torch import Tensor

from nstbench.methods.colour.linear_matching import cholesky, match_moments, moments


def unchanged(
    content: Tensor, style: Tensor, visible: Tensor | None = None, style_visible: Tensor | None = None
) -> Tensor:
    """The style's luminance as it is.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).
    visible, style_visible
        What of them counts, of the same shapes, in [0, 1]; None for all of it.

    Returns
    -------
    Tensor
        `style` itself.
    """
    return style


def match_mean(
    content: Tensor, style: Tensor, visible: Tensor | None = None, style_visible: Tensor | None = None
) -> Tensor:
    """L_S - mean_S + mean_C, what the authors' code does.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).
    visible, style_visible
        What of them counts, of the same shapes, in [0, 1]; None for all of it.

    Returns
    -------
    Tensor
        (1, 1, H, W).

    References
    ----------
    L. Gatys, NeuralImageSynthesis, ColourControl.ipynb.
    """
    if visible is None and style_visible is None:
        return style - style.mean() + content.mean()
    difference = moments(content, visible)[0] - moments(style, style_visible)[0]
    return style + difference.to(style)


def match_mean_and_deviation(
    content: Tensor, style: Tensor, visible: Tensor | None = None, style_visible: Tensor | None = None
) -> Tensor:
    """(sigma_C / sigma_S) (L_S - mean_S) + mean_C.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).
    visible, style_visible
        What of them counts, of the same shapes, in [0, 1]; None for all of it.

    Returns
    -------
    Tensor
        (1, 1, H, W).

    References
    ----------
    Gatys et al. 2016, arXiv:1606.05897.
    """
    return match_moments(content, style, cholesky, visible, style_visible)


def match_histogram(
    content: Tensor, style: Tensor, visible: Tensor | None = None, style_visible: Tensor | None = None
) -> Tensor:
    """The style's luminance with the content's histogram, every quantile alike.

    Parameters
    ----------
    content, style
        Luminances, (1, 1, h, w) and (1, 1, H, W).
    visible, style_visible
        What of them counts, of the same shapes, in [0, 1]; None for all of it.

    Returns
    -------
    Tensor
        (1, 1, H, W).

    References
    ----------
    Jain and Venkitachalam, code.
    """
    from skimage.exposure import match_histograms

    def seen(plane: Tensor, shares: Tensor | None) -> Tensor:
        """Whether a pixel counts at least as much as half of the most that one does, (H, W)."""
        return torch.ones_like(plane[0, 0]) > 0 if shares is None else (2 * shares >= shares.max())[0, 0]

    shown = seen(style, style_visible)
    found, wanted = style[0, 0][shown], content[0, 0][seen(content, visible)]
    matched = style.clone()
    matched[0, 0][shown] = torch.from_numpy(match_histograms(found.cpu().numpy(), wanted.cpu().numpy())).to(
        style
    )
    return matched
