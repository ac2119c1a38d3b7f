"""A weighted sum of losses over one pass through a network."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# An image (1, 3, H, W) and the layers wanted, to their activations: a backbone is one.
Extractor = Callable[[Tensor, Iterable[str]], Mapping[str, Tensor]]
# The layer under whose name a term reads the image itself.
IMAGE = "image"


@dataclass(frozen=True)
class Term:
    """One summand of an objective.

    `name` stands in the trace; `loss` takes the features of `layers`, in their order, to a scalar: one of the
    losses here, or any function.

    Parameters
    ----------
    name
        The column of the loss in a trace.
    weight
        The factor of the loss in the sum.
    layers
        Whose features the loss takes, in this order.
    loss
        From features (1, N, H, W) of each layer to a scalar.
    """

    name: str
    weight: float
    layers: tuple[str, ...]
    loss: Callable[..., Tensor]


class Objective:
    """A function of an image, to descend on.

    Parameters
    ----------
    extractor
        From an image and the names of layers to their features.
    terms
        What is summed up.
    """

    def __init__(self, extractor: Extractor, terms: Sequence[Term]) -> None:
        self.extractor = extractor
        self.terms = tuple(terms)
        read = dict.fromkeys(layer for term in terms for layer in term.layers)
        self.layers = tuple(layer for layer in read if layer != IMAGE)
        # Single precision, like the losses that they weigh.
        self._weights = torch.tensor([term.weight for term in terms])

    def __call__(self, image: Tensor) -> Tensor:
        """Evaluate all terms.

        Parameters
        ----------
        image
            (B, 3, H, W), RGB in [0, 1].

        Returns
        -------
        Tensor
            (1 + T,): the weighted total, then each term's own loss without its weight.
        """
        return self.losses({IMAGE: image, **self.extractor(image, self.layers)})

    def losses(self, features: Mapping[str, Tensor]) -> Tensor:
        """Evaluate all terms on features.

        Parameters
        ----------
        features
            (B, N, H, W) by layer, those of `layers` at least, and the image as that of IMAGE.

        Returns
        -------
        Tensor
            As above.
        """
        return self.weighted([term.loss(*(features[layer] for layer in term.layers)) for term in self.terms])

    def weighted(self, losses: Sequence[Tensor]) -> Tensor:
        """Sum up the losses of all terms.

        Parameters
        ----------
        losses
            One a term, scalars without their weights.

        Returns
        -------
        Tensor
            As above.
        """
        own = torch.stack([*losses])
        # Kept on the device, because a GPU would be waited for to bring them there.
        self._weights = self._weights.to(own)
        total = own @ self._weights
        return torch.cat([total[None], own])

    def at(self, evaluation: int) -> "Objective":
        """Give the objective of one evaluation of a descent.

        Parameters
        ----------
        evaluation
            Counted from 0.

        Returns
        -------
        Objective
            The same for all.
        """
        return self


class RedrawnObjective(Objective):
    """An objective whose targets change from one evaluation of a descent to the next.

    Parameters
    ----------
    extractor
        As for `Objective`.
    terms_at
        Makes the terms from the evaluation's number, counted from 0, and from nothing that changes, so that
        an interrupted descent goes on alike. Names, weights and layers stay those of evaluation 0.
    """

    def __init__(self, extractor: Extractor, terms_at: Callable[[int], Sequence[Term]]) -> None:
        super().__init__(extractor, terms_at(0))
        self.terms_at = terms_at

    def at(self, evaluation: int) -> Objective:
        """Give the objective with the targets of one evaluation.

        Parameters
        ----------
        evaluation
            Counted from 0.

        Returns
        -------
        Objective
            Of this evaluation alone.
        """
        return Objective(self.extractor, self.terms_at(evaluation))
