"""Coordinates of an image in which a descent is rounder: its spectrum, long waves enlarged."""

import torch
from torch import Tensor


class Smoothing:
    """A change of an image as x = F z, with a filter F that multiplies its spectrum by f^-p.

    Losses of deep features change slowly with short waves and fast with long ones that they agree on, so
    descents in z take longer steps where waves are long. F is symmetric: a gradient with respect to x becomes
    one with respect to z by F as well. Borders meet as on a ring, which a change of coordinates may do.

    Parameters
    ----------
    height, width
        Of the image, in pixels.
    exponent
        p, at least 0; f is in cycles a pixel, and at least one wave a picture.
    device
        Of the image.

    References
    ----------
    Olah, Mordvintsev and Schubert 2017, Feature visualization, Distill, "Preconditioning and
    parameterization", with p = 1.
    """

    def __init__(self, height: int, width: int, exponent: float, device: torch.device) -> None:
        self.shape = 3, height, width
        rows, columns = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
        frequency = torch.hypot(rows, columns).clamp_min(1 / max(height, width))
        self.factors = (frequency**-exponent).to(device)

    def __call__(self, values: Tensor) -> Tensor:
        """Apply F.

        Parameters
        ----------
        values
            (3 H W,), z or a gradient with respect to x.

        Returns
        -------
        Tensor
            (3 H W,), x or the gradient with respect to z.
        """
        spectrum = torch.fft.rfft2(values.view(self.shape))
        smoothed: Tensor = torch.fft.irfft2(spectrum * self.factors, self.shape[1:]).flatten()
        return smoothed
