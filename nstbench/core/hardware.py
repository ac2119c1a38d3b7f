"""Which device and which precision a run uses, resolved once and recorded."""

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from nstbench.core.errors import InputError, shortened

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}
# Four pictures of 128 px; from 256 px on a batch is hardly quicker than its pictures by themselves.
PIXELS_ON_CPU = 4 * 128**2
# Of a descent by L-BFGS on the original VGG-19: features with their gradients, and a hundred steps.
BYTES_PER_PIXEL = 8192
# Up to so many pixels a picture is evaluated in one piece on a CPU: a square of 1,024 px.
LARGEST_WHOLE = 2**20


@dataclass(frozen=True)
class Hardware:
    """A device and the precision of features and network; image, losses and optimiser stay fp32.

    Attributes
    ----------
    device : torch.device
        Where everything is computed.
    precision : {"fp32", "bf16"}
        Of features and network.
    """

    device: torch.device
    precision: str

    @property
    def dtype(self) -> torch.dtype:
        """The floating-point type of features and network."""
        return PRECISIONS[self.precision]

    @property
    def pixels_at_once(self) -> int:
        """Of all pictures that descend side by side: as many as pay on a CPU, as fit into half of a GPU."""
        return largest_whole(self.device) if self.device.type == "cuda" else PIXELS_ON_CPU

    def autocast(self) -> torch.autocast:
        """Give a context in which a network whose weights are fp32 computes in this precision.

        Returns
        -------
        torch.autocast
            Disabled in fp32.
        """
        return torch.autocast(self.device.type, self.dtype, enabled=self.precision != "fp32")


def largest_whole(device: torch.device) -> int:
    """Say up to which size a picture is evaluated in one piece; larger ones are taken strip by strip.

    Parameters
    ----------
    device : torch.device
        Where.

    Returns
    -------
    int
        In pixels: what fits into half of a GPU, and 2^20 elsewhere.
    """
    if device.type == "cuda":
        memory = torch.cuda.get_device_properties(device).total_memory
        return int(memory // 2 // BYTES_PER_PIXEL)
    return LARGEST_WHOLE


def resolve(device: str = "auto", precision: str = "auto") -> Hardware:
    """Turn `auto` into what this machine does well: a GPU if there is one, bf16 where it is native.

    Parameters
    ----------
    device : str
        "auto", "cpu", "cuda", "cuda:<number>" or "mps".
    precision : str
        "auto", "fp32" or "bf16".

    Returns
    -------
    Hardware
        The device and the precision.

    Raises
    ------
    InputError
        If the device is absent or the precision is unknown.
    """
    gpus = ["cuda", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    available = ["cpu"] + gpus * torch.cuda.is_available() + ["mps"] * torch.backends.mps.is_available()
    name = device
    if device == "auto":
        name = available[1] if len(available) > 1 else "cpu"
    if name not in available:
        raise InputError(
            f"device {shortened(name)} is not available; allowed here: auto, {', '.join(available)}"
        )
    chosen = torch.device(name)
    if precision == "auto":
        # Only where the processor computes in bf16 itself: emulated it is slower than fp32.
        if chosen.type == "cuda":
            native = torch.cuda.is_bf16_supported(including_emulation=False)
        else:
            able = torch.cpu.get_capabilities()
            native = chosen.type == "cpu" and any(
                able.get(unit, False) for unit in ("amx_bf16", "avx512_bf16")
            )
        precision = "bf16" if native else "fp32"
    if precision not in PRECISIONS:
        allowed = ", ".join(PRECISIONS)
        raise InputError(f"unknown precision {shortened(precision)}; allowed: auto, {allowed}")
    return Hardware(chosen, precision)


def machine(device: torch.device) -> str:
    """Name what a device is, for tables of times.

    Parameters
    ----------
    device : torch.device
        Where something was timed.

    Returns
    -------
    str
        The GPU, or the processor with its cores and the widest vectors that PyTorch uses there.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    names = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), names)
    return f"{names}, {os.cpu_count()} cores, {torch.backends.cpu.get_cpu_capability()}"
