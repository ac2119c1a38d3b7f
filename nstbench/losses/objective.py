"""A weighted sum of terms over one pass through a backbone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from nstbench.losses.squared_distance import Distance

Features = Mapping[str, Tensor]
# An image (1, 3, H, W) and the layers wanted, to their activations: a backbone is one.
Extractor = Callable[[Tensor, Iterable[str]], Features]
# The layer under whose name a term reads the image itself.
IMAGE = "image"


class Term(Protocol):
    """One summand: a name for the trace, a weight, the layers it reads and its unweighted loss."""

    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> float: ...
    @property
    def layers(self) -> tuple[str, ...]: ...
    def loss(self, features: Features) -> Tensor: ...


@dataclass(frozen=True)
class Match:
    """factor * distance(F, ...) for features of one or more layers, the distance from a fixed target."""

    name: str
    weight: float
    layers: tuple[str, ...]
    factor: float
    distance: Distance

    def loss(self, features: Features) -> Tensor:
        return self.factor * self.distance(*(features[layer] for layer in self.layers))


class Objective:
    """Calling it with an image (1, 3, H, W) gives (1 + T,): the weighted total, then each term's own loss."""

    def __init__(self, extractor: Extractor, terms: Sequence[Term]) -> None:
        self.extractor = extractor
        self.terms = tuple(terms)
        read = dict.fromkeys(layer for term in terms for layer in term.layers)
        self.layers = tuple(layer for layer in read if layer != IMAGE)
        self._weights = torch.tensor([term.weight for term in terms])

    def __call__(self, image: Tensor) -> Tensor:
        features = {IMAGE: image, **self.extractor(image, self.layers)}
        losses = torch.stack([term.loss(features) for term in self.terms])
        total = losses @ self._weights.to(losses)
        return torch.cat([total[None], losses])

    def at(self, evaluation: int) -> "Objective":
        """The objective of a descent's evaluation, counted from 0: the same for all."""
        return self


class RedrawnObjective(Objective):
    """An objective whose targets change from one evaluation of a descent to the next.

    `terms_at` makes the terms from the evaluation's number, counted from 0, and from nothing that changes, so
    that an interrupted descent goes on alike. Names, weights and layers stay those of evaluation 0.
    """

    def __init__(self, extractor: Extractor, terms_at: Callable[[int], Sequence[Term]]) -> None:
        super().__init__(extractor, terms_at(0))
        self.terms_at = terms_at

    def at(self, evaluation: int) -> Objective:
        return Objective(self.extractor, self.terms_at(evaluation))
