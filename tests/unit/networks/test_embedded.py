"""The gates that a backbone has to pass before its pictures may be trusted."""

import json

import pytest
import torch
from descents import optimise
from gates import content_distance, style_distance

from nstbench.core.hardware import Hardware
from nstbench.images.noise import grey_noise
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods.gatys2015.algorithm import content_terms, style_terms
from nstbench.methods.gatys2015.parameters import equal_weights
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.loading import load_backbone
from nstbench.networks.weight_files import read_weights
from nstbench.networks.weight_sources import embedded_file, embedded_files
from nstbench.optim.lbfgs import LBFGS

IDS = [file.stem for file in embedded_files()]
SIZE = 128


@pytest.fixture(params=IDS)
def backbone(request):
    return load_backbone(request.param, "embedded", "max", Hardware(torch.device("cpu"), "fp32"))


@pytest.fixture
def photo_tensor():
    return to_tensor(load_picture(photograph("chelsea"), SIZE, square=True))


def descend(backbone, terms, evaluations):
    start = grey_noise(torch.Size([1, 3, SIZE, SIZE]), seed=0)
    return optimise(Objective(backbone, terms), start, LBFGS(), evaluations).image.clamp(0, 1)


def test_content_is_reconstructed_from_noise(backbone, photo_tensor):
    """C < 0.1 at the deepest content layer, relu4_2 for VGG."""
    layer = backbone.architecture.content_layers[-1]
    image = descend(backbone, content_terms(backbone, photo_tensor, {layer: 1.0}, 1.0), 50)
    assert content_distance(backbone, image, photo_tensor, layer) < 0.1


def test_texture_is_made_from_noise(backbone, photo_tensor):
    """S < 0.05, the mean relative distance of the Gram matrices."""
    layers = backbone.architecture.style_layers
    image = descend(backbone, style_terms(backbone, photo_tensor, equal_weights(layers)), 150)
    assert style_distance(backbone, image, photo_tensor) < 0.05


@pytest.mark.parametrize("id", IDS)
def test_card_says_how_it_was_trained(id):
    card = json.loads(embedded_file(id).with_suffix(".json").read_text())
    assert card["recipe"]["architecture"] == id
    assert card["crops_seen"] == card["recipe"]["steps"] * card["recipe"]["batch"]
    last = card["held_out_r2"][-1]
    assert last["step"] == card["recipe"]["steps"]
    assert max(value for layer, value in last.items() if layer != "step") > 0.3


def test_the_four_networks_of_the_second_document_are_embedded():
    assert sorted(IDS) == ["alexnet", "googlenet", "vgg16", "vgg19"]


@pytest.mark.parametrize("id", IDS)
def test_channels_are_alive(id):
    """Fewer than 2 % never fired on the pictures that the channel means come from, as the card says."""
    calibration = read_weights(ARCHITECTURES[id], embedded_file(id)).calibration
    card = json.loads(embedded_file(id).with_suffix(".json").read_text())
    assert card["dead_channels"] == calibration.dead_channels < 0.02
    assert card["normalised_on"] == calibration.pictures


def test_shipped_files_are_small():
    assert sum(file.stat().st_size for file in embedded_files()) < 24e6
