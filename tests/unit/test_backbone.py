import pytest
import torch
import torchvision
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models.googlenet import BasicConv2d

from nstbench.backbones.architecture import Convolution, Pooling, Rectifier
from nstbench.backbones.catalogue import ARCHITECTURES
from nstbench.backbones.googlenet import GOOGLENET
from nstbench.backbones.network import Backbone
from nstbench.backbones.vgg import VGG19
from nstbench.errors import InputError

KINDS = {Convolution: nn.Conv2d, Rectifier: nn.ReLU, Pooling: nn.MaxPool2d}


NETWORKS = {"vgg19": torchvision.models.vgg19, "vgg16": torchvision.models.vgg16}
NETWORKS["alexnet"] = torchvision.models.alexnet


@pytest.fixture(scope="module", params=NETWORKS)
def chain(request):
    """A network that is one chain of layers: our table and torchvision's modules with random weights."""
    return ARCHITECTURES[request.param], NETWORKS[request.param](weights=None).features.eval()


def test_table_agrees_with_torchvision(chain):
    table, features = chain
    assert len(table.layers) == len(features)
    stride = 1
    for layer, module in zip(table.layers, features, strict=True):
        assert isinstance(module, KINDS[type(layer)])
        if isinstance(layer, Convolution):
            assert (layer.channels, layer.padding) == (module.out_channels, module.padding[0])
            assert (layer.kernel, layer.stride) == (module.kernel_size[0], module.stride[0])
            assert table.channels(layer.name) == module.out_channels
            stride *= layer.stride
        if isinstance(layer, Pooling):
            assert (layer.kernel, layer.stride) == (module.kernel_size, module.stride)
            stride *= module.stride
        assert table.stride(layer.name) == stride


def test_style_and_content_layers_sit_where_public_code_taps_them():
    """features[1, 6, 11, 20, 29] and [22], as in the first document's `VGG_LAYER_MAP`."""
    positions = [
        VGG19.layer_names.index(name)
        for name in ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1", "relu4_2")
    ]
    assert positions == [1, 6, 11, 20, 29, 22]


@pytest.mark.parametrize(
    ("network", "count"), [("vgg19", 20_024_384), ("vgg16", 14_714_688), ("alexnet", 2_469_696)]
)
def test_number_of_parameters(network, count):
    """Of the convolutions; VGG-19 has 143,667,240 with the fully connected layers (Simonyan and
    Zisserman 2015, configuration E)."""
    backbone = Backbone(ARCHITECTURES[network])
    assert sum(parameter.numel() for parameter in backbone.parameters()) == count


def standardised(image):
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (image - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)


