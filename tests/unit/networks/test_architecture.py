"""The tables of layers against torchvision's modules: names, channels, strides, receptive fields."""

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d
from torchvision.models import get_model
from torchvision.models.googlenet import GoogLeNet
from torchvision_networks import activations, module_names, torchvision_network

from nstbench.core.errors import InputError
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.vgg import VGG19


class Spread(nn.Module):
    """A window that lets every pixel through to every channel, of which there is one."""

    def __init__(self, kernel, stride, padding):
        super().__init__()
        self.weight = torch.full((1, 1, kernel, kernel), 1 / kernel**2, dtype=torch.float64)
        self.geometry = {"stride": stride, "padding": padding}

    def forward(self, features):
        return conv2d(features.sum(1, keepdim=True), self.weight, **self.geometry)


def spread(network):
    """`network` with every convolution and pooling as a Spread, and nothing else."""
    for name, module in list(network.named_modules()):
        parent = network.get_submodule(name.rpartition(".")[0])
        leaf = name.rpartition(".")[2]
        if isinstance(module, nn.Conv2d):
            setattr(parent, leaf, Spread(module.kernel_size[0], module.stride[0], module.padding[0]))
        if isinstance(module, nn.MaxPool2d):
            setattr(parent, leaf, Spread(module.kernel_size, module.stride, module.padding))
        if isinstance(module, nn.BatchNorm2d):
            setattr(parent, leaf, nn.Identity())
    return network


def torchvision_trunk(id):
    """Everything before the classifier; GoogLeNet's is the whole network with its end taken off."""
    if id != "googlenet":
        return nn.ModuleDict({"features": get_model(id, weights=None).features}).eval()
    network = GoogLeNet(aux_logits=False, init_weights=False).eval()
    network.avgpool, network.dropout, network.fc = nn.AdaptiveAvgPool2d(1), nn.Identity(), nn.Identity()
    return network


def run(trunk, image):
    return trunk["features"](image) if isinstance(trunk, nn.ModuleDict) else trunk(image)


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_channels_and_strides(id):
    table, names = ARCHITECTURES[id], module_names(id)
    found = activations(torchvision_network(id), names.values(), torch.rand(1, 3, 256, 256))
    for layer, name in names.items():
        assert table.channels(layer) == found[name].shape[1]
        # Unpadded windows leave fewer positions than 256 / stride, never twice or half as many.
        assert 256 / found[name].shape[-1] == pytest.approx(table.stride(layer), rel=0.35)


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_receptive_fields_by_gradient(id):
    """The side of the square of pixels that the activation in the middle has a gradient for."""
    table, names = ARCHITECTURES[id], module_names(id)
    trunk = spread(torchvision_trunk(id))
    side = max(map(table.receptive_field, names)) + 4 * 32
    image = torch.ones(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    seen = {}
    for name in names.values():
        trunk.get_submodule(name).register_forward_hook(
            lambda _module, _input, output, name=name: seen.__setitem__(name, output)
        )
    for module in trunk.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    run(trunk, image)
    for layer, name in names.items():
        height, width = seen[name].shape[-2:]
        middle = seen[name][0, :, height // 2, width // 2].sum()
        (gradient,) = torch.autograd.grad(middle, image, retain_graph=True)
        rows = gradient[0].abs().sum((0, 2)).nonzero()
        assert table.receptive_field(layer) == rows.max() - rows.min() + 1, layer
        centre = table.first_centre(layer) + height // 2 * table.stride(layer)
        assert centre == (rows.max() + rows.min()) / 2, layer


def test_receptive_fields_of_the_literature():
    """At the end, 195 px in AlexNet and 212 px in VGG-16 (Araujo, Norris and Sim 2019, Distill)."""
    assert ARCHITECTURES["alexnet"].receptive_field("pool5") == 195
    assert ARCHITECTURES["vgg16"].receptive_field("pool5") == 212


def test_style_and_content_layers_sit_where_public_code_taps_them():
    """features[1, 6, 11, 20, 29] and [22], as in the first document's `VGG_LAYER_MAP`."""
    positions = [
        VGG19.layer_names.index(name)
        for name in ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1", "relu4_2")
    ]
    assert positions == [1, 6, 11, 20, 29, 22]


@pytest.mark.parametrize(
    ("id", "count"),
    [("vgg19", 20_024_384), ("vgg16", 14_714_688), ("alexnet", 2_469_696), ("squeezenet1_0", 735_424)],
)
def test_number_of_parameters(id, count):
    """Of the convolutions; with classifiers torchvision counts 143,667,240 for VGG-19."""
    assert ARCHITECTURES[id].parameters() == count


@pytest.mark.parametrize("id", ARCHITECTURES)
@pytest.mark.parametrize("width", [0.5, 0.3])
def test_parameters_are_counted_at_any_width(id, width):
    backbone = Backbone(ARCHITECTURES[id], width)
    count = sum(parameter.numel() for parameter in backbone.parameters())
    assert ARCHITECTURES[id].parameters(width) == count


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_default_layers_exist(id):
    table = ARCHITECTURES[id]
    table.check_layers([*table.content_layers, *table.style_layers])


def test_unknown_layer_is_named():
    with pytest.raises(InputError, match=r"relu9_1.*allowed.*relu5_1"):
        VGG19.check_layers(["relu1_1", "relu9_1"])
