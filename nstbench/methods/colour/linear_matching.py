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

Transform = Callable[[Tensor, Tensor], Tensor]


def with_moments_of(content: Tensor, style: Tensor, transform: Transform) -> Tensor:
    """The style (1, C, H, W) with the mean and the covariance of the content (1, C, h, w), not clipped.

    `transform` makes A (C, C) from the covariances of style and content. The covariance that results is the
    content's up to LEAST_VARIANCE.
    """
    (style_mean, style_covariance), (mean, covariance) = moments(style), moments(content)
    mapped: Tensor = transform(style_covariance, covariance) @ (_pixels(style) - style_mean) + mean
    return mapped.view(style.shape).to(style)


def moments(image: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (C, 1) and covariance (C, C), LEAST_VARIANCE added, of the pixels of (1, C, H, W), in fp64."""
    pixels = _pixels(image)
    mean = pixels.mean(1, keepdim=True)
    centred = pixels - mean
    covariance = centred @ centred.T / pixels.shape[1]
    return mean, covariance + LEAST_VARIANCE * torch.eye(len(pixels), dtype=pixels.dtype)


def cholesky(style: Tensor, content: Tensor) -> Tensor:
    """L_C L_S^-1 with Sigma = L L^T. Depends on the order of the channels."""
    lower_style, lower_content = torch.linalg.cholesky(style), torch.linalg.cholesky(content)
    linear: Tensor = torch.linalg.solve_triangular(lower_style, lower_content, upper=False, left=False)
    return linear


def image_analogies(style: Tensor, content: Tensor) -> Tensor:
    """Sigma_C^1/2 Sigma_S^-1/2, the colour matching of Hertzmann et al. 2001 (Image Analogies)."""
    linear: Tensor = root(content) @ torch.linalg.inv(root(style))
    return linear


def symmetric(style: Tensor, content: Tensor) -> Tensor:
    """Q^-1 (Q Sigma_C Q)^1/2 Q^-1 with Q = Sigma_S^1/2: the optimal transport of one normal distribution to
    the other, which moves colours least (Pitie and Kokaram 2007)."""
    factor = root(style)
    inverse = torch.linalg.inv(factor)
    linear: Tensor = inverse @ root(factor @ content @ factor) @ inverse
    return linear


def root(covariance: Tensor) -> Tensor:
    """The symmetric positive definite square root."""
    variances, axes = torch.linalg.eigh(covariance)
    square_root: Tensor = (axes * variances.sqrt()) @ axes.mT
    return square_root


def _pixels(image: Tensor) -> Tensor:
    """(1, C, H, W) as (C, H W) in fp64, on the CPU because not every device has that."""
    return image[0].cpu().double().flatten(1)
