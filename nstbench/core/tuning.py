"""How this process gets its memory and waits for its threads; said before PyTorch is imported.

glibc hands blocks of 32 MB and more back to the kernel whenever they are freed, and features are that large:
each evaluation then waits for the kernel to clear the same pages again. And OpenMP's threads spin where they
wait for each other, which beside other work takes the core from the one that they wait for.
"""

import ctypes
import os
import sys

# Of mallopt(3). Blocks are taken from the heap up to the first, and its free end is kept up to the second.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT = 1 << 30
# By these variables a user has a say in it: glibc's and OpenMP's own.
OF_MEMORY = (
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TRIM_THRESHOLD_",
    "MALLOC_TOP_PAD_",
    "GLIBC_TUNABLES",
    "LD_PRELOAD",
)
OF_WAITING = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
# How often a waiting thread looks before it sleeps: for a few microseconds (docs/benchmarks.md).
SPINS = "300"


def tune_process() -> bool:
    """Keep freed memory, and let waiting threads sleep soon; what the environment says about either wins.

    Returns
    -------
    bool
        Whether freed memory is kept: only with glibc.
    """
    if not any(name in os.environ for name in OF_WAITING):
        os.environ["GOMP_SPINCOUNT"] = SPINS
    if not sys.platform.startswith("linux") or any(name in os.environ for name in OF_MEMORY):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    return all(library.mallopt(option, KEPT) for option in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD))
