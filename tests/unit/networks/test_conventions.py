"""Which preprocessing a weight file expects: told, known, or found out on a photograph."""

import hashlib
import logging
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods.gatys2015.parameters import DEFAULT, GatysParameters
from nstbench.networks import conventions
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.conventions import convention_of, recognise
from nstbench.networks.loading import load_backbone, open_network
from nstbench.networks.preprocessing import CAFFE, HALVES, IMAGENET, PREPROCESSINGS, VGG_AUTHORS
from nstbench.networks.vgg import VGG19
from nstbench.networks.weight_sources import embedded_file, locate_weights

CPU = Hardware(torch.device("cpu"), "fp32")
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
MEAN_BYTES = torch.tensor([104.0, 117.0, 123.0])


def shuffled(backbone):
    """The same function, the first layer's channels in another order, so that nothing knows the weights."""
    first, second, *_ = backbone.convolutions.values()
    order = torch.arange(len(first.weight)).flip(0)
    for parameter in first.parameters():
        parameter.data = parameter.data[order]
    second.weight.data = second.weight.data[:, order]
    return backbone


def for_torchvision(backbone):
    """The same function of a picture, from Caffe's convention to torchvision's, exactly but for the border.

    With x = (p - mean) / std: 255 flip(p) - m = 255 flip(std) flip(x) + 255 flip(mean) - m.
    """
    first = next(iter(backbone.convolutions.values()))
    weight = first.weight.data
    first.bias.data += torch.einsum("oihw,i->o", weight, 255 * MEAN.flip(0) - MEAN_BYTES)
    first.weight.data = (weight * (255 * STD.flip(0)).view(1, 3, 1, 1)).flip(1)
    backbone.expect(IMAGENET)
    return backbone


def for_caffe(backbone):
    """The way back: (p - mean) / std = flip(y + m) / (255 std) - mean / std with y = 255 flip(p) - m."""
    first = next(iter(backbone.convolutions.values()))
    weight = first.weight.data
    offset = MEAN_BYTES.flip(0) / (255 * STD) - MEAN / STD
    first.bias.data += torch.einsum("oihw,i->o", weight, offset)
    first.weight.data = (weight / (255 * STD).view(1, 3, 1, 1)).flip(1)
    backbone.expect(CAFFE)
    return backbone


def original():
    """The authors' VGG-19, in Caffe's convention."""
    return open_network(VGG19, locate_weights(VGG19, "original"), "max")[0]


def embedded():
    """Our VGG-19, in torchvision's convention."""
    return open_network(VGG19, embedded_file("vgg19"), "max")[0]


def saved(backbone, file):
    """As a state dict of torchvision's that nobody has written down anywhere."""
    places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    convolutions = zip(places, backbone.convolutions.values(), strict=True)
    torch.save({f"features.{n}.{p}": t for n, c in convolutions for p, t in c.state_dict().items()}, file)
    return file


@pytest.mark.parametrize(
    ("make", "wanted", "warned"),
    [
        (original, CAFFE, False),
        (lambda: shuffled(original()), CAFFE, True),
        (lambda: shuffled(for_torchvision(original())), IMAGENET, False),
        (lambda: shuffled(embedded()), IMAGENET, True),
        (lambda: shuffled(for_caffe(embedded())), CAFFE, False),
    ],
    ids=["caffe", "caffe, shuffled", "caffe for torchvision", "torchvision", "torchvision for caffe"],
)
@torch.no_grad()
def test_a_plain_file_is_read_in_its_convention(tmp_path, caplog, make, wanted, warned):
    file = saved(make(), tmp_path / "model.pth")
    with caplog.at_level(logging.WARNING, "nstbench"):
        backbone, _ = open_network(VGG19, file, "max")
    assert backbone.preprocessing == wanted
    assert bool(caplog.records) == warned
    if warned:
        message = caplog.records[0].getMessage()
        assert str(file) in message
        assert "choose with --preprocessing (caffe, torchvision, halves)" in message


