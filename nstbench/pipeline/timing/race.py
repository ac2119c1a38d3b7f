"""Contestants take turns, so that a machine that slows down slows all of them; what is said of them then.

Two things are compared: seconds per evaluation, and the seconds until the common objective is as low as
pastiche brings it with all of its evaluations. That objective is evaluated outside of the clock, by the
engine in fp32 for everybody.
"""

import importlib.metadata
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware, machine, resolve
from nstbench.core.progress import progress
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.descent import open_backbone
from nstbench.methods.gatys2015 import METHOD
from nstbench.methods.gatys2015.algorithm import terms_of
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.pipeline.timing.contestants import (
    OBJECTIVE,
    Contestant,
    Engine,
    Pastiche,
    Textbook,
    task_at,
)

# Of a contestant, before it is the next one's turn.
TURN = 10
# Turns of those of whom only the seconds per evaluation are wanted.
FEW_TURNS = 5
# In lockstep are so many pictures, of this size or of the race's if that is smaller.
TOGETHER, LOCKSTEP_SIZE = 4, 128
# How far the loss at the start, as a contestant has it, may lie from the common objective, relative to it.
AGREEMENT = {"fp32": 1e-4, "bf16": 5e-2}

DIRECT = "nstbench, direct convolutions"

Row: TypeAlias = dict[str, Any]
Judge: TypeAlias = Callable[[Tensor], float]


class UnequalWorkError(Exception):
    """A contestant minimises something else, so the times do not compare."""


@dataclass
class Entry:
    """A contestant in a race of at most so many turns.

    Of each turn it has the evaluations, the seconds, and what the common objective was at its end.
    """

    contestant: Contestant
    turns: int
    evaluations: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    def take_turn(self, evaluations: int, judge: Judge) -> None:
        """Go on, by the clock; then ask the judge."""
        started = time.perf_counter()
        self.contestant.advance(evaluations)
        self.seconds.append(time.perf_counter() - started)
        self.evaluations.append(evaluations)
        self.losses.append(judge(self.contestant.image))

    @property
    def each(self) -> list[float]:
        """Seconds per evaluation of a picture, turn by turn."""
        turns = zip(self.seconds, self.evaluations, strict=True)
        return [seconds / (evaluations * self.contestant.pictures) for seconds, evaluations in turns]

    def until(self, loss: float) -> tuple[int, float] | tuple[None, None]:
        """The evaluations and the seconds until the common objective is as low, if it ever is."""
        for turn, reached in enumerate(self.losses, 1):
            if reached <= loss:
                return sum(self.evaluations[:turn]), sum(self.seconds[:turn])
        return None, None


