"""Download a picture of the manifest, verified, beside what is there and never over it."""

import os
import tempfile
from pathlib import Path

import pooch
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.manifest import SUFFIXES, Picture
from nstbench.images.reading import read_picture

# What files are called, by the format of their content.
SUFFIX_OF = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}


def fetch_picture(name: str, picture: Picture, folder: Path) -> Path:
    """Download a picture of the manifest, unless there is a file of its name already.

    Parameters
    ----------
    name : str
        Its name, which becomes the file's, with the suffix of the content's format.
    picture : Picture
        Its entry in the manifest.
    folder : Path
        Where the file is put.

    Returns
    -------
    Path
        The file, or the one that was there.

    Raises
    ------
    InputError
        If the picture has no address or no checksum, is out of reach, has another checksum, or is no picture.
    """
    if picture.url is None:
        raise InputError(f"picture {name!r} has no address; it is made on this machine")
    if picture.md5 is None:
        raise InputError(
            f"no checksum of {name} is known; put a copy of {picture.url} into NSTBENCH_DATA as {name}.jpg"
        )
    there = next((file for suffix in SUFFIXES if (file := folder / f"{name}{suffix}").exists()), None)
    if there is not None:
        return there
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".nstbench-") as temporary:
            downloaded = Path(
                pooch.retrieve(
                    picture.url,
                    known_hash=f"md5:{picture.md5}",
                    fname="picture",
                    path=temporary,
                    downloader=pooch.HTTPDownloader(headers={"User-Agent": "nstbench"}),
                )
            )
            try:
                read_picture(downloaded)
            except InputError:
                raise ValueError("what is there now is no picture") from None
            with Image.open(downloaded) as image:
                file = folder / f"{name}{SUFFIX_OF.get(image.format or '', '.png')}"
            # A link is refused where a file is, so one that somebody puts there meanwhile stays.
            os.link(downloaded, file)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{name} is not available from {picture.url} ({reason}); its stand-in is used"
        ) from error
    return file
