"""CHRc: how much of the content's colour is lost, pixel by pixel."""

import numpy as np

from nstbench.metrics.base import ImageLike, Metric
from nstbench.metrics.pixels import rgb


def chroma_change(result: ImageLike, content: ImageLike) -> float:
    """Mean over pixels of |dI| + |dQ| in YIQ against the content; 0 when colours are kept, at most 1.61.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [0, 1.61]. Lower keeps more.
    """
    from skimage.color import rgb2yiq

    found, wanted = (rgb2yiq(rgb(image))[..., 1:] for image in (result, content))
    return float(np.abs(found - wanted).sum(-1).mean())


METRICS = (
    Metric("CHRc", "change of the content's colours", "colour", "lower", chroma_change, "content", main=True),
)
