"""Descents in lockstep: those that wait for the same network are evaluated in one batch.

A descent is a coroutine. It awaits a `Request`, the losses of its objective at an image and their gradient,
and goes on with the `Answer`; of others it knows nothing. `advance` answers all that wait: it stacks their
images, runs the network once, and leaves the losses to each one's objective. A single descent is a batch of
one.
"""

import time
from collections import defaultdict
from collections.abc import Coroutine, Generator, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeAlias, TypeVar

import torch
from torch import Tensor

from nstbench.losses.objective import IMAGE, Objective
from nstbench.losses.strips import StagedExtractor, evaluate_by_strips

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """The losses of an objective at an image, and their gradient.

    Parameters
    ----------
    losses
        (1 + T,) on the CPU: the weighted total, then each term's own loss.
    gradient
        (1, 3, H, W), of the total.
    seconds
        The image's share of the time that its batch took.
    """

    losses: Tensor
    gradient: Tensor
    seconds: float


@dataclass(frozen=True)
class Request:
    """What a descent awaits: its objective evaluated at an image.

    Parameters
    ----------
    objective
        What is evaluated.
    image
        (1, 3, H, W), RGB.
    """

    objective: Objective
    image: Tensor

    def __await__(self) -> Generator["Request", Answer, Answer]:
        return (yield self)

    @property
    def company(self) -> Hashable:
        """What requests have in common that can be answered together."""
        return self.objective.extractor, self.image.shape, self.image.dtype


# Awaits requests and nothing else, and returns a T.
Descent: TypeAlias = Coroutine[Any, Any, T]


def finish(descent: Descent[T]) -> T:
    """Run one descent to its end.

    Parameters
    ----------
    descent
        Not begun yet.

    Returns
    -------
    object
        What the descent returns; what it raises is raised.
    """
    (result,) = advance([descent], 1)
    if isinstance(result, Exception):
        raise result
    return result


def advance(descents: Iterable[Descent[T]], most: int) -> list[T | Exception]:
    """Run descents to their ends, some at a time; where one ends, the next begins.

    Parameters
    ----------
    descents
        Not begun yet.
    most
        How many are on their way at once, at least 1.

    Returns
    -------
    list
        What each descent returns or the exception that it ends with, in their order. An exception ends no
        other descent.
    """
    later = iter(descents)
    runs: list[_Run[T]] = []
    while True:
        waiting = [run for run in runs if run.request]
        begun = [_Run(descent) for descent in islice(later, most - len(waiting))]
        runs += begun
        if not begun and not waiting:
            return [run.result for run in runs]
        companies = defaultdict(list)
        for run in runs:
            if run.request:
                companies[run.request.company].append((run, run.request))
        for members in companies.values():
            answers = evaluate([request for _, request in members])
            for (run, _), answer in zip(members, answers, strict=True):
                run.go_on(answer)


class _Run(Generic[T]):
    """A descent that has begun: what it waits for, or how it has ended."""

    request: Request | None
    result: T | Exception

    def __init__(self, descent: Descent[T]) -> None:
        self.descent = descent
        self.go_on(None)

    def go_on(self, answer: Answer | Exception | None) -> None:
        """Up to the next request, or to the end."""
        self.request = None
        try:
            if isinstance(answer, Exception):
                self.request = self.descent.throw(answer)
            else:
                self.request = self.descent.send(answer)
        except StopIteration as end:
            self.result = end.value
        except Exception as error:
            self.result = error


def evaluate(requests: Sequence[Request]) -> list[Answer | Exception]:
    """Answer requests that have a company in common.

    Parameters
    ----------
    requests
        At least one.

    Returns
    -------
    list
        An answer to each, or the exception that the request raises by itself. A batch that fails is tried in
        halves, so memory that is too small for all of them costs time only.
    """
    try:
        return [*_evaluate(requests)]
    except Exception as error:
        if len(requests) == 1:
            return [error]
    half = len(requests) // 2
    return [*evaluate(requests[:half]), *evaluate(requests[half:])]


def _evaluate(requests: Sequence[Request]) -> list[Answer]:
    started = time.perf_counter()
    network = requests[0].objective.extractor
    if isinstance(network, StagedExtractor) and not network.in_one_piece(requests[0].image):
        return [_evaluate_by_strips(request, network) for request in requests]
    # A copy, because the images are views of what optimisers remember.
    images = torch.cat([request.image for request in requests]).requires_grad_()
    losses, gradients = losses_and_gradients([request.objective for request in requests], images)
    # The one moment at which a GPU is waited for.
    rows = torch.cat(losses).cpu().split([len(each) for each in losses])
    share = (time.perf_counter() - started) / len(requests)
    return [
        Answer(row, gradient.clone(), share) for row, gradient in zip(rows, gradients.split(1), strict=True)
    ]


def losses_and_gradients(objectives: Sequence[Objective], images: Tensor) -> tuple[list[Tensor], Tensor]:
    """Evaluate objectives on one network, each at an image of its own.

    Parameters
    ----------
    objectives
        As many as images, all with the extractor of the first.
    images
        (B, 3, H, W), RGB, with `requires_grad`.

    Returns
    -------
    losses
        (1 + T,) of each image: the weighted total, then each term's own loss. Nothing waits for the device.
    gradients
        (B, 3, H, W), of the totals.
    """
    layers = dict.fromkeys(layer for objective in objectives for layer in objective.layers)
    features = {IMAGE: images, **objectives[0].extractor(images, layers)}
    # Split instead of indexed, because the gradient of a split is one concatenation.
    parts = {layer: whole.split(1) for layer, whole in features.items()}
    losses = [
        objective.losses({layer: part[number] for layer, part in parts.items()})
        for number, objective in enumerate(objectives)
    ]
    (gradients,) = torch.autograd.grad([each[0] for each in losses], images)
    return [each.detach() for each in losses], gradients


def _evaluate_by_strips(request: Request, network: StagedExtractor) -> Answer:
    started = time.perf_counter()
    losses, gradient = evaluate_by_strips(request.objective, network, request.image)
    return Answer(losses.cpu(), gradient, time.perf_counter() - started)
