import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import vgg19

from nstbench.backbones.loading import load_backbone
from nstbench.backbones.network import Backbone
from nstbench.backbones.normalisation import channel_means
from nstbench.backbones.vgg import VGG19
from nstbench.backbones.weight_files import locate_weights, read_weights, save_weights
from nstbench.errors import InputError
from nstbench.hardware import Hardware

CPU = Hardware(torch.device("cpu"), "fp32")


@pytest.fixture
def own_file(tmp_path):
    torch.manual_seed(0)
    backbone = Backbone(VGG19, width=0.0625)
    file = tmp_path / "own.safetensors"
    save_weights(backbone, channel_means(backbone, torch.rand(2, 3, 64, 64)), file)
    return file


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_torchvision_files_are_found_in_the_users_folder(tmp_path, monkeypatch, suffix):
    network = vgg19(weights=None)
    features = {f"features.{key}": value for key, value in network.features.state_dict().items()}
    file = tmp_path / f"vgg19-dcbb9e9d{suffix}"
    torch.save(features, file) if suffix == ".pth" else save_file(features, file)
    monkeypatch.setenv("NSTBENCH_WEIGHTS", str(tmp_path))
    tensors = read_weights(VGG19, "imagenet")
    assert torch.equal(tensors["conv4_2.weight"], network.features[21].weight)


def test_without_file_and_network_the_message_says_what_helps(tmp_path, monkeypatch):
    def unreachable(*_, **__):
        raise OSError("network is unreachable")

    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    monkeypatch.setenv("NSTBENCH_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    with pytest.raises(InputError, match=r"vgg19-dcbb9e9d\.pth.*NSTBENCH_WEIGHTS.*embedded") as failure:
        locate_weights(VGG19, "imagenet")
    assert str(tmp_path) in str(failure.value)


@pytest.mark.parametrize("name", ["junk.pth", "junk.safetensors"])
def test_damaged_files_are_said(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(b"these are no weights at all")
    with pytest.raises(InputError, match="no readable weight file") as failure:
        read_weights(VGG19, str(file))
    assert "\n" not in str(failure.value)


def test_weights_of_another_network_are_said(tmp_path):
    file = tmp_path / "other.safetensors"
    save_file({"fc.weight": torch.zeros(2, 2)}, file)
    with pytest.raises(InputError, match=r"holds no weights of vgg19: conv1_1\.bias is missing"):
        read_weights(VGG19, str(file))


def test_weights_of_wrong_shape_are_said(tmp_path, own_file):
    tensors = read_weights(VGG19, str(own_file))
    tensors["conv3_2.weight"] = torch.zeros(3, 3, 3, 3)
    file = tmp_path / "shape.safetensors"
    save_file(tensors, file)
    with pytest.raises(InputError, match=r"do not fit vgg19.*conv3_2\.weight"):
        load_backbone("vgg19", str(file), "max", CPU)


def test_missing_file_is_said():
    with pytest.raises(InputError, match=r"'nowhere\.pth' do not exist; allowed: embedded, imagenet"):
        read_weights(VGG19, "nowhere.pth")


def test_own_files_are_loaded_normalised_at_their_width(own_file):
    backbone = load_backbone("vgg19", str(own_file), "average", CPU)
    assert backbone.layers["conv5_1"].out_channels == 32
    means = channel_means(backbone, torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(5)))
    assert 0.8 < means["conv1_1"].median() < 1.25


def test_files_without_means_are_calibrated(tmp_path, own_file):
    tensors = {
        name: t for name, t in read_weights(VGG19, str(own_file)).items() if not name.endswith(".mean")
    }
    file = tmp_path / "bare.safetensors"
    save_file(tensors, file)
    from nstbench.backbones.normalisation import calibration_images

    means = channel_means(load_backbone("vgg19", str(file), "max", CPU), calibration_images())
    alive = means["conv2_1"] > 1e-3
    torch.testing.assert_close(means["conv2_1"][alive], torch.ones_like(means["conv2_1"][alive]))
