"""Between pictures and tensors: (1, 3, H, W), RGB in [0, 1], fp32."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor


def to_tensor(picture: Image.Image) -> Tensor:
    """Turn a picture into a tensor.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB of 8 bits, W x H.

    Returns
    -------
    Tensor
        (1, 3, H, W), RGB in [0, 1], fp32, channels last in memory.
    """
    pixels = torch.from_numpy(np.array(picture, dtype=np.uint8))
    return (pixels.permute(2, 0, 1)[None].float() / 255).contiguous(memory_format=torch.channels_last)


def to_picture(image: Tensor) -> Image.Image:
    """Turn a tensor into a picture.

    Parameters
    ----------
    image : Tensor
        (1, 3, H, W), RGB; values outside [0, 1] are clipped.

    Returns
    -------
    PIL.Image.Image
        RGB, rounded to 8 bits.
    """
    pixels = (image.detach()[0].clamp(0, 1) * 255).round().to(torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())
