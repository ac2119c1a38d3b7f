"""EfficientNet-Lite0: what it sees in photographs that everybody knows, and where its features come from."""

import sys

import pytest
import torch
from torch import nn

from nstbench.core.errors import InputError
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.networks import efficientnet
from nstbench.networks.efficientnet import (
    DISTRIBUTION,
    LAYERS,
    MODULE,
    class_name,
    find_efficientnet_weights,
    load_efficientnet,
)


@pytest.fixture
def unloaded():
    load_efficientnet.cache_clear()
    yield
    load_efficientnet.cache_clear()


# By another implementation with the same weights, efficientnet-lite-pytorch 0.1.0.
@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("chelsea", {"Egyptian cat": 0.3841, "tiger cat": 0.3293, "tabby": 0.1688}),
        ("coffee", {"espresso": 0.9398, "cup": 0.0167}),
        ("temple", {"palace": 0.2992, "bell cote": 0.2111}),
    ],
)
def test_it_sees_what_is_in_a_photograph(name, classes):
    picture = load_picture(photograph(name), 224, square=True)
    found = load_efficientnet().probabilities(to_tensor(picture))
    assert found.shape == (1, 1000)
    assert float(found.sum()) == pytest.approx(1)
    likeliest = found[0].topk(len(classes))
    names = [class_name(int(number)) for number in likeliest.indices]
    assert dict(zip(names, likeliest.values.tolist(), strict=True)) == pytest.approx(classes, abs=5e-4)
    assert names == list(classes)


def test_the_centre_of_any_picture_is_classified():
    """A cat on a wide canvas is the cat, and so is one of half the size."""
    picture = to_tensor(load_picture(photograph("chelsea"), 224, square=True))
    wide = torch.nn.functional.pad(picture, (60, 60, 0, 0))
    small = torch.nn.functional.avg_pool2d(picture, 2)
    classify = load_efficientnet().probabilities
    assert classify(wide) == pytest.approx(classify(picture), abs=1e-6)
    assert int(classify(small).argmax()) == int(classify(picture).argmax())


def test_features_are_the_outputs_of_stages_by_their_strides():
    image = torch.rand(2, 3, 64, 48, generator=torch.Generator().manual_seed(0))
    judge = load_efficientnet()
    network = judge.network
    activation, stages = network.bn1(network.conv_stem((image * 255 - 127) / 128)), []
    for stage in network.blocks:
        activation = stage(activation)
        stages.append(activation)
    found = judge(image, ["stride16", "stride2", "stride8", "stride4"])
    assert list(found) == list(LAYERS)
    for (layer, features), expected in zip(found.items(), (*stages[:3], stages[4]), strict=True):
        assert features.shape[2:] == tuple(side // int(layer.removeprefix("stride")) for side in (64, 48))
        assert torch.allclose(features, expected, atol=1e-4), layer
    assert judge(image, ["stride2"])["stride2"].shape == (2, 16, 32, 24)


def test_it_is_frozen_and_its_weights_are_found_without_importing_their_package():
    network = load_efficientnet().network
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert sum(isinstance(each, nn.Conv2d) for each in network.modules()) == 49
    assert find_efficientnet_weights().is_file()
    assert MODULE not in sys.modules


def test_a_missing_package_is_named_by_what_pip_calls_it(unloaded, monkeypatch):
    monkeypatch.setattr(efficientnet, "find_spec", lambda name: None)
    assert find_efficientnet_weights() is None
    with pytest.raises(ModuleNotFoundError) as missing:
        load_efficientnet()
    assert missing.value.name == DISTRIBUTION


def test_another_file_is_refused(unloaded, monkeypatch, tmp_path):
    file = tmp_path / "weights.pth"
    file.write_bytes(find_efficientnet_weights().read_bytes()[:-1])
    monkeypatch.setattr(efficientnet, "find_efficientnet_weights", lambda: file)
    with pytest.raises(InputError, match=f"SHA-256 differs.*--force-reinstall {DISTRIBUTION}"):
        load_efficientnet()


def test_classes_have_their_first_names():
    assert [class_name(number) for number in (0, 281, 285, 999)] == [
        "tench",
        "tabby",
        "Egyptian cat",
        "toilet tissue",
    ]
