"""A picture of the manifest as a file: copied from a package or the user's folder, or painted."""

from pathlib import Path

from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.manifest import Picture, own_file
from nstbench.images.package_photographs import photograph
from nstbench.images.painted import paint
from nstbench.images.pictures import read_picture, save_picture


def make_picture(name: str, picture: Picture, output: Path) -> None:
    """Write picture `name` at its own size; InputError when it has an address and is not on this machine."""
    save_picture(_picture(name, picture), output)


def _picture(name: str, picture: Picture) -> Image.Image:
    if picture.painted:
        return Image.fromarray(paint(**picture.painted.model_dump()))
    if picture.package:
        return read_picture(photograph(picture.package))
    file = own_file(name)
    if file is None:
        raise InputError(
            f"picture {name!r} is not in the folder NSTBENCH_DATA; run `nstbench fetch {name}` first"
        )
    return read_picture(file)
