"""Files that are either whole or absent: everything is written beside its place and renamed."""

import errno
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from nstbench.core.errors import InputError
from nstbench.core.exchange import exchange

# What every temporary file and folder is called, so that those of killed jobs are known for litter.
TEMPORARY = ".nstbench-"
# Lists that get what is written, for those who want to know.
_listeners: list[list[Path]] = []
# Of errors while a block writes, those that a place with more room mends; others are the block's own.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Write a file so that nobody ever sees a part of it.

    Parameters
    ----------
    path : Path
        The file to write; its folder is made.

    Yields
    ------
    Path
        An empty file beside `path` with the same suffix, to be written instead. After the block it is on
        the disk and takes the place of `path`; when the block fails, it is gone.

    Raises
    ------
    InputError
        When the folder cannot be written, or the disk is full.
    """
    path = Path(path)
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, suffix=f"-{path.name}", dir=path.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        with _filling(path):
            yield temporary
        with _writing(path):
            temporary.chmod(0o666 & ~_umask())
            _flush(temporary)
            temporary.replace(path)
            _flush(path.parent)
        _tell(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def folder_written_whole(path: Path) -> Iterator[Path]:
    """Write a folder so that nobody ever sees a part of it, nor, where it is replaced, none.

    Parameters
    ----------
    path : Path
        The folder to write; those above it are made.

    Yields
    ------
    Path
        An empty folder beside `path`, to be filled. After the block it takes the place of `path`; when the
        block fails, it is gone.

    Raises
    ------
    InputError
        When it cannot be written, or the disk is full.
    """
    path = Path(path)
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, suffix=f"-{path.name}", dir=path.parent))
    try:
        with _filling(path):
            yield temporary
        with _writing(path):
            temporary.chmod(0o777 & ~_umask())
            for written in (*temporary.rglob("*"), temporary):
                _flush(written)
            _put_in_place(temporary, path)
            _flush(path.parent)
        _tell(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def noting_files() -> Iterator[list[Path]]:
    """Note what is written whole while a block runs.

    Yields
    ------
    list of Path
        Files and folders, in the order in which they are finished. Some may be gone again.
    """
    written: list[Path] = []
    _listeners.append(written)
    try:
        yield written
    finally:
        _listeners.remove(written)


def _tell(path: Path) -> None:
    for written in _listeners:
        written.append(path)


def _put_in_place(new: Path, path: Path) -> None:
    """Rename a folder to `path`; what was there before, by whomever, is afterwards called `new`."""
    while True:
        try:
            new.rename(path)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        try:
            exchange(new, path)
            return
        except FileNotFoundError:
            continue  # Another writer has just moved it away.
        except NotImplementedError:
            # There is a moment without the folder here; a reader that meets it has to look again.
            with suppress(FileNotFoundError):
                path.rename(new.with_name(f"{new.name}-old"))
            shutil.rmtree(new.with_name(f"{new.name}-old"), ignore_errors=True)


def remove_litter(folder: Path) -> int:
    """Remove what killed jobs have left of files and folders that they were writing.

    Parameters
    ----------
    folder : Path
        Is searched to the bottom. Nobody else may be writing below it.

    Returns
    -------
    int
        How many were removed.
    """
    found = list(Path(folder).rglob(f"{TEMPORARY}*"))
    for litter in found:
        if litter.is_dir():
            shutil.rmtree(litter, ignore_errors=True)
        else:
            litter.unlink(missing_ok=True)
    return len(found)


def lock(path: Path) -> IO[str]:
    """Lock a file for as long as this process lives and keeps it open; the system frees it in any case.

    Parameters
    ----------
    path : Path
        The file; it is made, with its folder, and stays.

    Returns
    -------
    file object
        To be kept: closing it frees the lock.

    Raises
    ------
    InputError
        When another process has locked it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = path.open("a", encoding="utf-8")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        stream.close()
        raise InputError(
            f"another pipeline is at work in {path.parent.absolute()}; wait for its end or stop it"
        ) from error
    return stream


def check_writable(path: Path) -> None:
    """Find out whether a file can be written, before any work is spent on it.

    Parameters
    ----------
    path : Path
        The file; its folder need not exist yet.

    Raises
    ------
    InputError
        If the folder cannot be written, or `path` is itself a folder.
    """
    folder = path.parent
    try:
        while not folder.exists():
            folder = folder.parent
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all.

    Parameters
    ----------
    path : Path
        The file; its folder is made.
    text : str
        The content.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def sha256(file: Path) -> str:
    """Hash the content of a file.

    Parameters
    ----------
    file : Path
        A file that exists.

    Returns
    -------
    str
        The SHA-256 in hexadecimal.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _cannot_write(path: Path, error: OSError) -> InputError:
    in_the_way = isinstance(error, FileExistsError)
    reason = f"{error.filename} is no folder" if in_the_way else error.strerror or str(error)
    return InputError(f"cannot write {path}: {reason}; choose a writable place with enough free space")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """An error of the system says that `path` cannot be written, and why."""
    try:
        yield
    except OSError as error:
        raise _cannot_write(path, error) from error


@contextmanager
def _filling(path: Path) -> Iterator[None]:
    """The same, but only for want of room: what else a block does wrong has nothing to do with `path`."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise _cannot_write(path, error) from error


def _flush(path: Path) -> None:
    """Have the system write a file or a folder to the disk, so that a rename cannot overtake its content."""
    if sys.platform == "win32":  # It opens no folders, and flushes only what is open for writing.
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def is_file(path: str | Path) -> bool:
    """Whether there is a file of that name.

    Parameters
    ----------
    path : str or Path
        Whatever somebody gave for a path.

    Returns
    -------
    bool
        False too for what is too long to be a path, or must not be looked at.
    """
    try:
        return Path(path).is_file()
    except OSError:
        return False
