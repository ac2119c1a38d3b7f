"""Losses whose gradients fall off while they are computed."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

# Features of one or more layers to a value () and a gradient for each, of its features' shape.
ClosedForm = Callable[..., tuple[Tensor, ...]]


def with_gradient(closed_form: ClosedForm, *features: Tensor) -> Tensor:
    """The value at `features`, differentiable once by the gradients that `closed_form` returns."""
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
