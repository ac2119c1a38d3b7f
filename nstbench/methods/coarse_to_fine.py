"""A descent from small to large: each size starts from what the size below it has reached.

Strokes that are larger than what the network sees at once come from the small sizes, detail from the large
ones; and an evaluation of half the size takes a quarter of the time.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate
from typing_extensions import override

from nstbench.methods.base import P, Task
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.loop import Outcome


async def stylize(by_one_size: Callable[[Task[P]], Awaitable[Outcome]], task: Task[P]) -> Outcome:
    """Descend at `scales` sizes, each twice the one before, with equal shares of the evaluations.

    Parameters
    ----------
    by_one_size
        Makes a picture by descent from `Task.start`.
    task
        Content and style (1, 3, H, W), RGB in [0, 1], at the last size, and how.

    Returns
    -------
    Outcome
        The last size's picture and facts; its trace and its seconds are those of all sizes, one behind the
        other. The facts also name the sizes.

    Raises
    ------
    InputError
        When a picture is too small for the network at the first size, or a descent diverges.

    References
    ----------
    Gatys, Ecker, Bethge, Hertzmann and Shechtman 2017, Controlling perceptual factors in neural style
    transfer, arXiv:1611.07865, section 6.
    """
    parameters = task.parameters
    assert isinstance(parameters, GatysParameters)
    saved = task.checkpoint.load() if task.checkpoint else None
    done: list[dict[str, Any]] = saved["done"] if saved else []
    seconds_before = sum(each["seconds"][-1] for each in done)
    waited, sizes = 0.0, [_size(task.content, parameters.scales - 1 - n) for n in range(parameters.scales)]
    for number in range(len(done), parameters.scales):
        spent = sum(len(each["trace"]) for each in done)
        share = parameters.evaluations * (number + 1) // parameters.scales - spent
        own = type(parameters).derived_from(parameters, evaluations=share, scales=1)
        start = resized(done[-1]["image"], sizes[number]) if done else task.start
        part = replace(
            _smaller(task, parameters.scales - 1 - number, spent),
            parameters=own,
            start=start,
            checkpoint=task.checkpoint and _CheckpointOfSize(task.checkpoint, done),
        )
        outcome = await by_one_size(part)
        waited += outcome.seconds_waited
        done.append(
            {
                "image": outcome.image,
                "trace": outcome.trace,
                "seconds": outcome.seconds,
                "rejected_steps": outcome.rejected_steps,
            }
        )
        seconds_before += outcome.seconds_before
    seconds: list[float] = []
    for each in done:
        begun = seconds[-1] if seconds else 0.0
        seconds += [begun + second for second in each["seconds"]]
    return replace(
        outcome,
        trace=torch.cat([each["trace"] for each in done]),
        seconds=seconds,
        rejected_steps=sum(each["rejected_steps"] for each in done),
        facts={**outcome.facts, "sizes": ", ".join(f"{width}x{height}" for height, width in sizes)},
        seconds_before=seconds_before,
        seconds_waited=waited,
    )


def _smaller(task: Task[P], halvings: int, spent: int) -> Task[P]:
    """The task with smaller pictures, whose evaluations count on from those that are spent."""
    watch, show = task.watch, task.show

    def smaller(picture: Tensor) -> Tensor:
        return resized(picture, _size(picture, halvings)).clamp(0, 1) if halvings else picture

    def show_at_full_size(evaluations: int, image: Tensor) -> None:
        assert show
        show(spent + evaluations, resized(image, _size(task.content, 0)))

    return replace(
        task,
        content=smaller(task.content),
        style=smaller(task.style),
        others={name: smaller(other) for name, other in task.others.items()},
        visible={name: smaller(part) for name, part in task.visible.items()},
        regions={name: smaller(region) for name, region in task.regions.items()},
        watch=watch and (lambda evaluations, loss: watch(spent + evaluations, loss)),
        show=show and show_at_full_size,
    )


def _size(picture: Tensor, halvings: int) -> tuple[int, int]:
    height, width = picture.shape[-2:]
    return max(1, round(height / 2**halvings)), max(1, round(width / 2**halvings))


def resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Scale a picture bicubically.

    Parameters
    ----------
    picture
        (1, 3, H, W).
    size
        Height and width in pixels; the picture itself is given back where they are its own.

    Returns
    -------
    Tensor
        (1, 3, h, w), not clipped.
    """
    if tuple(picture.shape[-2:]) == size:
        return picture
    return interpolate(picture, size, mode="bicubic", antialias=True, align_corners=False)


class _CheckpointOfSize(Checkpoint):
    """Keeps what the sizes before have reached beside the state of the one that is on its way."""

    def __init__(self, whole: Checkpoint, done: list[dict[str, Any]]) -> None:
        self.whole = whole
        self.done = list(done)

    @override
    def load(self) -> dict[str, Any] | None:
        saved = self.whole.load()
        state: dict[str, Any] | None = (
            saved["state"] if saved and len(saved["done"]) == len(self.done) else None
        )
        return state

    @property
    @override
    def due(self) -> bool:
        return self.whole.due

    @override
    def save(self, state: dict[str, Any]) -> None:
        self.whole.save({"done": self.done, "state": state})

    @override
    def remove(self) -> None:
        self.whole.remove()
