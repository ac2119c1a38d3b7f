import torch
from descents import begin, step

from nstbench.optim.adam import Adam
from nstbench.optim.optimiser import Evaluation


def evaluate(point):
    """A smooth function with gradients of very different sizes."""
    weights = torch.logspace(-2, 2, point.numel(), dtype=point.dtype)
    inner = point.detach().requires_grad_()
    loss = (weights * (inner - 1).square()).sum() + inner.sin().sum()
    (gradient,) = torch.autograd.grad(loss, inner)
    return Evaluation(loss.detach(), gradient)


def descend(optimiser, steps):
    for _ in range(steps):
        step(optimiser, evaluate)
    return optimiser.point


def test_same_path_as_the_library():
    start = torch.zeros(7, dtype=torch.float64)
    ours = Adam(rate=0.05)
    begin(ours, start.clone(), evaluate)
    reference = start.clone().requires_grad_()
    theirs = torch.optim.Adam([reference], lr=0.05, eps=1e-12)
    for _ in range(30):
        reference.grad = evaluate(reference).gradient
        theirs.step()
    torch.testing.assert_close(descend(ours, 30), reference.detach(), rtol=1e-5, atol=1e-6)


def test_restored_state_continues_bit_for_bit():
    start = torch.zeros(5, dtype=torch.float64)
    whole, first, second = Adam(0.1), Adam(0.1), Adam(0.1)
    begin(whole, start, evaluate)
    begin(first, start, evaluate)
    descend(first, 4)
    second.restore(first.state())
    assert torch.equal(descend(whole, 9), descend(second, 5))
