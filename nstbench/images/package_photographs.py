"""Photographs that the required packages already carry, so that nothing needs a download."""

from importlib.util import find_spec
from pathlib import Path

from nstbench.core.errors import InputError

# name -> package, file inside it
PHOTOGRAPHS = {
    "chelsea": ("skimage", "data/chelsea.png"),
    "astronaut": ("skimage", "data/astronaut.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "temple": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
    "hopper": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
}
# Surfaces alone, which say nothing of photographs in general.
TEXTURES = {
    "brick": ("skimage", "data/brick.png"),
    "grass": ("skimage", "data/grass.png"),
    "gravel": ("skimage", "data/gravel.png"),
}
PACKAGED = PHOTOGRAPHS | TEXTURES


def photograph(name: str) -> Path:
    """Find a photograph or a texture inside its package, without importing the package.

    Parameters
    ----------
    name : str
        A key of `PACKAGED`.

    Returns
    -------
    Path
        The picture file.

    Raises
    ------
    InputError
        If the package is not installed.
    """
    package, file = PACKAGED[name]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise InputError(
            f"the photograph {name} lies in the package {package}, which is not installed; install it with "
            "`pip install 'nstbench[pipeline]'`"
        )
    return Path(spec.origin).parent / file
