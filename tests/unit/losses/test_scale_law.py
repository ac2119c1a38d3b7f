"""Features that are s times as large: the content loss is s^2, the style loss s^4 times as large."""

import torch

from nstbench.core.hardware import Hardware
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.gatys2015 import METHOD
from nstbench.methods.gatys2015.algorithm import terms_of
from nstbench.networks.loading import load_backbone
from nstbench.networks.normalisation import normalise

CPU = Hardware(torch.device("cpu"), "fp32")
SCALE = (
    8.0  # A power of two, so that the features of both networks are the same numbers but for their exponents.
)


def objective(scale, alpha):
    """Of Jain's preset on the network as trained, its activations divided by `scale` everywhere."""
    torch.manual_seed(0)
    content, style = torch.rand(2, 1, 3, 48, 48)
    changes = {"weights": "embedded", "normalisation": "none", "alpha": alpha}
    parameters = METHOD.configure("jain", changes)
    backbone = load_backbone("vgg19", "embedded", "max", CPU, "none")
    channels = {name: module.out_channels for name, module in backbone.convolutions.items()}
    normalise(backbone, {name: torch.full((count,), scale) for name, count in channels.items()})
    task = Task(content, style, parameters, 0, CPU)
    return Objective(backbone, terms_of(task, backbone)), content


def descended(scale, alpha):
    """Ten steps of Adam, which heeds the direction of a gradient and not its length."""
    loss, content = objective(scale, alpha)
    image = content.clone().requires_grad_()
    adam = torch.optim.Adam([image], lr=0.02, eps=1e-30)
    for _ in range(10):
        adam.zero_grad()
        loss(image)[0].sum().backward()
        adam.step()
    return image.detach()


def gradient(scale, alpha):
    loss, content = objective(scale, alpha)
    image = (content + 0.1 * content.flip(3)).requires_grad_()
    loss(image)[0].sum().backward()
    return image.grad


def test_the_same_objective_has_the_same_gradient_on_both_networks():
    """alpha / s^2 on features that are s times smaller; the whole is s^4 times smaller then."""
    expected, found = gradient(1.0, 5.0), SCALE**4 * gradient(SCALE, 5.0 / SCALE**2)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5 * expected.abs().max().item())
    unchanged = SCALE**4 * gradient(SCALE, 5.0)  # alpha carried over as it is has another balance
    assert (unchanged - expected).norm() > 0.1 * expected.norm()


def test_the_same_objective_gives_the_same_picture_on_both_networks():
    expected, found = descended(1.0, 5.0), descended(SCALE, 5.0 / SCALE**2)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    carried_over_unchanged = descended(SCALE, 5.0)
    assert (carried_over_unchanged - expected).abs().mean() > 1e-3
