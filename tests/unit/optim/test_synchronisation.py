"""How often a descent waits for its device: once an evaluation for its losses, and L-BFGS once more."""

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from nstbench.losses.objective import Objective
from nstbench.methods.gatys2015.algorithm import content_terms, style_terms
from nstbench.optim.adam import Adam
from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.lockstep import advance
from nstbench.optim.loop import descend
from nstbench.optim.sgd import SGD

# What makes the processor wait for a device.
WAITING = (
    Tensor.item,
    Tensor.tolist,
    Tensor.numpy,
    Tensor.cpu,
    Tensor.nonzero,
    Tensor.__bool__,
    Tensor.__float__,
    Tensor.__int__,
    Tensor.__index__,
)


class FakeDevice(TorchFunctionMode):
    """Counts how often the CPU asks for what lies on a device that it is not.

    Everything lies there but copies by `cpu()` and what is a view of them, or is made of them alone.
    """

    def __init__(self):
        super().__init__()
        self.waits = 0
        self._here = []

    def __torch_function__(self, function, types, arguments=(), settings=None):
        settings = settings or {}
        tensors = [each for each in arguments if isinstance(each, Tensor)]
        for each in arguments:
            if isinstance(each, (list, tuple)):
                tensors += [one for one in each if isinstance(one, Tensor)]
        here = bool(tensors) and all(self._is_here(each) for each in tensors)
        if function in WAITING and not here:
            self.waits += 1
        result = function(*arguments, **settings)
        if function is Tensor.cpu and not here:
            result = result.clone()
        if here or function is Tensor.cpu:
            made = result if isinstance(result, (list, tuple)) else [result]
            self._here += [one for one in made if isinstance(one, Tensor)]
        return result

    def _is_here(self, tensor):
        with torch._C.DisableTorchFunction():
            storage = tensor.untyped_storage().data_ptr()
            return any(storage == known.untyped_storage().data_ptr() for known in self._here)


@pytest.fixture
def objective(narrow_vgg):
    torch.manual_seed(1)
    narrow_vgg.float().truncate(["relu3_1"])
    content, style = torch.rand(2, 1, 3, 24, 24)
    return Objective(
        narrow_vgg,
        [
            *content_terms(narrow_vgg, content, {"relu3_1": 1.0}, 0.1),
            *style_terms(narrow_vgg, style, {"relu1_1": 0.5, "relu2_1": 0.5}),
        ],
    )


def waits(objective, optimisers, evaluations):
    start = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(2))
    with FakeDevice() as device:
        found = advance(
            (descend(objective, start, optimiser, evaluations) for optimiser in optimisers), len(optimisers)
        )
    assert all(len(outcome.trace) == evaluations for outcome in found)
    return device.waits


@pytest.mark.parametrize(("optimiser", "each"), [(lambda: Adam(0.01), 1), (lambda: SGD(0.01), 1), (LBFGS, 2)])
def test_a_descent_waits_once_an_evaluation_and_lbfgs_twice(objective, optimiser, each):
    brief, long = (waits(objective, [optimiser()], evaluations) for evaluations in (6, 16))
    assert long - brief == 10 * each


def test_a_batch_is_waited_for_once(objective):
    brief, long = (waits(objective, [Adam(0.01) for _ in range(4)], evaluations) for evaluations in (6, 16))
    assert long - brief == 10


def test_weights_are_brought_to_the_device_once(objective):
    image = torch.rand(1, 3, 24, 24)
    objective(image)
    kept = objective._weights
    objective(image)
    assert objective._weights is kept
