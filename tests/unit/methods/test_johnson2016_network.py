"""Transformation networks: their layers, sizes and borders against formulas, and their files."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import conv2d, instance_norm, pad, relu

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods.johnson2016 import modules
from nstbench.methods.johnson2016.architecture import ARCHITECTURES, JAIN, JOHNSON, architecture
from nstbench.methods.johnson2016.modules import (
    KIND,
    BlockwiseConvolution,
    ResidualBlock,
    Transformation,
    load_transformation,
)
from nstbench.networks.feedforward.files import read_network, save_network
from nstbench.networks.feedforward.inventory import CARD, locate_network, read_card, shipped_networks
from nstbench.networks.feedforward.modules import InstanceNorm, reflect

CPU = Hardware(torch.device("cpu"), "fp32")
CARD_OF_NARROW = {"kind": KIND, "architecture": "jain", "width": 0.125, "style": {"name": "stripes"}}
both = pytest.mark.parametrize("table", ARCHITECTURES.values(), ids=lambda table: table.id)


def narrow(table, width=0.125):
    torch.manual_seed(0)
    return Transformation(table, width)


@both
def test_the_table_has_as_many_parameters_as_counted_by_hand(table):
    convolutions = 3 * 32 * 81 + 32 * 64 * 9 + 64 * 128 * 9 + 128 * 64 * 9 + 64 * 32 * 9 + 32 * 3 * 81 + 3
    norms = 2 * (32 + 64 + 128 + 64 + 32)
    residual = 2 * (128 * 128 * 9 + 2 * 128)
    counted = sum(parameter.numel() for parameter in Transformation(table).parameters())
    # PyTorch's own fast_neural_style has 1,679,235, with biases before norms, 1,600 of them.
    assert counted == convolutions + norms + 5 * residual == 1_679_235 - 1_600


@both
@pytest.mark.parametrize("size", [(16, 16), (17, 22), (35, 21), (64, 63), (40, 90)])
def test_the_output_has_the_size_of_the_input(table, size):
    with torch.no_grad():
        assert narrow(table)(torch.rand(2, 3, *size)).shape == (2, 3, *size)


def test_sides_are_filled_up_to_multiples_of_four_by_reflection():
    network, image = narrow(JAIN), torch.rand(1, 3, 17, 22)
    with torch.no_grad():
        filled = network(pad(image, (0, 2, 0, 3), mode="reflect"))
        torch.testing.assert_close(network(image), filled[..., :17, :22])


def test_only_a_bounded_network_stays_between_black_and_white():
    for table, bounded in ((JOHNSON, True), (JAIN, False)):
        network = narrow(table)
        with torch.no_grad():
            network.layers["c9s1-3"].weight.mul_(100)
            image = network(torch.rand(1, 3, 24, 24))
        assert (image.min() >= 0 and image.max() <= 1) == bounded
        painted = network.stylize(torch.rand(1, 3, 24, 24), CPU)
        assert (painted.min(), painted.max()) == (0, 1)


def test_an_unbounded_network_ends_in_standardised_colours():
    """0 is the mean colour of ImageNet, 1 a deviation more."""
    network = narrow(JAIN)
    last = network.layers["c9s1-3"]
    nn.init.zeros_(last.weight)
    for value in (0.0, 1.0):
        nn.init.constant_(last.bias, value)
        with torch.no_grad():
            colour = network(torch.rand(1, 3, 16, 16)).mean((0, 2, 3))
        expected = [0.485 + value * 0.229, 0.456 + value * 0.224, 0.406 + value * 0.225]
        assert colour.tolist() == pytest.approx(expected, abs=1e-6)


def test_instance_norm_is_the_formula():
    features = torch.randn(2, 3, 5, 7, dtype=torch.float64)
    norm = InstanceNorm(3).double()
    norm.weight.data = torch.tensor([1.0, 2.0, -0.5]).double()
    norm.bias.data = torch.tensor([0.0, -1.0, 3.0]).double()
    found = norm(features)
    for picture in range(2):
        for channel in range(3):
            values = features[picture, channel].numpy()
            normal = (values - values.mean()) / np.sqrt(values.var() + 1e-5)
            expected = normal * norm.weight[channel].item() + norm.bias[channel].item()
            np.testing.assert_allclose(found[picture, channel].detach().numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize(("table", "padding"), [(JOHNSON, 0), (JAIN, 1)])
def test_a_residual_block_is_the_formula(table, padding):
    """x + IN(conv(relu(IN(conv(x))))), IN being torch's; x loses 2 pixels a side without padding."""
    block, features = ResidualBlock(4, table), torch.randn(2, 4, 9, 11)
    for name, parameter in block.named_parameters():
        nn.init.normal_(parameter, mean=float("norm" in name), std=0.3)
    change = features
    for convolution, norm in ((block.conv1, block.norm1), (block.conv2, block.norm2)):
        source = relu(change) if norm is block.norm2 else change
        padded = pad(source, [padding] * 4, mode="reflect") if padding else source
        change = instance_norm(conv2d(padded, convolution.weight), weight=norm.weight, bias=norm.bias)
    shortcut = features if padding else features[..., 2:-2, 2:-2]
    torch.testing.assert_close(block(features), shortcut + change, atol=1e-5, rtol=0)


