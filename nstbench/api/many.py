"""Several pictures in one style: `stylize_all`."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nstbench.api.following import state_file
from nstbench.api.outputs import check_result, contents_in, names_for, path_of
from nstbench.api.settings import Settings, merged
from nstbench.api.stylizing import Stylization, stylize
from nstbench.core.errors import InputError
from nstbench.images.sources import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """What became of several pictures.

    Attributes
    ----------
    written : dict of Path to Stylization
        By the files that were written.
    skipped : dict of Path to str
        Why a content has no result, by its file.
    """

    written: dict[Path, Stylization]
    skipped: dict[Path, str]


def stylize_all(
    contents: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    style: Source | None,
    folder: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    resume: bool = False,
    settings: Settings | None = None,
    **options: Any,
) -> Batch:
    """Stylize several pictures, each into a file of its own.

    Parameters
    ----------
    contents : str, path or sequence of them
        Files, folders, or patterns such as "photos/*.jpg".
    style : str, path, PIL.Image.Image, numpy.ndarray or None
        As for `stylize`.
    folder : str or path
        Where results go, by the names of their contents.
    overwrite : bool, optional
        Whether a result may take the place of its content.
    resume : bool, optional
        Leave out what has a result already, and go on with the picture at which a run was stopped.
    settings : Settings, optional
        As for `stylize`.
    **options : object
        Of `stylize`, or values of `Settings` by name.

    Returns
    -------
    Batch
        The results. A picture that cannot be used is skipped with a line of warning.

    Raises
    ------
    InputError
        If there is no picture, an argument is out of range, or a result would overwrite a picture.
    """
    files = contents_in([contents] if isinstance(contents, str | os.PathLike) else contents)
    results = names_for(files, path_of(folder, "folder"))
    merged(settings, {name: value for name, value in options.items() if name in Settings.model_fields})
    for result in results:
        check_result(result, [*files, *([style] if style is not None else [])], overwrite)
    batch = Batch({}, {})
    for number, (file, result) in enumerate(zip(files, results, strict=True), 1):
        stopped = resume and state_file(result).exists()
        if resume and result.exists() and not stopped:
            continue
        log.info("%d of %d: %s", number, len(files), file)
        try:
            made = stylize(
                file, style, result, overwrite=overwrite, resume=stopped, settings=settings, **options
            )
        except InputError as error:
            log.warning("skipped %s: %s", file, error)
            batch.skipped[file] = str(error)
        else:
            batch.written[result] = made
            if "stopped_after" in made.summary:
                break
    return batch
