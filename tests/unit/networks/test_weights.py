"""Weight files: searched for, read whoever wrote them, or refused in one line."""

import os
from pathlib import Path

import pytest
import torch
import torchvision
from safetensors.torch import load_file, save_file
from torchvision_networks import activations, module_names, torchvision_network

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.loading import load_backbone
from nstbench.networks.normalisation import calibrate
from nstbench.networks.squeezenet import SQUEEZENET
from nstbench.networks.vgg import VGG19
from nstbench.networks.weight_files import read_weights, save_weights
from nstbench.networks.weight_sources import find_imagenet_weights, imagenet_file_name, locate_weights

CPU = Hardware(torch.device("cpu"), "fp32")
REAL_SQUEEZENET = Path(os.environ.get("NSTBENCH_WEIGHTS", "")) / "squeezenet1_0.safetensors"


@pytest.fixture
def own_file(tmp_path):
    torch.manual_seed(0)
    backbone = Backbone(VGG19, width=0.0625)
    file = tmp_path / "own.safetensors"
    save_weights(backbone, calibrate(backbone, [torch.rand(2, 3, 64, 64)], "noise"), file)
    return file


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("id", ARCHITECTURES)
@torch.no_grad()
def test_torchvisions_files_give_torchvisions_features(tmp_path, monkeypatch, id, suffix):
    """Found by torchvision's name in the user's folder, normalised images in, the same activations out."""
    table, theirs = ARCHITECTURES[id], torchvision_network(id)
    file = tmp_path / Path(imagenet_file_name(table)).with_suffix(suffix)
    save = torch.save if suffix == ".pth" else save_file
    save(theirs.state_dict(), file)
    monkeypatch.setenv("NSTBENCH_WEIGHTS", str(tmp_path))
    assert locate_weights(table, "imagenet") == file
    ours = load_backbone(id, "imagenet", "max", CPU, "none")
    image = torch.rand(1, 3, 96, 80)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    names = module_names(id)
    expected = activations(theirs, names.values(), (image - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1))
    found = ours(image, table.layer_names)
    for layer, name in names.items():
        torch.testing.assert_close(found[layer], expected[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_file_names_and_checksums_are_torchvisions(id):
    published = ARCHITECTURES[id].releases[0]
    assert torchvision.models.get_weight(published.torchvision).url.endswith(f"/{published.file}.pth")


def test_downloads_are_checked_and_land_in_the_hub_cache(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda *arguments: asked.append(arguments))
    monkeypatch.delenv("NSTBENCH_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = locate_weights(VGG19, "imagenet")
    assert file == tmp_path / "hub" / "checkpoints" / "vgg19-dcbb9e9d.pth"
    assert asked == [("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth", str(file), "dcbb9e9d")]


def test_torchs_cache_is_searched(tmp_path, monkeypatch):
    monkeypatch.delenv("NSTBENCH_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert find_imagenet_weights(VGG19) is None
    cached = tmp_path / "hub" / "checkpoints" / "vgg19-dcbb9e9d.pth"
    cached.parent.mkdir(parents=True)
    cached.touch()
    assert find_imagenet_weights(VGG19) == cached


@pytest.mark.parametrize(("id", "instead"), [("vgg19", "--weights embedded"), ("squeezenet1_0", "vgg19")])
def test_without_file_and_network_the_message_says_what_helps(tmp_path, monkeypatch, id, instead):
    def unreachable(*_, **__):
        raise OSError("network is unreachable")

    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    monkeypatch.setenv("NSTBENCH_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    name = imagenet_file_name(ARCHITECTURES[id])
    with pytest.raises(InputError, match=rf"{name}.*NSTBENCH_WEIGHTS.*{instead}") as failure:
        locate_weights(ARCHITECTURES[id], "imagenet")
    assert str(tmp_path) in str(failure.value)
    assert "\n" not in str(failure.value)


def test_the_authors_squeezenet_sees_bgr_bytes_about_the_mean_pixel(tmp_path):
    """Its preprocessing follows from its file name; torchvision's network of the same layers has another."""
    torch.manual_seed(0)
    file = tmp_path / "squeezenet1_0.safetensors"
    theirs = torchvision_network("squeezenet1_0").features
    save_file({f"features.{name}": tensor for name, tensor in theirs.state_dict().items()}, file)
    ours = load_backbone("squeezenet1_0", str(file), "max", CPU, "none")
    image = torch.rand(1, 3, 40, 48)
    caffe = 255 * image.flip(1) - torch.tensor([104.0, 117.0, 123.0]).view(1, 3, 1, 1)
    torch.testing.assert_close(ours(image, ["conv1"])["conv1"], theirs[0](caffe))


@pytest.mark.skipif(
    not REAL_SQUEEZENET.is_file(), reason="NSTBENCH_WEIGHTS holds no squeezenet1_0.safetensors"
)
@torch.no_grad()
def test_the_real_squeezenet_knows_a_cat():
    """Its features, through its own classifier, put the cat of scikit-image among the cats of ImageNet."""
    from nstbench.images.package_photographs import photograph
    from nstbench.images.pictures import load_picture
    from nstbench.images.tensors import to_tensor

    theirs = torchvision.models.squeezenet1_0().eval()
    theirs.load_state_dict(load_file(REAL_SQUEEZENET))
    backbone = load_backbone("squeezenet1_0", "imagenet", "max", CPU, "none")
    image = to_tensor(load_picture(photograph("chelsea"), 227, square=True))
    ranks = theirs.classifier(backbone(image, ["fire9"])["fire9"]).flatten().argsort(descending=True)
    names = torchvision.models.SqueezeNet1_0_Weights.IMAGENET1K_V1.meta["categories"]
    assert any("cat" in names[index] or "tabby" in names[index] for index in ranks[:3])


@pytest.mark.parametrize("name", ["junk.pth", "junk.safetensors"])
def test_damaged_files_are_said(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(b"these are no weights at all")
    with pytest.raises(InputError, match="not a readable weight file") as failure:
        read_weights(VGG19, file)
    assert "\n" not in str(failure.value)


def test_pickled_code_is_never_run(tmp_path):
    class Malicious:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "broken-in"),))

    file = tmp_path / "malicious.pth"
    torch.save({"conv1_1.weight": Malicious()}, file)
    with pytest.raises(InputError, match="not a readable weight file"):
        read_weights(VGG19, file)
    assert not (tmp_path / "broken-in").exists()


@pytest.mark.parametrize("id", ARCHITECTURES)
def test_weights_of_another_network_are_said(tmp_path, id):
    file = tmp_path / "other.safetensors"
    save_file({"fc.weight": torch.zeros(2, 2)}, file)
    first = "conv1" if "conv1" in ARCHITECTURES[id].convolutions else "conv1_1"
    with pytest.raises(InputError, match=rf"holds no weights of {id}: {first}\.bias is missing"):
        read_weights(ARCHITECTURES[id], file)


def test_weights_of_wrong_shape_are_said(tmp_path, own_file):
    tensors = load_file(own_file)
    tensors["conv3_2.weight"] = torch.zeros(3, 3, 3, 3)
    file = tmp_path / "shape.safetensors"
    save_file(tensors, file)
    with pytest.raises(InputError, match=r"shape\.safetensors does not fit vgg19: conv3_2\.weight"):
        load_backbone("vgg19", str(file), "max", CPU)


def test_weights_that_are_no_numbers_are_said(tmp_path, own_file):
    tensors = load_file(own_file)
    tensors["conv3_2.weight"][0, 0, 0, 0] = torch.nan
    save_file(tensors, tmp_path / "nan.safetensors")
    with pytest.raises(InputError, match=r"nan\.safetensors is damaged: conv3_2\.weight"):
        load_backbone("vgg19", str(tmp_path / "nan.safetensors"), "average", CPU)


def test_missing_file_is_said():
    with pytest.raises(
        InputError, match=r"'nowhere\.pth' do not exist; allowed: original, embedded, imagenet, random"
    ):
        locate_weights(VGG19, "nowhere.pth")


def test_network_without_embedded_weights_is_said():
    with pytest.raises(InputError, match=r"no embedded weights for 'squeezenet1_0'.*--weights imagenet"):
        locate_weights(SQUEEZENET, "embedded")


def test_own_files_are_loaded_normalised_at_their_width(own_file):
    backbone = load_backbone("vgg19", str(own_file), "average", CPU)
    assert backbone.layers["conv5_1"].out_channels == 32
    assert backbone.calibration == "noise"
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(5))
    means = calibrate(backbone, [images], "other noise").after_relu
    assert 0.8 < means["conv1_1"].median() < 1.25


def test_files_without_means_are_calibrated(tmp_path, own_file):
    bare = {name: tensor for name, tensor in load_file(own_file).items() if ".mean" not in name}
    file = tmp_path / "bare.safetensors"
    save_file(bare, file)
    backbone = load_backbone("vgg19", str(file), "max", CPU)
    assert backbone.calibration.startswith("chelsea, astronaut")
    twin = load_backbone("vgg19", str(file), "average", CPU)
    assert torch.equal(twin.layers["conv4_1"].weight, backbone.layers["conv4_1"].weight)