@both
def test_pictures_of_a_batch_do_not_mix(table):
    network, pictures = narrow(table), torch.rand(2, 3, 20, 24)
    with torch.no_grad():
        together, alone = network(pictures), [network(picture[None]) for picture in pictures]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-4, rtol=0)


# Of row 4 k of the output, by hand from the last layer to the first. With nearest neighbours: 9x9 [-4, 4],
# 3x3 [-5, 5], halved [2k - 3, 2k + 2], 3x3 [-4, 3], halved [k - 2, k + 1], ten 3x3 [-12, 11], stride 2
# [-25, 23], stride 2 [-51, 47], 9x9 [-55, 51]. With stride 1/2: [-4, 4], [2k - 2, 2k + 2], [k - 1, k + 1],
# [-11, 11], [-23, 23], [-47, 47], [-51, 51].
@pytest.mark.parametrize(("table", "above", "below"), [(JAIN, 55, 51), (JOHNSON, 51, 51)])
def test_the_receptive_field_without_norms_is_counted_by_hand(table, above, below):
    network = narrow(table, width=1 / 64).double()
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
        for name, child in module.named_children():
            if isinstance(child, InstanceNorm):
                setattr(module, name, nn.Identity())
    row = 60
    image = torch.full((1, 3, 128, 128), 0.5, dtype=torch.float64, requires_grad=True)
    network(image)[0, 0, row, row].backward()
    (reached,) = image.grad[0].sum((0, 2)).nonzero(as_tuple=True)
    assert (row - reached.min(), reached.max() - row) == (above, below)
    assert len(reached) == above + below + 1


@pytest.mark.parametrize("before", [0, 5, 40])
def test_borders_are_reflected_however_small_the_picture(before):
    picture = torch.rand(1, 3, 17, 9)
    wide = ((0, 0), (0, 0), (before, before + 3), (before, before + 2))
    expected = np.pad(picture.numpy(), wide, mode="reflect")
    np.testing.assert_array_equal(reflect(picture, before, before + 3, before + 2).numpy(), expected)


@pytest.mark.parametrize("mode", ["zeros", "reflect"])
def test_squares_of_pixels_at_once_are_the_same_convolution(mode):
    plain = nn.Conv2d(4, 3, 9, 1, 4, padding_mode=mode).double()
    features = torch.rand(2, 4, 12, 18, dtype=torch.float64)
    torch.testing.assert_close(BlockwiseConvolution(plain)(features), plain(features).detach())


@pytest.fixture
def stored(tmp_path):
    """A narrow network with random weights, and its file."""
    network, file = narrow(JAIN), tmp_path / "stripes.safetensors"
    save_network(network.state_dict(), CARD_OF_NARROW, file)
    return network, file


def test_a_file_holds_the_weights_in_half_precision_and_the_card(stored):
    network, file = stored
    read = read_network(file, KIND)
    assert read.card == read_card(file) == CARD_OF_NARROW
    for name, tensor in network.state_dict().items():
        assert torch.equal(read.weights[name], tensor.half().float())
    assert all(tensor.dtype == torch.float16 for tensor in load_file(file).values())


def test_a_loaded_network_paints_as_the_saved_one(stored):
    network, file = stored
    image = torch.rand(1, 3, 30, 41)
    loaded = load_transformation(file, CPU.device)
    network.load_state_dict({name: tensor.half().float() for name, tensor in network.state_dict().items()})
    torch.testing.assert_close(loaded.stylize(image, CPU), network.stylize(image, CPU), atol=1e-5, rtol=0)
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def rewritten(file, tensors=None, **card):
    """The file with other tensors or another card."""
    changed = read_card(file) | card
    save_file(tensors or load_file(file), file, {CARD: json.dumps(changed)})


def cut(file):
    file.write_bytes(file.read_bytes()[:-1000])


