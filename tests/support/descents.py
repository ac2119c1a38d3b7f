"""Descents by themselves, whose evaluations nobody else waits for."""

from nstbench.optim.lockstep import finish
from nstbench.optim.loop import descend


def optimise(*arguments, **settings):
    """What `descend` gives."""
    return finish(descend(*arguments, **settings))


def at_once(function):
    """A function of a point as one that can be awaited."""

    async def evaluate(point):
        return function(point)

    return evaluate


def begin(optimiser, point, function):
    """Start an optimiser on a function that is not awaited."""
    finish(optimiser.start(point, at_once(function)))


def step(optimiser, function):
    """One iteration on it."""
    finish(optimiser.step(at_once(function)))
