"""AdaIN itself: the content's features, with every channel brought to the style's mean and deviation."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import group_norm

from nstbench.losses.channel_moments import EPSILON, channel_moments


def align(content: Tensor, style: Tensor) -> Tensor:
    """AdaIN(x, y) = sigma(y) (x - mu(x)) / sigma(x) + mu(y), for every picture and channel.

    Takes features (B, N, H, W) of contents and (B, N, H', W') of styles, returns (B, N, H, W) in fp32.
    Source: Huang and Belongie 2017, eq. 8.
    """
    return _with_moments(content, *channel_moments(style))


def blend(content: Tensor, styles: Sequence[Tensor], shares: Sequence[float], strength: float) -> Tensor:
    """strength sum_k share_k AdaIN(f(c), f(s_k)) + (1 - strength) f(c), the shares summing to 1.

    Features as in `align`. Source: Huang and Belongie 2017, eq. 14 and 15. AdaIN is linear in the style's
    moments, so those are blended.
    """
    means, deviations = zip(*map(channel_moments, styles), strict=True)
    mean, deviation = _mixed(means, shares), _mixed(deviations, shares)
    return torch.lerp(content.float(), _with_moments(content, mean, deviation), strength)


def _mixed(moments: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    return torch.stack([share * moment for share, moment in zip(shares, moments, strict=True)]).sum(0)


def _with_moments(content: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """The features (B, N, H, W) with the channel means and deviations (B, N), in fp32."""
    # Groups of one channel: the instance norm that is quick with channels last in memory.
    normalised = group_norm(content.float(), content.shape[1], eps=EPSILON)
    return torch.addcmul(mean[..., None, None], normalised, deviation[..., None, None])
