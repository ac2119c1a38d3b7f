import pytest
import torch
from torch import nn
from torchvision.models import vgg19

from nstbench.backbones.architecture import Convolution, Pooling, Rectifier
from nstbench.backbones.network import Backbone
from nstbench.backbones.vgg import VGG19
from nstbench.errors import InputError

KINDS = {Convolution: nn.Conv2d, Rectifier: nn.ReLU, Pooling: nn.MaxPool2d}


@pytest.fixture(scope="module")
def torchvision_features():
    return vgg19(weights=None).features


def test_table_agrees_with_torchvision(torchvision_features):
    assert len(VGG19.layers) == len(torchvision_features)
    stride = 1
    for layer, module in zip(VGG19.layers, torchvision_features, strict=True):
        assert isinstance(module, KINDS[type(layer)])
        if isinstance(layer, Convolution):
            assert (layer.channels, layer.padding) == (module.out_channels, module.padding[0])
            assert (layer.kernel, layer.stride) == (module.kernel_size[0], module.stride[0])
        if isinstance(layer, Pooling):
            assert (layer.kernel, layer.stride) == (module.kernel_size, module.stride)
            stride *= module.stride
        assert VGG19.stride(layer.name) == stride


def test_style_and_content_layers_sit_where_public_code_taps_them():
    """features[1, 6, 11, 20, 29] and [22], as in the first document's `VGG_LAYER_MAP`."""
    positions = [
        VGG19.layer_names.index(name)
        for name in ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1", "relu4_2")
    ]
    assert positions == [1, 6, 11, 20, 29, 22]


def test_convolution_parameters_number_20024384():
    """Of 143,667,240 with the fully connected layers (Simonyan and Zisserman 2015, configuration E)."""
    assert sum(parameter.numel() for parameter in Backbone(VGG19).parameters()) == 20_024_384


def test_features_equal_torchvisions(torchvision_features):
    ours = Backbone(VGG19)
    weights = dict(torchvision_features.named_parameters())
    names = VGG19.layer_names
    ours.load_state_dict(
        {
            f"layers.{names[int(key.split('.')[0])]}.{key.split('.')[1]}": value
            for key, value in weights.items()
        }
    )
    image = torch.rand(1, 3, 48, 40)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected = (image - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)
    with torch.no_grad():
        found = ours(image, ["conv2_2", "relu3_4", "pool4"])
        for name, module in zip(names, torchvision_features, strict=True):
            expected = module(expected.clone())
            if name in found:
                torch.testing.assert_close(found[name], expected, rtol=1e-4, atol=1e-5)


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
