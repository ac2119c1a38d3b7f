"""Download a picture of the manifest, verified by its checksum."""

from pathlib import Path

import pooch

from nstbench.core.errors import InputError
from nstbench.images.manifest import Picture


def fetch_picture(name: str, picture: Picture, folder: Path) -> Path:
    """Download a picture of the manifest, unless it is there already.

    Parameters
    ----------
    name : str
        Its name, which becomes the file's.
    picture : Picture
        Its entry in the manifest.
    folder : Path
        Where the file is put.

    Returns
    -------
    Path
        The file; its checksum is right.

    Raises
    ------
    InputError
        If the picture has no address or no checksum, is out of reach, or has another checksum.
    """
    if picture.url is None:
        raise InputError(f"picture {name!r} has no address; it is made on this machine")
    if picture.md5 is None:
        raise InputError(
            f"no checksum of {name} is known; put a copy of {picture.url} into NSTBENCH_DATA as {name}.jpg"
        )
    try:
        file = pooch.retrieve(
            picture.url,
            known_hash=f"md5:{picture.md5}",
            fname=name + Path(picture.url).suffix.lower(),
            path=folder,
            downloader=pooch.HTTPDownloader(headers={"User-Agent": "nstbench"}),
        )
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{name} is not available from {picture.url} ({reason}); its stand-in is used"
        ) from error
    return Path(file)
