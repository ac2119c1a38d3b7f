"""Objectives of large pictures, strip by strip: the same losses and gradient, in a fraction of the memory.

A network is run stage by stage, each from one layer that makes features smaller to the next, and a stage on
strips of rows with as many rows around them as its windows reach. On the way there only the inputs of stages
are kept, and what the losses read: a mean over positions, such as a Gram matrix, is summed up over strips;
features that a loss compares position by position are kept in full. On the way back each strip is computed
again, with its gradient. Border rows are computed twice, nothing is left out, so only rounding differs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from nstbench.losses.objective import IMAGE, Objective

L = TypeVar("L")

# Of the widest features of a strip, so that all of a strip takes a few hundred megabytes.
VALUES_AT_ONCE = 2**24
# Strips have a multiple of so many rows of the last features of their stage: more than a window is high, and
# whole tiles of Winograd's.
ROWS = 8


@runtime_checkable
class MeanLoss(Protocol):
    """A loss of one layer that sees features only by a mean over their positions, as those of its target."""

    target: Tensor

    def statistic(self, features: Tensor) -> Tensor:
        """Take the mean.

        Parameters
        ----------
        features
            (1, N, H, W).

        Returns
        -------
        Tensor
            What `compare` compares.
        """
        ...

    def compare(self, statistic: Tensor) -> Tensor:
        """Compare a mean with the target's.

        Parameters
        ----------
        statistic
            What `statistic` returns.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        ...


