"""Linear maps of colours that give a style the content's mean and covariance.

x -> A (x - mean_S) + mean_C with A Sigma_S A^T = Sigma_C (Gatys et al. 2016, arXiv:1606.05897).
Many A do so, since Sigma = F F^T leaves a rotation of F free; here are three. In one dimension all are
sigma_C / sigma_S.
"""

from collections.abc import Callable

import torch
from torch import Tensor

# Added to every variance, so that pictures of one grey or one colour have covariances of full rank.
LEAST_VARIANCE = 1e-5

# From the covariances (C, C) of style and content, in fp64, to A (C, C).
Transform = Callable[[Tensor, Tensor], Tensor]


def match_moments(
    content: Tensor,
    style: Tensor,
    transform: Transform,
    visible: Tensor | None = None,
    style_visible: Tensor | None = None,
) -> Tensor:
    """Give a style the mean and the covariance of a content's colours.

    Parameters
    ----------
    content
        (1, C, h, w), in [0, 1].
    style
        (1, C, H, W), in [0, 1].
    transform
        One of the maps below, which makes A from the covariances of style and content.
    visible, style_visible
        What of content and style counts, (1, 1, h, w) and (1, 1, H, W) in [0, 1]; None for all of it.

    Returns
    -------
    Tensor
        (1, C, H, W), not clipped. Its covariance is the content's up to LEAST_VARIANCE.

    References
    ----------
    Gatys, Bethge, Hertzmann and Shechtman 2016, arXiv:1606.05897.
    """
    style_mean, style_covariance = moments(style, style_visible)
    mean, covariance = moments(content, visible)
    mapped: Tensor = transform(style_covariance, covariance) @ (_pixels(style) - style_mean) + mean
    return mapped.view(style.shape).to(style)


def moments(image: Tensor, visible: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the colours of an image.

    Parameters
    ----------
    image
        (1, C, H, W).
    visible
        How much of each pixel counts, (1, 1, H, W) in [0, 1]; None for all of it.

    Returns
    -------
    mean
        (C, 1), in fp64 on the CPU.
    covariance
        (C, C), LEAST_VARIANCE added to its diagonal.
    """
    pixels = _pixels(image)
    if visible is None:
        mean = pixels.mean(1, keepdim=True)
        centred = pixels - mean
        covariance = centred @ centred.T / pixels.shape[1]
    else:
        shares = _pixels(visible) / _pixels(visible).sum()
        mean = (shares * pixels).sum(1, keepdim=True)
        centred = pixels - mean
        covariance = (shares * centred) @ centred.T
    return mean, covariance + LEAST_VARIANCE * torch.eye(len(pixels), dtype=pixels.dtype)


def cholesky(style: Tensor, content: Tensor) -> Tensor:
    """L_C L_S^-1 with Sigma = L L^T; depends on the order of the channels.

    Parameters
    ----------
    style, content
        Covariances, (C, C), positive definite.

    Returns
    -------
    Tensor
        A, (C, C).

    References
    ----------
    Gatys et al. 2016, arXiv:1606.05897.
    """
    lower_style, lower_content = torch.linalg.cholesky(style), torch.linalg.cholesky(content)
    linear: Tensor = torch.linalg.solve_triangular(lower_style, lower_content, upper=False, left=False)
    return linear


def image_analogies(style: Tensor, content: Tensor) -> Tensor:
    """Sigma_C^1/2 Sigma_S^-1/2, the colour matching of Image Analogies.

    Parameters
    ----------
    style, content
        Covariances, (C, C), positive definite.

    Returns
    -------
    Tensor
        A, (C, C).

    References
    ----------
    Hertzmann et al. 2001, Image analogies; Gatys et al. 2016, arXiv:1606.05897.
    """
    linear: Tensor = square_root(content) @ torch.linalg.inv(square_root(style))
    return linear


def symmetric(style: Tensor, content: Tensor) -> Tensor:
    """Q^-1 (Q Sigma_C Q)^1/2 Q^-1 with Q = Sigma_S^1/2, which moves colours least.

    It is the optimal transport of one normal distribution to the other.

    Parameters
    ----------
    style, content
        Covariances, (C, C), positive definite.

    Returns
    -------
    Tensor
        A, (C, C), symmetric.

    References
    ----------
    Pitie and Kokaram 2007, The linear Monge-Kantorovitch linear colour mapping.
    """
    factor = square_root(style)
    inverse = torch.linalg.inv(factor)
    linear: Tensor = inverse @ square_root(factor @ content @ factor) @ inverse
    return linear


def square_root(covariance: Tensor) -> Tensor:
    """The symmetric positive definite square root of a matrix.

    Parameters
    ----------
    covariance
        (C, C), symmetric, positive definite.

    Returns
    -------
    Tensor
        (C, C).
    """
    variances, axes = torch.linalg.eigh(covariance)
    root: Tensor = (axes * variances.sqrt()) @ axes.mT
    return root


def _pixels(image: Tensor) -> Tensor:
    """(1, C, H, W) as (C, H W) in fp64, on the CPU because not every device has that."""
    return image[0].cpu().double().flatten(1)
