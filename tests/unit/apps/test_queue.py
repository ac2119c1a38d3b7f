import asyncio
import re
import threading
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from asynchronous import run

from nstbench.apps.making import StoppedError
from nstbench.apps.order import Order
from nstbench.apps.queue import MOST_LOSSES, Job, JobQueue, State
from nstbench.core.errors import InputError

ORDER = Order(Path("a.png"), Path("b.png"), "adain2017", 64)


async def order():
    return ORDER


def job(owner="somebody", quick=False):
    return Job(owner, quick, order)


@asynccontextmanager
async def running(queue):
    task = asyncio.create_task(queue.run())
    try:
        yield queue
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Gate:
    """Makes pictures that wait until the test lets them through."""

    def __init__(self):
        self.begun, self.open = [], threading.Event()

    def __call__(self, order, report):
        self.begun.append(report)
        while not self.open.wait(0.001):
            if report.stopped.is_set():
                raise StoppedError
        return len(self.begun)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


def test_jobs_of_a_lane_are_made_in_order_and_know_their_place():
    async def main():
        gate = Gate()
        async with running(JobQueue(gate)) as queue:
            jobs = [job() for _ in range(3)]
            for each in jobs:
                queue.submit(each)
            await until(lambda: gate.begun)
            assert [queue.place(each) for each in jobs] == [0, 1, 2]
            gate.open.set()
            await asyncio.gather(*(each.ended.wait() for each in jobs))
            assert [(each.state, each.result) for each in jobs] == [(State.DONE, n) for n in (1, 2, 3)]
            assert queue.jobs() == []

    run(main())


def test_quick_jobs_overtake_a_descent():
    async def main():
        gate = Gate()

        def make(order, report):
            return gate(order, report) if order is not ORDER else "at once"

        async def slow_order():
            return Order(Path("a.png"), None, "johnson2016", 64)

        async with running(JobQueue(make)) as queue:
            slow, quick = Job("a", False, slow_order), job(quick=True)
            queue.submit(slow)
            await until(lambda: gate.begun)
            queue.submit(quick)
            assert queue.place(quick) == 0
            await quick.ended.wait()
            assert (quick.result, slow.state) == ("at once", State.RUNNING)

    run(main())


def test_cancelled_jobs_end_at_once_or_after_their_step():
    async def main():
        gate = Gate()
        async with running(JobQueue(gate)) as queue:
            made, waiting, last = job(), job(), job()
            for each in (made, waiting, last):
                queue.submit(each)
            await until(lambda: gate.begun)
            queue.cancel(waiting)
            assert (waiting.state, queue.place(last)) == (State.CANCELLED, 1)
            queue.cancel(made)
            await made.ended.wait()
            assert made.state is State.CANCELLED
            gate.open.set()
            await last.ended.wait()
            assert last.state is State.DONE

    run(main())


def test_the_end_of_the_queue_stops_what_is_being_made():
    async def main():
        gate = Gate()
        async with running(JobQueue(gate)) as queue:
            queue.submit(job())
            await until(lambda: gate.begun)
        assert gate.begun[0].stopped.is_set()

    run(main())


@pytest.mark.parametrize(
    ("owners", "refused", "says"),
    [
        (["a", "a"], "a", "2 of your pictures are not finished"),
        (["a", "b", "c"], "d", "3 pictures are waiting already"),
    ],
)
def test_limits(owners, refused, says):
    queue = JobQueue(make=None, most=3, most_each=2)
    for owner in owners:
        queue.submit(job(owner))
    with pytest.raises(InputError, match=says):
        queue.submit(job(refused))
    assert len(queue.jobs()) == len(owners)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (InputError("a.png is empty"), "a.png is empty"),
        (MemoryError(), "choose a smaller size"),
        (ValueError("x"), r"something went wrong \(ValueError\)"),
    ],
)
def test_a_failure_is_told_and_the_next_job_is_made(error, says):
    async def main():
        def make(order, report):
            if failing.state is State.RUNNING:
                raise error
            return "made"

        failing, next_one = job(), job()
        async with running(JobQueue(make)) as queue:
            queue.submit(failing)
            queue.submit(next_one)
            await next_one.ended.wait()
        assert (failing.state, next_one.result) == (State.FAILED, "made")
        return failing.error

    assert re.search(says, run(main()))


def test_a_long_curve_keeps_its_ends():
    async def main():
        long = job()
        for step in range(1, 5001):
            long.progress(step, 5000, 1 / step, None)
        return long.losses

    losses = run(main())
    assert len(losses) <= MOST_LOSSES
    assert (losses[0], losses[-1]) == ((1, 1.0), (5000, 1 / 5000))
    assert losses == sorted(losses)
