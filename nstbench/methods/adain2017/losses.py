"""What the decoder is trained to keep: the features it was given, and the style's moments in every layer."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

# How a difference (B, N) of moments, or (B, N, H, W) of features, becomes one number.
Form = Literal["squared", "literal", "summed"]
Moments = tuple[Tensor, Tensor]


def content_loss(painted: Tensor, target: Tensor, form: Form) -> Tensor:
    """How far the painted picture's features (B, N, H, W) are from those that were decoded.

    `squared` and `summed`: the mean square, as in the code of Huang and Belongie (2017); `literal`: |.|_2 of
    every picture, as Soboleva writes it, on average.
    """
    difference = painted.float() - target
    return _length(difference) if form == "literal" else difference.square().mean()


def style_loss(painted: Moments, style: Moments, form: Form) -> Tensor:
    """How far a layer's moments, (B, N) means and (B, N) deviations, are from the style's.

    `squared`: the mean square of both; `literal`: |.|_2 of both, as Soboleva writes it; `summed`: the sum of
    squares over channels, as in the code of Huang and Belongie (2017). All are means over the batch.
    """
    distance = DISTANCES[form]
    return torch.stack([distance(one - other) for one, other in zip(painted, style, strict=True)]).sum()


def identity_loss(rebuilt: Tensor, content: Tensor) -> Tensor:
    """The mean square by which contents (B, 3, H, W), decoded from their own features, miss themselves.

    Source: Park and Lee 2019, section 3.3, with squares instead of lengths and for contents alone.
    """
    return (rebuilt.float() - content).square().mean()


def _length(difference: Tensor) -> Tensor:
    lengths: Tensor = torch.linalg.vector_norm(difference.flatten(1), dim=1)
    return lengths.mean()


DISTANCES: dict[Form, Callable[[Tensor], Tensor]] = {
    "squared": lambda difference: difference.square().mean(),
    "literal": _length,
    "summed": lambda difference: difference.square().sum(1).mean(),
}
