"""Freed memory stays with the process, and waiting threads sleep, unless the environment says otherwise."""

import os
import platform
import subprocess
import sys

import pytest

from nstbench.core.tuning import OF_MEMORY, OF_WAITING, SPINS

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt(3) is glibc's")
# How many pages the kernel has to give for five blocks of 64 MB, one after another.
FAULTS = """
import ctypes, resource, sys
from nstbench.core.tuning import tune_process
if sys.argv[1:]:
    print(tune_process())
c = ctypes.CDLL(None)
c.malloc.restype, c.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
c.free.argtypes, c.memset.argtypes = [ctypes.c_void_p], [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
def fill():
    block = c.malloc(64 << 20)
    c.memset(block, 1, 64 << 20)
    c.free(block)
fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def python(program, *arguments, **environment):
    """What a program prints, by lines, in an environment that says nothing else about memory and threads."""
    kept = {name: value for name, value in os.environ.items() if name not in (*OF_MEMORY, *OF_WAITING)}
    process = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.split()


@glibc
def test_a_freed_block_is_used_again():
    plain, tuned = python(FAULTS), python(FAULTS, "tuned")
    assert tuned[0] == "True"
    # Huge pages may make few of them, but not none.
    assert int(tuned[1]) < int(plain[0]) / 10


@glibc
@pytest.mark.parametrize(
    "setting",
    [{"MALLOC_MMAP_THRESHOLD_": "131072"}, {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=131072"}],
)
def test_the_users_own_memory_settings_win(setting):
    plain, tuned = python(FAULTS, **setting), python(FAULTS, "tuned", **setting)
    assert tuned[0] == "False"
    assert int(tuned[1]) > int(plain[0]) / 2


@pytest.mark.parametrize(
    ("setting", "spins"),
    [({}, SPINS), ({"OMP_WAIT_POLICY": "ACTIVE"}, "None"), ({"GOMP_SPINCOUNT": "100"}, "100")],
)
def test_threads_soon_sleep_from_before_pytorch_is_imported(setting, spins):
    program = (
        "import os, sys\nfrom nstbench.cli import main\nsys.argv = ['nstbench', '--version']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(os.environ.get('GOMP_SPINCOUNT'), 'torch' in sys.modules)"
    )
    assert python(program, **setting)[-2:] == [spins, "False"]