@dataclass(frozen=True)
class Stage:
    """Layers of a network that are run together.

    Parameters
    ----------
    run
        From features (1, C, H, W) to those of `strides`, by layer.
    strides
        Rows of the input from one row of a layer to the next, by layers, the last of which is the next
        stage's input.
    above, below
        Rows of the input around a strip that its features depend on; `above` is a multiple of the last
        stride.
    values
        Of the widest features, for each position of the input.
    """

    run: Callable[[Tensor], Mapping[str, Tensor]]
    strides: Mapping[str, int]
    above: int
    below: int
    values: float

    @property
    def last(self) -> str:
        """The layer that is the next stage's input."""
        *_, last = self.strides
        return last

    def strips(self, height: int, width: int) -> list["Strip"]:
        """Divide an input.

        Parameters
        ----------
        height, width
            Of the input, in positions.

        Returns
        -------
        list of Strip
            From the top on, of equal height but for the last.
        """
        stride = max(self.strides.values())
        step = ROWS * stride
        rows = step * max(1, int(VALUES_AT_ONCE / (self.values * width * step)))
        # What is left over goes with the last strip, so that none is too low to have any features.
        firsts = range(0, max(1, height // rows) * rows, rows)
        return [
            Strip(
                first,
                first + rows if first < firsts[-1] else height,
                max(0, first - self.above),
                min(height, first + rows + self.below) if first < firsts[-1] else height,
            )
            for first in firsts
        ]

    def own(self, strip: "Strip", rows: Tensor) -> dict[str, Tensor]:
        """Run the layers on a strip, and leave out what was computed for its borders only.

        Parameters
        ----------
        strip
            One of `strips`.
        rows
            Its rows `top` to `bottom` - 1 of the input, (1, C, h, W).

        Returns
        -------
        dict
            Features (1, N, h', W') by layer, views.
        """
        found = self.run(rows)
        return {
            layer: found[layer][
                :,
                :,
                (strip.first - strip.top) // stride : None
                if strip.end == strip.bottom
                else (strip.end - strip.top) // stride,
            ]
            for layer, stride in self.strides.items()
        }


@dataclass(frozen=True)
class Strip:
    """Rows `first` to `end` - 1 of a stage's input, computed from rows `top` to `bottom` - 1.

    Parameters
    ----------
    first, end, top, bottom
        Counted from 0.
    """

    first: int
    end: int
    top: int
    bottom: int


@runtime_checkable
class StagedExtractor(Protocol):
    """A network that can be run in stages."""

    def in_one_piece(self, image: Tensor) -> bool:
        """Say whether an image is small enough to be evaluated whole.

        Parameters
        ----------
        image
            (1, 3, H, W).

        Returns
        -------
        bool
            By its size.
        """
        ...

    def prepare(self, image: Tensor) -> Tensor:
        """Turn an image into the input of the first stage.

        Parameters
        ----------
        image
            (1, 3, H, W), RGB in [0, 1].

        Returns
        -------
        Tensor
            (1, C, H, W).
        """
        ...

    def stages(self, wanted: Iterable[str]) -> Sequence[Stage]:
        """Divide the network down to the deepest of the wanted layers.

        Parameters
        ----------
        wanted
            Names of layers.

        Returns
        -------
        sequence of Stage
            Each gives its wanted layers and its last.
        """
        ...


class _Whole:
    """Features of a layer, kept in full."""

    def __init__(self, layer: str) -> None:
        self.layer = layer
        self.parts: list[Tensor] = []

    def take(self, features: Tensor) -> None:
        self.parts.append(features)

    def value(self) -> Tensor:
        value = torch.cat(self.parts, 2)
        self.parts.clear()
        return value

    def share(self, features: Tensor, first: int, slope: Tensor) -> tuple[Tensor, Tensor]:
        """What of a strip the value holds, and the gradient with respect to that."""
        return features, slope[:, :, first : first + features.shape[2]]


class _Mean:
    """A mean over all positions of a layer."""

    def __init__(self, layer: str, loss: MeanLoss) -> None:
        self.layer = layer
        self.loss = loss
        self.rows = 0
        self.sum: Tensor | float = 0.0

    def take(self, features: Tensor) -> None:
        self.rows += features.shape[2]
        self.sum = self.sum + features.shape[2] * self.loss.statistic(features)

    def value(self) -> Tensor:
        return torch.as_tensor(self.sum / self.rows)

    def share(self, features: Tensor, first: int, slope: Tensor) -> tuple[Tensor, Tensor]:
        return self.loss.statistic(features), slope * (features.shape[2] / self.rows)


class _Target(Generic[L]):
    """A loss whose target is the layer's features, or their mean where it sees no more of them."""

    def __init__(self, layer: str, loss_from: Callable[[Tensor], L]) -> None:
        self.layer = layer
        self.loss_from = loss_from
        self.reading: _Reading | None = None

    def take(self, features: Tensor) -> None:
        if self.reading is None:
            self.first = self.loss_from(features)
            self.reading = (
                _Mean(self.layer, self.first) if isinstance(self.first, MeanLoss) else _Whole(self.layer)
            )
        self.reading.take(features)

    def loss(self) -> L:
        assert self.reading is not None
        if isinstance(self.first, MeanLoss):
            self.first.target = self.reading.value()
            return self.first
        return self.loss_from(self.reading.value())


_Reading = _Whole | _Mean
# Of a stage, and what it gives of its own layers, where that is kept with its graph.
_Input = tuple[Tensor, dict[str, Tensor] | None]


@torch.no_grad()
def features_by_strips(network: StagedExtractor, image: Tensor, wanted: Iterable[str]) -> dict[str, Tensor]:
    """Run a network without gradients.

    Parameters
    ----------
    network
        In stages.
    image
        (1, 3, H, W), RGB in [0, 1].
    wanted
        Names of layers.

    Returns
    -------
    dict
        Features (1, N, H', W') by layer.
    """
    readings = [_Whole(layer) for layer in wanted]
    _forward(network.stages([each.layer for each in readings]), network.prepare(image), readings, keep=False)
    return {reading.layer: reading.value() for reading in readings}


def evaluate_by_strips(
    objective: Objective, network: StagedExtractor, image: Tensor
) -> tuple[Tensor, Tensor]:
    """Evaluate an objective and its gradient.

    Parameters
    ----------
    objective
        On features of the network.
    network
        In stages.
    image
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    losses : Tensor
        (1 + T,): the weighted total, then each term's own loss without its weight.
    gradient : Tensor
        (1, 3, H, W), of the total.
    """
    means = {}
    for term in objective.terms:
        loss: object = term.loss
        if isinstance(loss, MeanLoss) and term.layers != (IMAGE,):
            means[term] = _Mean(term.layers[0], loss)
    read_in_full = [layer for term in objective.terms if term not in means for layer in term.layers]
    wholes = {layer: _Whole(layer) for layer in read_in_full if layer != IMAGE}
    readings: list[_Reading] = [*means.values(), *wholes.values()]
    stages, image = network.stages(objective.layers), image.detach().requires_grad_()
    prepared = network.prepare(image)
    with torch.no_grad():
        inputs = _forward(stages, prepared.detach(), readings, keep=True)
        values = [reading.value().requires_grad_() for reading in readings]
    by_mean = dict(zip(means, values, strict=False))
    features = {IMAGE: image, **dict(zip(wholes, values[len(means) :], strict=True))}
    losses = objective.weighted(
        [
            means[term].loss.compare(by_mean[term])
            if term in means
            else term.loss(*(features[layer] for layer in term.layers))
            for term in objective.terms
        ]
    )
    of_image, *slopes = torch.autograd.grad(
        losses[0], [image, *values], allow_unused=True, materialize_grads=True
    )
    del features, values
    gradient = _backward(stages, inputs, list(zip(readings, slopes, strict=True)))
    (through_network,) = torch.autograd.grad(prepared, image, gradient)
    return losses.detach(), of_image + through_network


@torch.no_grad()
def losses_by_strips(
    network: StagedExtractor, image: Tensor, layers: Iterable[str], loss_from: Callable[[Tensor], L]
) -> dict[str, L]:
    """Make losses whose target is a large picture.

    Parameters
    ----------
    network
        In stages.
    image
        (1, 3, H, W), RGB in [0, 1].
    layers
        Their names.
    loss_from
        Makes a loss from the target's features (1, N, H', W') in a layer.

    Returns
    -------
    dict
        A loss by layer.
    """
    readings = [_Target(layer, loss_from) for layer in layers]
    _forward(network.stages([each.layer for each in readings]), network.prepare(image), readings, keep=False)
    return {reading.layer: reading.loss() for reading in readings}


def _forward(
    stages: Sequence[Stage], features: Tensor, readings: Sequence[_Reading | _Target[L]], keep: bool
) -> list[_Input]:
    """Run all stages, show the readings what they read, and give the inputs of the stages.

    With `keep` the graphs of stages that are small enough to be one strip are kept for the way back.
    """
    inputs = []
    for number, stage in enumerate(stages, 1):
        height, width = features.shape[-2:]
        strips = stage.strips(height, width)
        kept = keep and len(strips) == 1
        features.requires_grad_(kept)
        output = _Whole(stage.last)
        taking = [*readings, output] if number < len(stages) else readings
        for strip in strips:
            with torch.set_grad_enabled(kept):
                found = stage.own(strip, features[:, :, strip.top : strip.bottom])
            for reading in taking:
                if reading.layer in found:
                    reading.take(found[reading.layer].detach())
        inputs.append((features, found if kept else None))
        if number < len(stages):
            features = output.value()
    return inputs


def _backward(stages: Sequence[Stage], inputs: list[_Input], slopes: list[tuple[_Reading, Tensor]]) -> Tensor:
    """From the gradients with respect to what was read to that with respect to the first stage's input."""
    for stage in reversed(stages):
        features, found = inputs.pop()
        height, width = features.shape[-2:]
        gradient = torch.zeros_like(features)
        for strip in stage.strips(height, width):
            rows = features[:, :, strip.top : strip.bottom].detach().requires_grad_()
            piece, own = (rows, stage.own(strip, rows)) if found is None else (features, found)
            shares = [
                reading.share(own[reading.layer], strip.first // stage.strides[reading.layer], slope)
                for reading, slope in slopes
                if reading.layer in own
            ]
            outputs, of_outputs = zip(*shares, strict=True)
            (part,) = torch.autograd.grad(outputs, piece, of_outputs)
            gradient[:, :, strip.top : strip.bottom] += part
        # The stage before sees it as one more reading, of what this one was made from.
        slopes = [each for each in slopes if each[0].layer not in stage.strides]
        if inputs:
            slopes.append((_Whole(stages[len(inputs) - 1].last), gradient))
    return gradient
