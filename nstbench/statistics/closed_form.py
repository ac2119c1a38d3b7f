"""Losses whose gradient falls off while they are computed."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

# Features to a value () and its gradient, of the features' shape.
ClosedForm = Callable[[Tensor], tuple[Tensor, Tensor]]


def with_gradient(closed_form: ClosedForm, features: Tensor) -> Tensor:
    """The value at `features`, differentiable once by the gradient that `closed_form` returns."""
    value: Tensor = _WithGradient.apply(features, closed_form)
    return value


class _WithGradient(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, closed_form: ClosedForm) -> Tensor:
        value, gradient = closed_form(features)
        context.save_for_backward(gradient)
        return value

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = context.saved_tensors
        return gradients[0] * gradient, None
