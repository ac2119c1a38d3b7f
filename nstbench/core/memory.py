"""How much memory is free, and what running out of it looks like."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# What allocators of PyTorch, its libraries and NumPy say.
MARKS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "ALLOC_FAILED",
    "Unable to allocate",
)
# Drivers of GPUs map more than they use.
GPUS = ("/dev/nvidiactl", "/dev/kfd")


def free_memory(device: "torch.device | None" = None) -> int | None:
    """Say how much memory a run may still take.

    Parameters
    ----------
    device : torch.device, optional
        Where; the CPU by default.

    Returns
    -------
    int or None
        In bytes; None where the system does not tell.
    """
    if device is not None and device.type != "cpu":
        import torch

        if device.type == "cuda":
            unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
            return int(torch.cuda.mem_get_info(device)[0]) + unused
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    found = [*_of_system(), *_of_groups(), *_of_limits()]
    return max(0, min(found)) if found else None


def _of_system() -> list[int]:
    file = Path("/proc/meminfo")
    if not file.exists():
        return []
    lines = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    sizes = {words[0]: int(words[1]) * 1024 for words in lines}
    return [sizes["MemAvailable:"] + sizes.get("SwapFree:", 0)]


def _of_groups() -> list[int]:
    """What control groups leave, as containers have them; pages of files can be dropped."""
    found = []
    for folder, most, used in (
        ("/sys/fs/cgroup", "memory.max", "memory.current"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        try:
            texts = [Path(folder, name).read_text(encoding="ascii") for name in (most, used, "memory.stat")]
        except OSError:
            continue
        if texts[0].strip() != "max":
            dropped = dict(line.split() for line in texts[2].splitlines()).get("inactive_file", "0")
            found.append(int(texts[0]) - int(texts[1]) + int(dropped))
    return found


def _of_limits() -> list[int]:
    """What `ulimit` leaves of all memory (-v) and of the process's own (-d)."""
    file = Path("/proc/self/statm")
    if not file.exists():
        return []
    import resource

    pages = [int(word) for word in file.read_text(encoding="ascii").split()]
    limits = ((resource.RLIMIT_AS, pages[0]), (resource.RLIMIT_DATA, pages[5]))
    return [
        limit - used * resource.getpagesize()
        for limit, used in ((resource.getrlimit(kind)[0], used) for kind, used in limits)
        if limit != resource.RLIM_INFINITY
    ]


@contextmanager
def bounded_by_free_memory() -> Iterator[None]:
    """Let allocations fail in a block that would take more memory than is free at its beginning.

    Linux promises more than it has, and then kills whoever uses it, without a word. Nothing is bound on other
    systems, and none where a GPU's driver is.

    Yields
    ------
    None
        The limit is taken back at the end.
    """
    free = free_memory()
    if sys.platform != "linux" or free is None or any(map(os.path.exists, GPUS)):
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (pages * resource.getpagesize() + free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def ran_out(error: BaseException) -> bool:
    """Say whether an exception is about memory.

    Parameters
    ----------
    error : BaseException
        Anything.

    Returns
    -------
    bool
        True for those of Python, NumPy and PyTorch, on a CPU as on a GPU.
    """
    if isinstance(error, MemoryError):
        return True
    known = isinstance(error, RuntimeError | OSError)
    return known and any(mark.lower() in str(error).lower() for mark in MARKS)


def in_gigabytes(size: float) -> str:
    """Write a size for people.

    Parameters
    ----------
    size : float
        In bytes.

    Returns
    -------
    str
        "5.2 GB".
    """
    return f"{size / 1e9:.1f} GB"
