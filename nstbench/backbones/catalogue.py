"""Every backbone of the suite, by id."""

from nstbench.backbones.alexnet import ALEXNET
from nstbench.backbones.architecture import Architecture
from nstbench.backbones.googlenet import GOOGLENET
from nstbench.backbones.squeezenet import SQUEEZENET
from nstbench.backbones.vgg import VGG16, VGG19
from nstbench.errors import InputError

ARCHITECTURES: dict[str, Architecture] = {
    architecture.id: architecture for architecture in (VGG19, VGG16, ALEXNET, GOOGLENET, SQUEEZENET)
}


def architecture(id: str) -> Architecture:
    if id not in ARCHITECTURES:
        raise InputError(f"unknown backbone {id!r}; allowed: {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[id]
