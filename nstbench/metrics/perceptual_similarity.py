"""LPIPS: how unlike the content the result looks, learned from people's judgements."""

import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nstbench.metrics.base import Metric, NotMeasuredError, Trial

if TYPE_CHECKING:
    from lpips import LPIPS

# Below this AlexNet's second pooling has nothing left to pool.
SMALLEST_SIDE = 31


def learned_perceptual_distance(trial: Trial) -> float:
    """LPIPS 0.1 on AlexNet (Zhang et al. 2018) against the content; 0 for the content itself, rarely above 1.

    The linear weights come with the package `lpips`; AlexNet's are torchvision's for ImageNet, which are
    used where they lie on this machine and are never downloaded.
    """
    from nstbench.networks.alexnet import ALEXNET
    from nstbench.networks.weight_sources import find_imagenet_weights, imagenet_file_name

    side = min(trial.result.image.shape[-2:])
    if side < SMALLEST_SIDE:
        raise NotMeasuredError(f"LPIPS needs {SMALLEST_SIDE} px, the result has {side} px")
    file = find_imagenet_weights(ALEXNET)
    if file is None:
        raise NotMeasuredError(
            f"no ImageNet weights of AlexNet on this machine; put {imagenet_file_name(ALEXNET)} into the "
            "folder named by NSTBENCH_WEIGHTS or into torch's hub cache"
        )
    return float(_network(file)(trial.result.image, trial.content.image, normalize=True))


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


METRICS = (
    Metric("LPIPS", "perceptual distance from the content", "content", "lower", learned_perceptual_distance),
)
