"""Swapping two folders in one step, so that no reader ever finds neither of them."""

import ctypes
import errno
import os
import sys
from pathlib import Path

AT_FDCWD = -100  # Paths are relative to the working folder (Linux, fcntl.h).
RENAME_EXCHANGE = 2  # Linux, renameat2(2)
RENAME_SWAP = 2  # macOS, renamex_np(2)


def exchange(one: Path, other: Path) -> None:
    """Swap two folders of one file system.

    Parameters
    ----------
    one, other : Path
        Both exist.

    Raises
    ------
    FileNotFoundError
        When one of them does not exist.
    NotImplementedError
        Where the system or its file system cannot do so in one step.
    """
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE)
    elif sys.platform == "darwin":
        failed = library.renamex_np(first, second, RENAME_SWAP)
    else:
        raise NotImplementedError(sys.platform)
    if not failed:
        return
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise NotImplementedError(os.strerror(code))
    raise OSError(code, os.strerror(code), str(one), None, str(other))
