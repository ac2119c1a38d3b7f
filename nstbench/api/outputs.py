"""Where results go: never over a picture that they are made from, and never two to one place."""

import glob
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from nstbench.api.settings import SettingError
from nstbench.core.errors import InputError
from nstbench.images.pictures import FORMATS, check_output
from nstbench.images.sources import Source

# What files get that cannot be written in the format of their content.
USUAL_SUFFIX = ".png"


def path_of(given: object, role: str) -> Path:
    """Take a path as it was given.

    Parameters
    ----------
    given : object
        A str or path.
    role : str
        Which argument it is.

    Returns
    -------
    Path
        The path.

    Raises
    ------
    SettingError
        If it is something else.
    """
    if not isinstance(given, str | os.PathLike) or not str(given):
        raise SettingError(role, "this is no path; give the path of a file", given)
    return Path(given)


def check_result(out: Path, inputs: Iterable[Source], overwrite: bool) -> None:
    """Find out whether a result may be written, before any work is spent on it.

    Parameters
    ----------
    out : Path
        The file.
    inputs : iterable of str, path, PIL.Image.Image or numpy.ndarray
        What it is made from.
    overwrite : bool
        Whether it may take the place of one of these.

    Raises
    ------
    InputError
        If it cannot be written, or would overwrite what it is made from.
    """
    check_output(out)
    check_inputs_stay(out, inputs, overwrite)


def check_inputs_stay(out: Path, inputs: Iterable[Source | None], overwrite: bool) -> None:
    """Find out whether a result would take the place of a file that it is made from.

    Parameters
    ----------
    out : Path
        The result, of any kind.
    inputs : iterable of str, path, PIL.Image.Image, numpy.ndarray or None
        What it is made from.
    overwrite : bool
        Whether it may.

    Raises
    ------
    SettingError
        If it would, and may not.
    """
    for source in inputs:
        same = isinstance(source, str | os.PathLike) and os.path.realpath(source) == os.path.realpath(out)
        if same and not overwrite:
            raise SettingError(
                "overwrite", f"{out} is one of the files to read; choose another name, or allow it"
            )


def names_for(contents: Sequence[Path], folder: Path) -> list[Path]:
    """Name a result for each of several contents.

    Parameters
    ----------
    contents : sequence of Path
        The pictures.
    folder : Path
        Where results go.

    Returns
    -------
    list of Path
        The content's name in the folder, as a PNG where its format is not written; with -2, -3 and so on
        where a name is taken by one before, in capitals or not.
    """
    taken: set[str] = set()
    names = []
    for content in contents:
        suffix = content.suffix if content.suffix.lower() in FORMATS else USUAL_SUFFIX
        name, number = f"{content.stem}{suffix}", 1
        while name.casefold() in taken:
            number += 1
            name = f"{content.stem}-{number}{suffix}"
        taken.add(name.casefold())
        names.append(folder / name)
    return names


def numbered(out: Path, evaluations: int) -> Path:
    """Name a picture on the way to a result.

    Parameters
    ----------
    out : Path
        The result.
    evaluations : int
        How many are spent.

    Returns
    -------
    Path
        Beside it, such as out-00050.png.
    """
    return out.with_name(f"{out.stem}-{evaluations:05d}{out.suffix}")


def is_numbered(path: Path, out: Path) -> bool:
    """Say whether `numbered` may give a path.

    Parameters
    ----------
    path : Path
        Any.
    out : Path
        The result.

    Returns
    -------
    bool
        Whether it is of a picture on the way to that result.
    """
    same_folder = os.path.realpath(path.parent) == os.path.realpath(out.parent)
    return (
        same_folder
        and re.fullmatch(rf"{re.escape(out.stem)}-\d+{re.escape(out.suffix)}", path.name) is not None
    )


def contents_in(given: Sequence[str | os.PathLike[str]]) -> list[Path]:
    """Find the pictures that files, folders and patterns stand for.

    Parameters
    ----------
    given : sequence of str or path
        A folder stands for the pictures in it, by their suffixes; a pattern such as "photos/*.jpg" for all
        files that it fits.

    Returns
    -------
    list of Path
        Each file once, in this order, and by name within a folder or a pattern.

    Raises
    ------
    InputError
        If a folder has no pictures, or a pattern fits no file.
    """
    found: dict[Path, None] = {}
    for each in given:
        path = path_of(each, "content")
        files = [path]
        if path.is_dir():
            files = [file for file in sorted(path.iterdir()) if file.suffix.lower() in SUFFIXES]
            if not files:
                raise InputError(f"{path} has no pictures; allowed: {', '.join(SUFFIXES)}")
        elif not path.exists() and glob.has_magic(str(path)):
            root = Path(path.anchor or ".")
            pattern = str(path.relative_to(path.anchor)) if path.anchor else str(path)
            files = sorted(file for file in root.glob(pattern) if file.is_file())
            if not files:
                raise InputError(f"no file fits {path}")
        found |= dict.fromkeys(files)
    return list(found)


# Of pictures in a folder.
SUFFIXES = (*FORMATS, ".bmp", ".gif", ".ppm", ".avif", ".heic", ".heif")
