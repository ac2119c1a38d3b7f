import pytest
import torch

from nstbench.core.errors import InputError
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.vgg import VGG19


def test_the_picture_is_preprocessed_as_for_torchvision():
    """(image - mean) / std with torchvision's documented numbers."""
    image = torch.rand(1, 3, 8, 8)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected = (image - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)
    torch.testing.assert_close(Backbone(VGG19, 0.125).preprocess(image), expected)


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_no_two_layers_share_memory(id):
    """`conv4_2` read through an in-place ReLU would be `relu4_2`."""
    table = ARCHITECTURES[id]
    features = Backbone(table, 0.125).eval()(torch.rand(1, 3, 96, 96), table.layer_names)
    assert list(features) == list(table.layer_names)
    memory = {feature.untyped_storage().data_ptr() for feature in features.values()}
    assert len(memory) == len(features)


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


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_a_side_of_which_a_layer_is_left_is_told_from_one_too_short(id):
    table = ARCHITECTURES[id]
    backbone = Backbone(table, width=0.05)
    for layer in (*table.content_layers, *table.style_layers, table.layer_names[-1]):
        least = table.least_side(layer)
        assert 0 not in backbone(torch.rand(1, 3, least, 80), [layer])[layer].shape
        table.check_side([layer], least)
        if least > 1:
            with pytest.raises(InputError, match=f"{least - 1} px is too small for {layer} of {id}"):
                table.check_side([layer], least - 1)
            with pytest.raises(RuntimeError, match=r"small|size"):
                backbone(torch.rand(1, 3, least - 1, 80), [layer])


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
