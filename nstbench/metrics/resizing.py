"""A style at the size of a result, for metrics that compare them place by place."""

from nstbench.metrics.base import Sighted


def resized(picture: Sighted, size: tuple[int, int]) -> Sighted:
    """`picture` at (H, W), bicubic, its aspect not kept; itself where it has that size."""
    if tuple(picture.image.shape[-2:]) == size:
        return picture
    return picture.once(("resized", *size), lambda: _resized(picture, size))


def _resized(picture: Sighted, size: tuple[int, int]) -> Sighted:
    from torch.nn.functional import interpolate

    image = interpolate(picture.image, size, mode="bicubic", antialias=True).clamp(0, 1)
    return Sighted(image, picture.judges)
