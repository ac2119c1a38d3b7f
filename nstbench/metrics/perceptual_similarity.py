"""LPIPS: how unlike the content the result looks, learned from people's judgements."""

import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError

if TYPE_CHECKING:
    from lpips import LPIPS

# Below this AlexNet's second pooling has nothing left to pool.
SMALLEST_SIDE = 31


def lpips(result: ImageLike, content: ImageLike) -> float:
    """LPIPS 0.1 on AlexNet (Zhang et al. 2018) against the content; 0 for the content itself, rarely above 1.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1], from 31 px.

    Returns
    -------
    float
        From 0. Lower looks more alike.

    Raises
    ------
    NotMeasuredError
        For smaller images, and without AlexNet's weights.

    Notes
    -----
    The linear weights come with the package `lpips`; AlexNet's are torchvision's for ImageNet, which are
    used where they lie on this machine and are never downloaded.

    References
    ----------
    Zhang, Isola, Efros, Shechtman and Wang 2018, "The unreasonable effectiveness of deep features as a
    perceptual metric".
    """
    from nstbench.networks.alexnet import ALEXNET
    from nstbench.networks.weight_sources import find_imagenet_weights, imagenet_file_name

    found, wanted = (EvaluatedImage.of(image) for image in (result, content))
    side = min(found.size)
    if side < SMALLEST_SIDE:
        raise NotMeasuredError(f"LPIPS needs {SMALLEST_SIDE} px, the result has {side} px")
    file = find_imagenet_weights(ALEXNET)
    if file is None:
        raise NotMeasuredError(
            f"no ImageNet weights of AlexNet on this machine; put {imagenet_file_name(ALEXNET)} into the "
            "folder named by NSTBENCH_WEIGHTS or into torch's hub cache"
        )
    return float(_network(file)(found.image, wanted.image, normalize=True))


@cache
def _network(alexnet: Path) -> "LPIPS":
    """LPIPS with the trunk of the file `alexnet`."""
    from lpips import LPIPS
    from torch.nn import Conv2d

    from nstbench.networks.alexnet import ALEXNET
    from nstbench.networks.weight_files import read_weights

    with warnings.catch_warnings(action="ignore", category=UserWarning):  # It uses torchvision's old words.
        network = LPIPS(net="alex", pnet_rand=True, verbose=False)
    weights = read_weights(ALEXNET, alexnet).tensors
    convolutions = (module for module in network.net.modules() if isinstance(module, Conv2d))
    for name, convolution in zip(ALEXNET.convolutions, convolutions, strict=True):
        convolution.load_state_dict({part: weights[f"{name}.{part}"] for part in ("weight", "bias")})
    return network.requires_grad_(False)


METRICS = (Metric("LPIPS", "perceptual distance from the content", "content", "lower", lpips, "content"),)
