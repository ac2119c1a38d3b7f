"""Every backbone of the suite, by id."""

from nstbench.core.errors import InputError, shortened
from nstbench.networks.alexnet import ALEXNET
from nstbench.networks.architecture import Architecture
from nstbench.networks.googlenet import GOOGLENET
from nstbench.networks.squeezenet import SQUEEZENET
from nstbench.networks.vgg import VGG16, VGG19

ARCHITECTURES: dict[str, Architecture] = {
    architecture.id: architecture for architecture in (VGG19, VGG16, ALEXNET, GOOGLENET, SQUEEZENET)
}


def architecture(id: str) -> Architecture:
    """Look a backbone up.

    Parameters
    ----------
    id
        "vgg19", "vgg16", "alexnet", "googlenet" or "squeezenet1_0".

    Returns
    -------
    Architecture
        Its table.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if id not in ARCHITECTURES:
        raise InputError(f"unknown backbone {shortened(id)}; allowed: {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[id]