@torch.no_grad()
def test_features_equal_torchvisions(chain):
    table, features = chain
    ours = Backbone(table)
    convolutions = [module for module in features if isinstance(module, nn.Conv2d)]
    for own, theirs in zip(ours.convolutions.values(), convolutions, strict=True):
        own.load_state_dict(theirs.state_dict())
    image = torch.rand(1, 3, 96, 80)
    found, expected = ours(image, table.layer_names), standardised(image)
    for name, module in zip(table.layer_names, features, strict=True):
        expected = module(expected.clone())
        torch.testing.assert_close(found[name], expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_googlenet_equals_torchvisions_with_its_norms_folded():
    torch.manual_seed(0)
    theirs = torchvision.models.googlenet(weights=None, aux_logits=False, init_weights=False).eval()
    blocks = [module for module in theirs.modules() if isinstance(module, BasicConv2d)]
    ours = Backbone(GOOGLENET)
    for block, own in zip(blocks, ours.convolutions.values(), strict=True):
        block.bn.running_mean.normal_(std=0.1)
        block.bn.bias.normal_(std=0.1)
        folded = fuse_conv_bn_eval(block.conv, block.bn)
        own.load_state_dict(folded.state_dict())
    image = torch.rand(1, 3, 100, 96)
    layers = {
        "relu1": "conv1",
        "pool1": "maxpool1",
        "relu2_reduce": "conv2",
        "relu2": "conv3",
        "pool2": "maxpool2",
        "inception3a": "inception3a",
        "inception3b": "inception3b",
        "pool3": "maxpool3",
        "inception4a": "inception4a",
        "inception4e": "inception4e",
        "pool4": "maxpool4",
        "inception5b": "inception5b",
    }
    seen = {}
    for name in layers.values():
        getattr(theirs, name).register_forward_hook(
            lambda _module, _input, output, name=name: seen.__setitem__(name, output.clone())
        )
    theirs(standardised(image))
    found = ours(image, layers)
    for own, name in layers.items():
        torch.testing.assert_close(found[own], seen[name], rtol=1e-3, atol=1e-4)
        assert GOOGLENET.channels(own) == seen[name].shape[1]
    assert [GOOGLENET.stride(name) for name in ("relu2", "inception3a", "inception4e", "inception5b")] == [
        4,
        8,
        16,
        32,
    ]


def test_convolution_and_rectifier_are_different_tensors(narrow_vgg):
    """`conv4_2` read through an in-place ReLU would be `relu4_2`."""
    features = narrow_vgg(torch.rand(1, 3, 32, 32, dtype=torch.float64), ["conv4_2", "relu4_2"])
    assert features["conv4_2"].data_ptr() != features["relu4_2"].data_ptr()
    assert features["conv4_2"].min() < 0
    torch.testing.assert_close(features["conv4_2"].clamp_min(0), features["relu4_2"])


def test_nothing_deeper_than_asked_for_is_run(narrow_vgg):
    ran = []
    for name, layer in narrow_vgg.layers.items():
        layer.register_forward_hook(lambda *_, name=name: ran.append(name))
    narrow_vgg(torch.rand(1, 3, 16, 16, dtype=torch.float64), ["relu2_1", "relu1_1"])
    assert ran[-1] == "relu2_1"


def test_truncation_keeps_the_features(narrow_vgg):
    image = torch.rand(1, 3, 16, 16, dtype=torch.float64)
    before = narrow_vgg(image, ["relu3_1"])["relu3_1"]
    narrow_vgg.truncate(["relu3_1", "relu1_1"])
    assert list(narrow_vgg.layers)[-1] == "relu3_1"
    assert torch.equal(narrow_vgg(image, ["relu3_1"])["relu3_1"], before)


def test_average_pooling_averages():
    backbone = Backbone(VGG19, width=0.125, pooling="average")
    features = backbone(torch.rand(1, 3, 16, 16), ["relu1_2", "pool1"])
    blocks = features["relu1_2"].unfold(2, 2, 2).unfold(3, 2, 2)
    torch.testing.assert_close(features["pool1"], blocks.mean((-1, -2)))


def test_unknown_layer_is_named():
    with pytest.raises(InputError, match=r"relu9_1.*allowed.*relu5_1"):
        VGG19.check_layers(["relu1_1", "relu9_1"])


def test_in_bf16_the_picture_itself_is_not_rounded():
    """A change of a hundredth of a grey level, far below bf16's resolution, still reaches the features."""
    torch.manual_seed(0)
    backbone = Backbone(ARCHITECTURES["vgg19"], width=0.125).place(torch.device("cpu"), torch.bfloat16)
    image = torch.full((1, 3, 16, 16), 0.9, requires_grad=True)
    features = backbone(image, ["conv1_1", "relu2_1"])
    assert {feature.dtype for feature in features.values()} == {backbone.dtype} == {torch.bfloat16}
    first = next(iter(backbone.convolutions.values()))
    preprocessed = [backbone.preprocess(image + change) for change in (0.0, 0.01 / 255)]
    assert not torch.equal(*(first(each) for each in preprocessed))
    (gradient,) = torch.autograd.grad(features["relu2_1"].float().sum(), image)
    assert gradient.dtype == torch.float32
