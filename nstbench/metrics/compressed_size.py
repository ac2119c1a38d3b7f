"""PNG: how much there is to say about a picture."""

import numpy as np

from nstbench.metrics.base import ImageLike, Metric
from nstbench.metrics.pixels import luma

GREYS = 8


def compressed_bits(result: ImageLike) -> float:
    """Bits per pixel of the luma in eight equal steps as a PNG, compressed as far as it goes.

    Above 0, and 3 to 4 for noise.

    Parameters
    ----------
    result : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        Bits per pixel, the file's header included. Lower is simpler.
    """
    from io import BytesIO

    from PIL import Image

    plane = luma(result)
    steps = np.clip(np.floor(plane * GREYS), 0, GREYS - 1).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(steps).save(file, "PNG", compress_level=9)
    return 8 * file.tell() / plane.size


METRICS = (Metric("PNG", "bits per pixel when compressed", "noise", "lower", compressed_bits),)