def without_numbers(file):
    rewritten(file, {name: torch.full_like(tensor, torch.nan) for name, tensor in load_file(file).items()})


def without_the_last(file):
    rewritten(file, {name: tensor for name, tensor in load_file(file).items() if "c9s1-3." not in name})


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (cut, "is not a readable network"),
        (lambda file: file.write_text("a picture, honestly"), "is not a readable network"),
        (lambda file: file.unlink(), "is not a readable network"),
        (lambda file: save_file({"weight": torch.zeros(3)}, file), "holds no transformation network"),
        (lambda file: save_file({"weight": torch.zeros(3)}, file, {CARD: "[]"}), "holds no transformation"),
        (lambda file: save_file({"weight": torch.zeros(3)}, file, {CARD: "{"}), "holds no transformation"),
        (lambda file: rewritten(file, kind="decoder"), "holds no transformation network"),
        (
            lambda file: rewritten(file, architecture="cubist"),
            "unknown architecture 'cubist'; allowed: johnson",
        ),
        (
            lambda file: rewritten(file, width="wide"),
            r"width: Input should be a valid number \(given: 'wide'",
        ),
        (lambda file: rewritten(file, width=1.0), r"is \(4, 3, 9, 9\) instead of \(32, 3, 9, 9\)"),
        (lambda file: rewritten(file, architecture="johnson"), "layers.u64.0.weight is missing"),
        (without_numbers, "contains NaN or Inf"),
        (without_the_last, "layers.c9s1-3.weight is missing"),
    ],
)
def test_files_that_do_not_fit_are_told_in_one_line(stored, damage, complaint):
    _, file = stored
    damage(file)
    with pytest.raises(InputError, match=complaint) as failure:
        load_transformation(file, CPU.device)
    assert str(file) in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("card", "complaint"),
    [
        ({"width": 1e308}, r"width: Input should be less than or equal to 1 \(given: 1e\+308\)"),
        ({"width": 100_000}, "width: Input should be less than or equal to 1"),
        ({"width": 0}, "width: Input should be greater than 0"),
        ({"width": -0.5}, "width: Input should be greater than 0"),
        ({"width": float("nan")}, "width: Input should be a finite number"),
        ({"width": float("inf")}, "width: Input should be a finite number"),
        ({"width": True}, "width: Input should be a valid number"),
        ({"width": None}, "width: Input should be a valid number"),
        ({"width": [0.5]}, "width: Input should be a valid number"),
        ({"architecture": 7}, "architecture: Input should be a valid string"),
        ({"architecture": {"id": "jain"}}, "architecture: Input should be a valid string"),
        ({"architecture": "j" * 100_000}, "unknown architecture 'jjjjj"),
        ({"width": 10**4000}, "holds no transformation network"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_absurd_cards_are_refused_before_anything_is_built(stored, monkeypatch, card, complaint):
    _, file = stored
    rewritten(file, **card)
    monkeypatch.delattr(modules, "Transformation")
    with pytest.raises(InputError, match=complaint) as failure:
        load_transformation(file, CPU.device)
    assert str(failure.value).startswith(str(file))
    assert "\n" not in str(failure.value)
    assert len(str(failure.value)) < 400


@pytest.mark.parametrize("depth", [60, 900, 100_000])
@pytest.mark.parametrize("card", ["{}", '{{"kind": "transformation", "width": 0.5, "architecture": {}}}'])
def test_nested_cards_are_no_cards(stored, card, depth):
    _, file = stored
    save_file(load_file(file), file, {CARD: card.format("[" * depth + "]" * depth)})
    with pytest.raises(InputError, match="holds no transformation network; give a file of"):
        load_transformation(file, CPU.device)


def test_networks_are_found_by_name_by_training_and_by_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate_network("starry_night") == shipped_networks()["starry_night"]
    (tmp_path / "results" / "networks").mkdir(parents=True)
    for file in ("results/networks/mine.safetensors", "other.safetensors"):
        (tmp_path / file).touch()
    assert locate_network("mine").resolve() == tmp_path / "results" / "networks" / "mine.safetensors"
    assert locate_network("other.safetensors").resolve() == tmp_path / "other.safetensors"
    allowed = "allowed: any_style, starry_night"
    with pytest.raises(InputError, match=f"network 'results' does not exist; {allowed}"):
        locate_network("results")


def test_an_unknown_architecture_is_told():
    with pytest.raises(InputError, match="unknown architecture 'cubist'; allowed: johnson, jain"):
        architecture("cubist")
