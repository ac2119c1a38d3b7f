"""Losses whose gradients fall off while they are computed, and what such losses keep of their targets."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

# Features of one or more layers to a value () and a gradient for each, of its features' shape.
ClosedForm = Callable[..., tuple[Tensor, ...]]


def with_gradient(closed_form: ClosedForm, *features: Tensor) -> Tensor:
    """Evaluate a function that returns its gradients with its value.

    Parameters
    ----------
    closed_form
        From features to their value () and a gradient for each of them, of its shape.
    features
        What it is evaluated at, of any shapes.

    Returns
    -------
    Tensor
        The value, a scalar, differentiable once.
    """
    value: Tensor = _WithGradient.apply(closed_form, *features)
    return value


class _WithGradient(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, closed_form: ClosedForm, *features: Tensor) -> Tensor:
        value, *gradients = closed_form(*features)
        context.save_for_backward(*gradients)
        return value

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return None, *(gradients[0] * gradient for gradient in context.saved_tensors)


class Kept(nn.Module):
    """Tensors that move with the loss that holds them; PyTorch has such a list of parameters only.

    Parameters
    ----------
    tensors
        Of any shapes.
    """

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        super().__init__()
        for number, tensor in enumerate(tensors):
            self.register_buffer(str(number), tensor)

    def __iter__(self) -> Iterator[Tensor]:
        return (tensor for tensor in self._buffers.values() if tensor is not None)
