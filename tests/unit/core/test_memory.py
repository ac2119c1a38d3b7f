"""How much memory is free, and errors about it."""

import errno
import subprocess
import sys

import numpy as np
import pytest
import torch

from nstbench.core import memory
from nstbench.core.memory import free_memory, in_gigabytes, ran_out


def test_a_limit_of_the_process_counts() -> None:
    free = free_memory()
    assert free is not None
    script = (
        "import resource; from nstbench.core.memory import free_memory;"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); before = free_memory();"
        "block = bytearray(2**28); print(before, before - free_memory())"
    )
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    before, taken = map(int, process.stdout.split())
    assert before < min(2**30, free + 2**30)
    assert taken == pytest.approx(2**28, rel=0.05)


def test_what_a_group_leaves_counts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {
        "memory.max": "3000000000\n",
        "memory.current": "2500000000\n",
        "memory.stat": "anon 1\ninactive_file 400000000\n",
    }
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(
        memory, "Path", lambda first, *rest: tmp_path.joinpath(*rest) if rest else tmp_path / first
    )
    assert memory._of_groups() == [900_000_000]
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_groups() == []


def test_more_than_is_free_is_refused_by_the_system() -> None:
    script = (
        "import numpy; from nstbench.core.memory import *\n"
        "size = free_memory() + 2**28\n"
        "try:\n"
        "    with bounded_by_free_memory(): numpy.zeros(2**20); numpy.zeros(size, 'u1')\n"
        "except Exception as error: print(ran_out(error))\n"
        "numpy.zeros(size, 'u1')"
    )
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "True"


def failing(allocate) -> BaseException:
    with pytest.raises(BaseException) as caught:
        allocate()
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError(
            "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of"
        ),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("MPS backend out of memory (MPS allocated: 5.05 GB, other allocations: 2.30 GB)"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        failing(lambda: torch.empty(2**46, dtype=torch.uint8)),
        failing(lambda: np.empty(2**46, "u1")),
    ],
    ids=lambda error: f"{type(error).__name__} {str(error)[:20]}",
)
def test_errors_about_memory_are_known(error: BaseException) -> None:
    assert ran_out(error)


@pytest.mark.parametrize(
    "error", [RuntimeError("mat1 and mat2 shapes"), ValueError("out of memory"), OSError(2, "no")]
)
def test_others_are_not(error: BaseException) -> None:
    assert not ran_out(error)


def test_sizes_are_for_people() -> None:
    assert in_gigabytes(5.24e9) == "5.2 GB"
