"""Seconds per evaluation of the engine and of the textbook loop, taken in turns in one process."""

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from nstbench.core.hardware import PRECISIONS, Hardware, resolve
from nstbench.core.progress import progress
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.descent import open_backbone, start_image
from nstbench.methods.gatys2015 import METHOD
from nstbench.methods.gatys2015.algorithm import content_terms, style_terms
from nstbench.methods.gatys2015.parameters import DEFAULT as GATYS_DEFAULT
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import descend
from nstbench.pipeline.timing.reference import TextbookLoop

EVALUATIONS = 20
BLOCKS = 5
LAYOUTS = {"channels last": torch.channels_last, "channels first": torch.contiguous_format}
# What takes so many times as long as the reference is timed only once: bf16 where it is emulated.
TOO_SLOW = 3.0
PAIR = ("chelsea", "coffee")
SEED = 0
# That of `nstbench stylize` on weights that expect of an image what the reference's do.
OBJECTIVE = GatysParameters.derived_from(GATYS_DEFAULT, weights="embedded")
# How far the loss at the start may lie from the reference's, relative to it.
AGREEMENT = {"fp32": 1e-4, "bf16": 5e-2}


@dataclass(frozen=True)
class Variant:
    """A way to run the engine. `stylize` takes the first that a machine does well, with channels last."""

    precision: str
    layout: str = "channels last"


VARIANTS = (Variant("fp32"), Variant("fp32", "channels first"), Variant("bf16"))


class UnequalWorkError(Exception):
    """The engine and the reference compute different losses, so their times do not compare."""


@dataclass
class Contestant:
    """A loop, the time of its quickest block of so many in seconds per evaluation, and its first loss."""

    descend: Callable[[int], float]
    blocks: int = 0
    seconds: float = math.inf
    start_loss: float = math.nan

    def run(self) -> None:
        """One block, from the start image on; fetching its losses waits for the device."""
        self.blocks += 1
        started = time.perf_counter()
        self.start_loss = self.descend(EVALUATIONS)
        self.seconds = min(self.seconds, (time.perf_counter() - started) / EVALUATIONS)


def benchmark(size: int, blocks: int) -> list[dict[str, Any]]:
    """One row per variant: what was timed, `engine_s`, `reference_s`, their `ratio`, and both start losses.

    `engine_s` and `reference_s` are seconds per evaluation of loss and gradient with its optimiser step, in
    the quickest of `blocks` blocks of `evaluations` evaluations; engine and reference take turns, block by
    block, of which an engine that is much too slow has only one. `ratio` is reference_s / engine_s.
    Pictures are `size` x `size`.
    """
    device = resolve().device
    content, style = pair(size, device)
    tasks = {name: Task(content, style, OBJECTIVE, SEED, Hardware(device, name)) for name in PRECISIONS}
    textbook = TextbookLoop(
        open_backbone(tasks["fp32"]),
        content,
        style,
        OBJECTIVE.content_layers,
        OBJECTIVE.style_layers,
        OBJECTIVE.alpha,
    )
    start = start_image(tasks["fp32"], "noise")
    reference = Contestant(lambda evaluations: textbook.descend(start, evaluations)[0])
    engines = {variant: Contestant(_engine(tasks[variant.precision], variant.layout)) for variant in VARIANTS}
    take_turns(reference, list(engines.values()), f"bench at {size} px", blocks)
    return [
        {
            **asdict(variant),
            "size": size,
            "device": str(device),
            "threads": torch.get_num_threads(),
            "evaluations": EVALUATIONS,
            "blocks": engine.blocks,
            "engine_s": engine.seconds,
            "reference_s": reference.seconds,
            "ratio": reference.seconds / engine.seconds,
            "engine_loss": engine.start_loss,
            "reference_loss": reference.start_loss,
            "loss_difference": abs(engine.start_loss - reference.start_loss) / reference.start_loss,
        }
        for variant, engine in engines.items()
    ]


def take_turns(reference: Contestant, engines: Sequence[Contestant], title: str, blocks: int) -> None:
    """So many blocks of each, the reference's first, so that a machine that slows down slows all of them."""
    turns = [reference, *engines] * blocks
    with progress(title, len(turns)) as watch:
        for done, contestant in enumerate(turns, 1):
            if not TOO_SLOW * reference.seconds < contestant.seconds < math.inf:
                contestant.run()
            watch(done, contestant.start_loss)


def seconds_per_evaluation(backbone: str, weights: str, size: int) -> float:
    """Of the engine on another network, as `nstbench stylize` would run it: `engine_s` of `benchmark`."""
    hardware = resolve()
    content, style = pair(size, hardware.device)
    parameters = METHOD.configure("default", {"backbone": backbone, "weights": weights})
    engine = Contestant(_engine(Task(content, style, parameters, SEED, hardware)))
    for _ in range(BLOCKS):
        engine.run()
    return engine.seconds


def check_equal_work(rows: list[dict[str, Any]]) -> None:
    """Raise UnequalWorkError when a row's two losses at the start are not the same within its precision."""
    for row in rows:
        allowed = AGREEMENT[row["precision"]]
        if not row["loss_difference"] <= allowed:
            raise UnequalWorkError(
                f"the losses at the start differ by {row['loss_difference']:.1e} in {row['precision']} "
                f"(allowed: {allowed:g}), so the times do not compare"
            )


def pair(size: int, device: torch.device) -> list[Tensor]:
    """Content and style, photographs of `size` x `size`, as (1, 3, size, size) in [0, 1]."""
    return [to_tensor(load_picture(photograph(name), size, square=True)).to(device) for name in PAIR]


def _engine(task: Task[GatysParameters], layout: str = "channels last") -> Callable[[int], float]:
    """The engine on the network of `nstbench stylize`, in the task's precision."""
    parameters = task.parameters
    # A copy, because others may hold the same network.
    backbone = copy.deepcopy(open_backbone(task))
    backbone.memory_format = LAYOUTS[layout]
    backbone.place(task.hardware.device, task.hardware.dtype)
    content = content_terms(backbone, task.content, parameters.content_layers, parameters.alpha)
    objective = Objective(backbone, [*content, *style_terms(backbone, task.style, parameters.style_layers)])
    start = start_image(task, "noise")
    return lambda evaluations: finish(descend(objective, start, LBFGS(), evaluations)).trace[0, 0].item()
