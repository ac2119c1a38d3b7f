"""A descent on its way: shown to whoever asks, kept now and then, and stopped where it is."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, SupportsFloat

from PIL import Image
from torch import Tensor
from typing_extensions import override

from nstbench.api.settings import SettingError
from nstbench.core.progress import Watch
from nstbench.images.tensors import to_picture
from nstbench.methods.base import Task
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.loop import Show


class StoppedError(Exception):
    """Ends a descent that somebody has stopped."""


@dataclass
class Preview:
    """What a descent has reached.

    Attributes
    ----------
    evaluations : int
        How many are spent.
    of : int
        How many there are to be.
    loss : float
        The weighted sum of losses; NaN before the first evaluation.
    picture : PIL.Image.Image
        As it would be written now; it is made when it is asked for.
    """

    evaluations: int
    of: int
    loss: float
    _image: Tensor
    _finished: Callable[[Image.Image], Image.Image]

    @cached_property
    def picture(self) -> Image.Image:
        """The picture reached."""
        return self._finished(to_picture(self._image))


@dataclass
class Follower:
    """Sees a descent go, and knows what it has reached.

    Parameters
    ----------
    of
        How many evaluations there are to be.
    finished
        Makes what a run has reached the user's picture.
    listeners
        Called with each preview.
    bar
        Told of each evaluation.
    film
        Shown every image.
    """

    of: int
    finished: Callable[[Image.Image], Image.Image]
    listeners: Sequence[Callable[[Preview], object]]
    bar: Watch
    film: Show | None
    last: Preview | None = None
    loss: SupportsFloat = float("nan")

    def watch(self, evaluations: int, loss: SupportsFloat) -> None:
        """Note a loss.

        Parameters
        ----------
        evaluations
            How many are spent.
        loss
            The last one's.
        """
        self.loss = loss
        self.bar(evaluations, loss)

    def show(self, evaluations: int, image: Tensor) -> None:
        """Show an image to whoever wants to see it.

        Parameters
        ----------
        evaluations
            How many are spent.
        image
            (1, 3, H, W), RGB, not clipped.
        """
        if self.film:
            self.film(evaluations, image)
        self.last = Preview(evaluations, self.of, float(self.loss), image, self.finished)
        for listener in self.listeners:
            listener(self.last)


def state_file(out: Path) -> Path:
    """Name the file that a stopped run leaves.

    Parameters
    ----------
    out : Path
        The result.

    Returns
    -------
    Path
        Beside it.
    """
    return out.with_name(f"{out.name}.stopped")


class StopPoint(Checkpoint):
    """A checkpoint that ends the descent when somebody wants it to end, and is written only then.

    Parameters
    ----------
    out
        The result, beside which it is written as <name>.stopped; None to keep nothing.
    run
        What the descent is one of; another one does not go on from its file.
    wanted
        Whether it is to end.
    resume
        Whether it goes on from the file.
    """

    def __init__(self, out: Path | None, run: str, wanted: Callable[[], bool], resume: bool) -> None:
        if resume and out is None:
            raise SettingError("resume", "there is a stopped run only beside its result; give out")
        self.out = out
        if out:
            super().__init__(state_file(out))
        self.run = run
        self.wanted = wanted
        self.resume = resume

    @override
    def load(self) -> dict[str, Any] | None:
        if not self.resume:
            return None
        saved = super().load()
        if saved is None:
            raise SettingError(
                "resume", f"there is no stopped run in {self.path}; leave it out to begin anew"
            )
        if saved["run"] != self.run:
            raise SettingError(
                "resume", f"{self.path} is of other pictures or settings; repeat those, or leave it out"
            )
        state: dict[str, Any] = saved["state"]
        return state

    @property
    @override
    def due(self) -> bool:
        return self.wanted()

    @override
    def save(self, state: dict[str, Any]) -> None:
        if self.out:
            super().save({"run": self.run, "state": state})
        raise StoppedError

    @override
    def remove(self) -> None:
        if self.out:
            super().remove()


def fingerprint(summary: dict[str, Any], task: Task) -> str:
    """Tell runs apart.

    Parameters
    ----------
    summary : dict
        How a picture is made, ready for JSON.
    task : Task
        With its pictures.

    Returns
    -------
    str
        The same for the same run only.
    """
    digest = hashlib.sha256(json.dumps(summary, sort_keys=True).encode())
    pictures = [task.content, task.style, task.start]
    for named in (task.others, task.visible, task.regions):
        pictures += named.values()
    for picture in pictures:
        if picture is not None:
            digest.update(picture.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