def benchmark(size: int, evaluations: int) -> list[Row]:
    """Race pastiche, a textbook's loop and the engine at `size` px, and the engine by itself in lockstep.

    A row for each contestant. `seconds` are those per evaluation of a picture, with the step that follows:
    the median of the turns, with the quickest and the slowest. `ratio` is how many times as fast it is as
    `against`, turn by turn. `evaluations_to_quality` and `seconds_to_quality` are what it needs until the
    common objective is at `quality`, which pastiche reaches with all `evaluations`; None where it does not
    get there with twice as many, or has a few turns only. `start_loss` is its own loss at the start,
    `loss_difference` how far that is from the common objective, relative to it.
    """
    if evaluations < 1:
        raise InputError(f"evaluations {evaluations} is out of range; allowed: 1 and more")
    hardware = resolve()
    shared = {
        "machine": machine(hardware.device),
        "device": str(hardware.device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "pastiche": importlib.metadata.version("pastiche"),
    }
    rows = [*beside_peers(size, evaluations, hardware), *in_lockstep(size, evaluations, hardware.device)]
    return [row | shared for row in rows]


def beside_peers(size: int, evaluations: int, hardware: Hardware) -> list[Row]:
    """Pastiche, the textbook's loop, and the engine in fp32 and in whatever `hardware` does well."""
    task = task_at(size, OBJECTIVE, Hardware(hardware.device, "fp32"))
    turns = math.ceil(evaluations / TURN)
    entries = [
        Entry(Pastiche("pastiche", task.content, task.style), turns),
        Entry(Textbook("textbook", task), turns),
        Entry(Engine("nstbench", METHOD, task), turns),
    ]
    if hardware.device.type == "cpu":
        entries.insert(2, Entry(Engine(DIRECT, METHOD, task, direct=True), min(turns, FEW_TURNS)))
    if hardware.precision != task.hardware.precision:
        entries.append(Entry(Engine("nstbench", METHOD, task_at(size, OBJECTIVE, hardware)), turns))
    judge = common_objective(task)
    take_turns(entries, evaluations, f"bench at {size} px", judge)
    quality = entries[0].losses[-1]
    catch_up([entry for entry in entries if entry.turns == turns], quality, judge)
    return [row_of(entry, entries[0], judge(task.content), quality) for entry in entries]


def in_lockstep(size: int, evaluations: int, device: torch.device) -> list[Row]:
    """The engine in fp32, picture by picture and several at once."""
    task = task_at(min(size, LOCKSTEP_SIZE), OBJECTIVE, Hardware(device, "fp32"))
    turns = min(math.ceil(evaluations / TURN), FEW_TURNS)
    entries = [
        Entry(Engine(DIRECT, METHOD, task, direct=True), turns),
        Entry(Engine("nstbench", METHOD, task), turns),
        Entry(Engine("nstbench in lockstep", METHOD, task, pictures=TOGETHER), turns),
    ]
    judge = common_objective(task)
    take_turns(entries, evaluations, f"bench in lockstep at {entries[0].contestant.size} px", judge)
    return [row_of(entry, entries[0], judge(task.content)) for entry in entries]


def common_objective(task: Task[GatysParameters]) -> Judge:
    """What is minimised, as the engine evaluates it."""
    backbone = open_backbone(task)
    objective = Objective(backbone, terms_of(task, backbone))

    @torch.no_grad()
    def judge(image: Tensor) -> float:
        return objective(image)[0].item()

    return judge


def take_turns(entries: Sequence[Entry], evaluations: int, title: str, judge: Judge) -> None:
    """Advance all by so many evaluations, a few at a time, those with fewer turns in the first ones only."""
    with progress(title, sum(min(evaluations, entry.turns * TURN) for entry in entries)) as watch:
        done = 0
        for turn in range(max(entry.turns for entry in entries)):
            step = min(TURN, evaluations - turn * TURN)
            for entry in entries:
                if turn < entry.turns:
                    entry.take_turn(step, judge)
                    done += step
                    watch(done, entry.losses[-1])


def catch_up(entries: Sequence[Entry], quality: float, judge: Judge) -> None:
    """Let those go on that are not at `quality` yet, in turns, but for no more turns than they have had."""
    for _ in range(max(entry.turns for entry in entries)):
        for entry in entries:
            if not min(entry.losses) <= quality:
                entry.take_turn(TURN, judge)


def row_of(entry: Entry, against: Entry, start_loss: float, quality: float | None = None) -> Row:
    """What is said of a contestant: see `benchmark`."""
    contestant = entry.contestant
    # Turns of both, one after another.
    ratios = [theirs / ours for theirs, ours in zip(against.each, entry.each, strict=False)]
    needed, seconds = (None, None) if quality is None else entry.until(quality)
    return {
        "name": contestant.name,
        "precision": contestant.precision,
        "size": contestant.size,
        "pictures": contestant.pictures,
        "evaluations": sum(entry.evaluations),
        "seconds": statistics.median(entry.each),
        "seconds_least": min(entry.each),
        "seconds_most": max(entry.each),
        "against": against.contestant.name,
        "ratio": statistics.median(ratios),
        "ratio_least": min(ratios),
        "ratio_most": max(ratios),
        "quality": quality,
        "evaluations_to_quality": needed,
        "seconds_to_quality": seconds,
        "start_loss": contestant.start_loss,
        "loss_difference": abs(contestant.start_loss - start_loss) / start_loss,
    }


def check_equal_work(rows: Sequence[Row]) -> None:
    """Raise UnequalWorkError when a contestant's loss at the start is not the common objective's."""
    for row in rows:
        allowed = AGREEMENT[row["precision"]]
        if not row["loss_difference"] <= allowed:
            raise UnequalWorkError(
                f"{row['name']} in {row['precision']} has another loss at the start, by "
                f"{row['loss_difference']:.1e} (allowed: {allowed:g}), so the times do not compare"
            )


def seconds_per_evaluation(backbone: str, weights: str, size: int) -> float:
    """Of the engine on any network, as `nstbench stylize` would run it: the quickest turn."""
    parameters = METHOD.configure("default", {"backbone": backbone, "weights": weights})
    engine = Engine("nstbench", METHOD, task_at(size, parameters, resolve()))
    entry = Entry(engine, FEW_TURNS)
    for _ in range(FEW_TURNS):
        entry.take_turn(TURN, lambda image: math.nan)
    return min(entry.each)
