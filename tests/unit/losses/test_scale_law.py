"""Features that are s times as large: the content loss is s^2, the style loss s^4 times as large."""

from pathlib import Path
from statistics import median

import pytest
import torch

from nstbench.core.hardware import Hardware
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.gatys2015 import METHOD
from nstbench.methods.gatys2015.algorithm import terms_of
from nstbench.networks.loading import load_backbone
from nstbench.networks.normalisation import normalise
from nstbench.networks.preprocessing import IMAGENET
from nstbench.optim.lockstep import finish

CPU = Hardware(torch.device("cpu"), "fp32")
PICTURES = Path(__file__).parents[3] / "data" / "pictures"
SCALE = (
    8.0  # A power of two, so that the features of both networks are the same numbers but for their exponents.
)


def objective(scale, alpha):
    """Of Jain's preset on the network as trained, its activations divided by `scale` everywhere."""
    torch.manual_seed(0)
    content, style = torch.rand(2, 1, 3, 48, 48)
    changes = {"weights": "embedded", "alpha": alpha}
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


@pytest.fixture
def in_caffes_convention(tmp_path):
    """The embedded network for BGR bytes, as Caffe's users would have it: features 255 times as large."""
    weights = {}
    backbone = load_backbone("vgg19", "embedded", "max", CPU, "none")
    for name, convolution in backbone.convolutions.items():
        weights[f"{name}.weight"], weights[f"{name}.bias"] = convolution.weight, 255 * convolution.bias
    std = torch.tensor(IMAGENET.scale).reciprocal().view(1, 3, 1, 1)
    mean = -torch.tensor(IMAGENET.offset).view(1, 3, 1, 1) * std
    caffes = torch.tensor([123.0, 117.0, 104.0]).view(1, 3, 1, 1) / 255
    standardised = weights["conv1_1.weight"] / std
    weights["conv1_1.bias"] = weights["conv1_1.bias"] + 255 * (standardised * (caffes - mean)).sum((1, 2, 3))
    weights["conv1_1.weight"] = standardised.flip(1)
    file = tmp_path / "caffe.pt"
    torch.save(weights, file)
    return {"weights": str(file), "preprocessing": "caffe"}


def descended_on(changes, alpha):
    """Jain's preset, ten steps of gradient descent, which rounding and borders do not turn into noise."""
    torch.manual_seed(0)
    content, style = torch.rand(2, 1, 3, 48, 48)
    steps = {"optimiser": {"kind": "sgd", "rate": 0.02}, "evaluations": 10}
    parameters = METHOD.configure("jain", {**changes, **steps, "alpha": alpha})
    return finish(METHOD.outcome(Task(content, style, parameters, 0, CPU))).image


def test_one_network_in_two_conventions_gives_the_same_picture(in_caffes_convention):
    """Up to the border, which each pads with its own mean; alpha carried over to bytes would change much."""
    expected, found = descended_on({"weights": "embedded"}, 5.0), descended_on(in_caffes_convention, 5.0)
    raw = in_caffes_convention | {"normalisation": "none"}
    assert (found - expected).abs().mean() < 5e-4
    assert (descended_on(raw, 5.0) - expected).abs().mean() > 1e-2
    torch.testing.assert_close(descended_on(raw, 5.0 * 255**2), found, rtol=0, atol=1e-3)


def test_the_original_network_has_the_losses_that_the_document_shows():
    """Jain and Venkitachalam, figure 9: a style loss of about 3.5 at the content, of other pictures."""
    backbone = load_backbone("vgg19", "original", "max", CPU, "one-scale")
    parameters = METHOD.configure("jain", {"content_layers": {}})
    losses = []
    for painting in ("whirling_night", "great_waves"):
        style = to_tensor(load_picture(PICTURES / f"{painting}.png", 128, square=True))
        for name in ("temple", "chelsea"):
            content = to_tensor(load_picture(photograph(name), 128, square=True))
            terms = terms_of(Task(content, style, parameters, 0, CPU), backbone)
            losses.append(Objective(backbone, terms)(content)[0].item())
    assert 3.5 / 4 < median(losses) < 3.5 * 4


def test_one_scale_is_a_number_for_the_whole_network():
    """Also of the first layer of the port, which divides the others by their means."""
    image, layers = torch.rand(1, 3, 32, 32), ["relu1_1", "relu2_1", "relu3_1"]
    raw, one_scale, port = (
        load_backbone("vgg19", "original", "max", CPU, each)(image, layers)
        for each in ("none", "one-scale", "port")
    )
    for layer in layers:
        torch.testing.assert_close(255 * one_scale[layer], raw[layer], rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(port["relu1_1"], one_scale["relu1_1"])