@torch.no_grad()
def test_folding_keeps_the_function():
    """The two conventions of the tests above are the same network, away from the border."""
    image = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    network = original()
    network.expect(CAFFE)
    before = network(image, ["relu1_1"])["relu1_1"]
    after = for_torchvision(network)(image, ["relu1_1"])["relu1_1"]
    torch.testing.assert_close(after[..., 1:-1, 1:-1], before[..., 1:-1, 1:-1], rtol=1e-3, atol=1e-2)
    again = for_caffe(network)(image, ["relu1_1"])["relu1_1"]
    torch.testing.assert_close(again[..., 1:-1, 1:-1], before[..., 1:-1, 1:-1], rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(
    ("contrast", "largest", "wanted"),
    [
        (0.4, 0.6, ("torchvision", False)),
        (0.4, 13.0, ("caffe", False)),
        (25.0, 400.0, ("torchvision", True)),
        (0.007, 0.4, ("caffe", True)),
        (float("nan"), float("nan"), ("torchvision", False)),
        (float("inf"), float("inf"), ("torchvision", True)),
    ],
)
def test_the_convention_follows_from_contrast_and_growth(contrast, largest, wanted):
    assert convention_of(contrast, largest) == wanted


@pytest.fixture
def narrow():
    torch.manual_seed(0)
    return Backbone(VGG19, 1 / 16)


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_published_names_are_known(id, tmp_path):
    for release in ARCHITECTURES[id].releases:
        assert recognise(Backbone(ARCHITECTURES[id], 1 / 16), tmp_path / f"{release.file}.pth") == (
            release.preprocessing
        )


@pytest.mark.parametrize("name", ["vgg19-d01eb7cb", "vgg19-dcbb9e9d"])
def test_known_checksums_are_known_whatever_the_file_is_called(tmp_path, monkeypatch, narrow, name):
    file = saved(narrow, tmp_path / "renamed.pt")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    release = VGG19.release(name)
    assert release.checksum == name[-8:]
    narrow.architecture = replace(VGG19, releases=(replace(release, file=f"vgg19-{digest[:8]}"),))
    assert recognise(narrow, file) == release.preprocessing


def test_the_packages_file_is_known_under_another_name(tmp_path):
    file = tmp_path / "copy.bin"
    file.write_bytes(locate_weights(VGG19, "original").read_bytes())
    assert open_network(VGG19, file, "max")[0].preprocessing == VGG_AUTHORS


@pytest.mark.parametrize(
    ("id", "release"),
    [
        (id, release)
        for id, table in ARCHITECTURES.items()
        for release in table.releases
        if release.first_pixel
    ],
    ids=lambda value: getattr(value, "file", value),
)
def test_published_weights_are_known_in_any_file(tmp_path, id, release):
    """Also rounded, as in half precision, or trained on behind the first layer."""
    backbone = Backbone(ARCHITECTURES[id], 1 / 16)
    first = next(iter(backbone.convolutions.values()))
    first.weight.data[0, :, 0, 0] = torch.tensor(release.first_pixel).half().float()
    file = tmp_path / "renamed.pth"
    file.write_bytes(b"of no importance")
    assert recognise(backbone, file) == release.preprocessing


def test_first_pixels_tell_releases_apart():
    pixels = [release.first_pixel for table in ARCHITECTURES.values() for release in table.releases]
    known = torch.tensor([pixel for pixel in pixels if pixel])
    apart = torch.cdist(known, known, p=float("inf")) + torch.eye(len(known))
    assert apart.min() > 5 * conventions.TOLERANCE


def test_the_first_pixel_of_the_authors_vgg_19_is_the_packages():
    pixel = original().convolutions["conv1_1"].weight[0, :, 0, 0]
    torch.testing.assert_close(
        pixel, torch.tensor(VGG19.release("vgg19-d01eb7cb").first_pixel), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize(("id", "wanted"), [("caffe", CAFFE), ("torchvision", IMAGENET), ("halves", HALVES)])
def test_what_is_chosen_is_not_looked_into(tmp_path, monkeypatch, caplog, narrow, id, wanted):
    monkeypatch.delattr("nstbench.networks.loading.recognise")
    file = saved(narrow, tmp_path / "vgg19-dcbb9e9d.pth")
    backbone = load_backbone("vgg19", str(file), "max", CPU, "none", preprocessing=id)
    assert backbone.preprocessing == PREPROCESSINGS[id] == wanted
    assert not caplog.records


def test_our_own_files_are_not_looked_into(tmp_path, monkeypatch, narrow):
    monkeypatch.delattr("nstbench.networks.loading.recognise")
    file = tmp_path / "mine.safetensors"
    save_file(dict(narrow.layers.state_dict()), file, {"architecture": "vgg19"})
    assert open_network(VGG19, file, "max")[0].preprocessing == IMAGENET


@pytest.mark.parametrize(
    ("weights", "preprocessing", "complaint"),
    [
        ("mine.pth", "keras", "unknown preprocessing 'keras'; allowed: caffe, torchvision, halves"),
        ("embedded", "caffe", "preprocessing 'caffe' cannot be chosen for weights 'embedded'.*leave it out"),
        ("original", "torchvision", "cannot be chosen for weights 'original'"),
        ("imagenet", "caffe", "cannot be chosen for weights 'imagenet'"),
        ("random-half", "halves", "cannot be chosen for weights 'random-half'"),
    ],
)
def test_a_preprocessing_that_cannot_be_is_refused(weights, preprocessing, complaint):
    with pytest.raises(InputError, match=complaint) as failure:
        load_backbone("vgg19", weights, "max", CPU, preprocessing=preprocessing)
    assert "\n" not in str(failure.value)


def test_an_experiment_can_say_it():
    parameters = GatysParameters.derived_from(DEFAULT, weights="mine.pth", preprocessing="caffe")
    assert parameters.preprocessing == "caffe"
    assert DEFAULT.preprocessing is None
    with pytest.raises(InputError, match="cannot be chosen for weights 'original'"):
        GatysParameters.derived_from(DEFAULT, preprocessing="caffe")
