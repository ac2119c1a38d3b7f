"""What a network expects of its input, as data."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Preprocessing:
    """network input = scale * image + offset, per channel of an image in [0, 1].

    Parameters
    ----------
    scale, offset
        One a channel.
    bgr
        Whether channels are in the order B, G, R.
    """

    scale: tuple[float, float, float]
    offset: tuple[float, float, float]
    bgr: bool = False


def standardised(mean: tuple[float, float, float], std: tuple[float, float, float]) -> Preprocessing:
    """(image - mean) / std, as torchvision trains its networks.

    Parameters
    ----------
    mean, std
        Of R, G and B in [0, 1].

    Returns
    -------
    Preprocessing
        The same as a scale and an offset.
    """
    scale = (1 / std[0], 1 / std[1], 1 / std[2])
    offset = (-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2])
    return Preprocessing(scale, offset)


IMAGENET = standardised(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
# TensorFlow's convention, from which torchvision's GoogLeNet was converted.
HALVES = standardised(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
# BGR in 0..255 with the mean pixel subtracted: the convention of Caffe's model zoo.
CAFFE = Preprocessing(scale=(255.0, 255.0, 255.0), offset=(-104.0, -117.0, -123.0), bgr=True)
# The same with the mean pixel that VGG's authors subtracted, as Keras has it.
VGG_AUTHORS = Preprocessing(scale=(255.0, 255.0, 255.0), offset=(-103.939, -116.779, -123.68), bgr=True)
# What users call them.
PreprocessingName = Literal["caffe", "torchvision", "halves"]
PREPROCESSINGS: dict[str, Preprocessing] = {"caffe": CAFFE, "torchvision": IMAGENET, "halves": HALVES}
