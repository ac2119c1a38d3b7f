"""Indices of image quality that take the content for the undistorted picture, as `piq` computes them."""

from dataclasses import dataclass
from functools import partial

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError


@dataclass(frozen=True)
class Index:
    """A function of `piq`.

    Attributes
    ----------
    id, title : str
        The metric's.
    better : {"lower", "higher"}
        The direction in which it improves.
    function : str
        Its name in `piq`.
    smallest_side : int
        The shortest side in pixels that it takes.
    """

    id: str
    title: str
    better: str
    function: str
    smallest_side: int = 1


INDICES = (
    Index("PSNR", "peak signal-to-noise ratio in dB", "higher", "psnr"),
    Index("VIF", "visual information fidelity", "higher", "vif_p", 41),
    Index("FSIM", "feature similarity in colour", "higher", "fsim"),
    Index("SR-SIM", "spectral residual similarity", "higher", "srsim", 40),
    Index("GMSD", "deviation of gradient similarity", "lower", "gmsd"),
    Index("MS-GMSD", "deviation of gradient similarity over four scales", "lower", "multi_scale_gmsd", 17),
    Index("VSI", "similarity weighted by saliency", "higher", "vsi"),
    Index("HaarPSI", "similarity of Haar wavelets", "higher", "haarpsi", 16),
    Index("MDSI", "mean deviation of similarity", "lower", "mdsi"),
    Index("DSS", "similarity of DCT subbands", "higher", "dss", 32),
    Index("IW-SSIM", "similarity weighted by information", "higher", "information_weighted_ssim", 161),
)


def quality_index(result: ImageLike, content: ImageLike, index: Index) -> float:
    """The index of the result against the content, with the parameters of its authors.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].
    index : Index
        One of `INDICES`.

    Returns
    -------
    float
        In the direction `index.better`; docs/metrics.md lists the ranges.

    Raises
    ------
    NotMeasuredError
        For images below `index.smallest_side`, and where the computation is singular.

    References
    ----------
    VIF in the pixel domain: Sheikh and Bovik 2006. FSIMc: Zhang et al. 2011. SR-SIM: Zhang and Li 2012.
    GMSD: Xue et al. 2014. MS-GMSD: Zhang et al. 2017. VSI: Zhang et al. 2014. HaarPSI: Reisenhofer et al.
    2018. MDSI: Nafchi et al. 2016. DSS: Balanov et al. 2015. IW-SSIM: Wang and Li 2011.
    """
    images = tuple(EvaluatedImage.of(image) for image in (result, content))
    side = min(images[0].size)
    if side < index.smallest_side:
        raise NotMeasuredError(f"{index.id} needs {index.smallest_side} px, the result has {side} px")
    import piq
    from torch.linalg import LinAlgError

    found, wanted = (image.image.contiguous() for image in images)
    try:
        return float(getattr(piq, index.function)(found, wanted, data_range=1.0))
    except LinAlgError as error:  # IW-SSIM inverts a covariance, which a flat picture makes singular.
        raise NotMeasuredError(f"{index.id} fails on these pictures: {str(error).splitlines()[0]}") from error


METRICS = tuple(
    Metric(index.id, index.title, "content", index.better, partial(quality_index, index=index), "content")
    for index in INDICES
)
