"""Who waits for a picture, who is next, and how far each is; for one event loop, with threads that work.

Methods of one pass have a lane of their own, so that nobody waits for a descent of minutes to see a picture
of a second.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from nstbench.apps.making import Report, StoppedError
from nstbench.apps.order import Order
from nstbench.core.errors import InputError
from nstbench.core.memory import ran_out

log = logging.getLogger(__name__)

# Points of a loss curve that are kept; beyond, every other one is dropped.
MOST_LOSSES = 400

# What becomes of an order.
R = TypeVar("R")


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(eq=False)
class Job(Generic[R]):
    """A picture on its way.

    Parameters
    ----------
    owner
        Whose it is, for limits.
    quick
        Whether it has the lane of methods of one pass.
    prepare
        Gives the order when the job's turn has come.
    """

    owner: str
    quick: bool
    prepare: Callable[[], Awaitable[Order]]
    state: State = State.WAITING
    done: int = 0
    total: int = 1
    losses: list[tuple[int, float]] = field(default_factory=list)
    preview: bytes | None = None
    previews: int = 0
    result: R | None = None
    error: str = ""
    started: float = 0.0
    # Set when the job need not go on, and when it does not.
    stopped: threading.Event = field(default_factory=threading.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the steps so far; None while there are none."""
        if self.state is not State.RUNNING or not self.done:
            return None
        return (time.monotonic() - self.started) / self.done * (self.total - self.done)

    def progress(self, done: int, total: int, loss: float | None, preview: bytes | None) -> None:
        """Take down what the working thread reports."""
        self.done, self.total = max(done, self.done), total
        if loss is not None:
            self.losses.append((done, loss))
            if len(self.losses) > MOST_LOSSES:
                del self.losses[1:-1:2]
        if preview is not None:
            self.preview, self.previews = preview, self.previews + 1

    def end(self, state: State) -> None:
        """Say that nothing more will come of it."""
        self.state = state
        self.ended.set()


class JobQueue(Generic[R]):
    """Jobs in the order in which they came, one of each lane at a time.

    Parameters
    ----------
    make
        Carries out an order, in a thread.
    most
        How many may wait in all.
    most_each
        How many of one owner may wait or be made.
    """

    def __init__(self, make: Callable[[Order, Report], R], most: int = 100, most_each: int = 100) -> None:
        self.make, self.most, self.most_each = make, most, most_each
        self._lanes: dict[bool, deque[Job[R]]] = {True: deque(), False: deque()}
        self._running: dict[bool, Job[R]] = {}
        self._arrived = {True: asyncio.Event(), False: asyncio.Event()}

    def jobs(self) -> list[Job[R]]:
        """Those that wait or are being made."""
        return [*self._running.values(), *self._lanes[True], *self._lanes[False]]

    def submit(self, job: Job[R]) -> None:
        """Put a job at the end of its lane.

        Raises
        ------
        InputError
            If too many wait, of all or of this owner.
        """
        own = sum(each.owner == job.owner for each in self.jobs())
        if own >= self.most_each:
            raise InputError(f"{own} of your pictures are not finished yet; wait for one, or cancel one")
        if sum(map(len, self._lanes.values())) >= self.most:
            raise InputError(f"{self.most} pictures are waiting already; try again in some minutes")
        self._lanes[job.quick].append(job)
        self._arrived[job.quick].set()

    def place(self, job: Job[R]) -> int:
        """Say how many are before a job that waits, the one that is being made among them."""
        lane = self._lanes[job.quick]
        return lane.index(job) + (job.quick in self._running) if job in lane else 0

    def cancel(self, job: Job[R]) -> None:
        """End a job: at once if it waits, after its next step if it is being made."""
        job.stopped.set()
        lane = self._lanes[job.quick]
        if job in lane:
            lane.remove(job)
            job.end(State.CANCELLED)

    async def run(self) -> None:
        """Make pictures until this is cancelled; those that are being made are then told to stop."""
        async with asyncio.TaskGroup() as lanes:
            for quick in self._lanes:
                lanes.create_task(self._run_lane(quick))

    async def _run_lane(self, quick: bool) -> None:
        lane, arrived = self._lanes[quick], self._arrived[quick]
        while True:
            while not lane:
                arrived.clear()
                await arrived.wait()
            job = self._running[quick] = lane.popleft()
            try:
                job.end(await self._make(job))
            finally:
                job.stopped.set()
                del self._running[quick]

    async def _make(self, job: Job[R]) -> State:
        job.state, job.started = State.RUNNING, time.monotonic()
        loop = asyncio.get_running_loop()

        def tell(*news: Any) -> None:
            with suppress(RuntimeError):  # The loop has ended before the thread.
                loop.call_soon_threadsafe(job.progress, *news)

        try:
            order = await job.prepare()
            job.result = await asyncio.to_thread(self.make, order, Report(tell, job.stopped))
            return State.CANCELLED if job.stopped.is_set() else State.DONE
        except StoppedError:
            return State.CANCELLED
        except InputError as error:
            job.error = str(error)
        except Exception as error:
            if ran_out(error):
                job.error = "there is not enough memory for a picture of this size; choose a smaller size"
            else:
                log.exception("a picture has failed")
                job.error = f"something went wrong ({type(error).__name__}); the log says more"
        return State.FAILED
