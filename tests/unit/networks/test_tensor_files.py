"""Weight files as people have them: unwrapped, renamed, or named for what they really are, in one line."""

import json
import os
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from nstbench.core.errors import InputError
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.tensor_files import read_tensors
from nstbench.networks.vgg import VGG16, VGG19
from nstbench.networks.weight_files import read_weights

HTML = "\n<!DOCTYPE html><html><body>404: the model has moved</body></html>"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 574673361\n"


@pytest.fixture(scope="module")
def narrow():
    """A VGG-19 a sixteenth as wide, and its weights under the names of torchvision."""
    torch.manual_seed(0)
    backbone = Backbone(VGG19, 1 / 16)
    # torchvision's modules: a ReLU behind each convolution, a pooling behind each block.
    places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    state = {
        f"features.{place}.{part}": tensor.detach().clone()
        for place, convolution in zip(places, backbone.convolutions.values(), strict=True)
        for part, tensor in convolution.named_parameters()
    }
    return backbone, state | {"classifier.0.weight": torch.zeros(8, 32), "classifier.0.bias": torch.zeros(8)}


def under(prefix, state):
    return {prefix + name: tensor for name, tensor in state.items()}


def bare(state):
    return {name.removeprefix("features."): t for name, t in state.items() if name.startswith("features.")}


def in_parallel(state):
    """As `model.features = DataParallel(model.features)` has it."""
    return {name.replace("features.", "features.module."): tensor for name, tensor in state.items()}


@pytest.mark.parametrize("suffix", [".pth", ".PTH", ".pt", ".bin", ".SafeTensors", ""])
@pytest.mark.parametrize("save", [torch.save, save_file], ids=["torch", "safetensors"])
def test_the_content_says_what_a_file_is_and_not_its_suffix(tmp_path, narrow, save, suffix):
    backbone, state = narrow
    save(state, tmp_path / f"weights{suffix}")
    found = read_weights(VGG19, tmp_path / f"weights{suffix}")
    assert torch.equal(found.tensors["conv5_4.weight"], backbone.convolutions["conv5_4"].weight)
    assert not found.ours


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"state_dict": state},
        lambda state: {"model": state, "epoch": 3, "optimizer": {"state": {}}},
        lambda state: {"model_state_dict": state, "loss": torch.zeros(())},
        lambda state: {"model": {"state_dict": state}},
        lambda state: under("module.", state),
        lambda state: under("model.", state),
        lambda state: under("module.model.", state),
        lambda state: under("encoder.vgg.", bare(state)),
        lambda state: {"state_dict": under("module.", state), "arch": "vgg19"},
        bare,
        in_parallel,
        lambda state: {name: tensor.half() for name, tensor in state.items()},
        lambda state: {name: tensor.bfloat16() for name, tensor in state.items()},
        lambda state: {name: torch.nn.Parameter(tensor) for name, tensor in state.items()},
        lambda state: state | {"num_batches": 7, "names": ["cat"]},
    ],
)
def test_what_people_wrap_around_weights_is_taken_off(tmp_path, narrow, wrap):
    backbone, state = narrow
    torch.save(wrap(state), tmp_path / "weights.pth")
    found = read_weights(VGG19, tmp_path / "weights.pth").tensors
    assert found.keys() == {f"{name}.{part}" for name in VGG19.convolutions for part in ("weight", "bias")}
    for name, convolution in backbone.convolutions.items():
        torch.testing.assert_close(found[f"{name}.weight"], convolution.weight.data, rtol=1e-2, atol=1e-3)
        torch.testing.assert_close(found[f"{name}.bias"], convolution.bias.data, rtol=1e-2, atol=1e-3)
        assert found[f"{name}.weight"].dtype == torch.float32
        assert not found[f"{name}.weight"].requires_grad


def test_names_of_the_literature_in_a_checkpoint_are_known(tmp_path, narrow):
    """As in Gatys' `vgg_conv.pth`, and as a module of ours has them."""
    backbone, _ = narrow
    torch.save({"state_dict": backbone.state_dict()}, tmp_path / "weights.pth")
    found = read_weights(VGG19, tmp_path / "weights.pth").tensors
    assert torch.equal(found["conv3_1.bias"], backbone.convolutions["conv3_1"].bias)


def test_a_larger_network_is_not_taken_for_a_smaller_one(tmp_path, narrow):
    """A VGG-19 has a convolution of every name of a VGG-16."""
    backbone, _ = narrow
    torch.save(backbone.layers.state_dict(), tmp_path / "weights.pth")
    with pytest.raises(InputError, match=r"holds no weights of vgg16: conv1_1\.bias is missing"):
        read_weights(VGG16, tmp_path / "weights.pth")


def test_our_file_of_another_network_is_said(tmp_path, narrow):
    backbone, _ = narrow
    file = tmp_path / "own.safetensors"
    save_file(dict(backbone.layers.state_dict()), file, {"architecture": "vgg19"})
    assert read_weights(VGG19, file).ours
    with pytest.raises(InputError, match=r"holds weights of 'vgg19', not of vgg16; choose that backbone"):
        read_weights(VGG16, file)


class Whole(torch.nn.Module):
    """A module that is saved whole."""


def a_torchscript(file, _):
    torch.jit.save(torch.jit.trace(torch.nn.Conv2d(3, 1, 1), torch.zeros(1, 3, 2, 2)), file)


def a_zip(file, _):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "no weights")


def a_legacy_file_cut(file, state):
    torch.save(state, file, _use_new_zipfile_serialization=False)
    file.write_bytes(file.read_bytes()[:-1000])


def cut(save, length):
    def write(file, state):
        save(state, file)
        file.write_bytes(file.read_bytes()[:length])

    return write


def held_by_itself(file, _):
    content = {}
    content["model"] = content
    torch.save(content, file)


def changed(**tensors):
    return lambda file, state: torch.save(state | tensors, file)


FIRST = "features.0.weight"


@pytest.mark.filterwarnings("ignore:`torch.jit:FutureWarning", "ignore:Validating sparse:UserWarning")
@pytest.mark.parametrize(
    ("write", "complaint"),
    [
        (lambda file, _: file.write_text(HTML), "is a web page, not weights: .* download the file itself"),
        (lambda file, _: file.write_text(HTML.strip().lower()), "is a web page"),
        (lambda file, _: file.write_text(POINTER), "is a Git LFS pointer, .* fetch them with `git lfs pull`"),
        (lambda file, _: file.touch(), r"is empty \(0 bytes\); download it again"),
        (lambda file, _: file.mkdir(), "is a folder; give a weight file in it"),
        (lambda file, _: Image.new("RGB", (9, 9)).save(file, "PNG"), "is a picture, not weights"),
        (lambda file, _: Image.new("RGB", (9, 9)).save(file, "JPEG"), "is a picture, not weights"),
        (
            lambda file, _: file.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99)),
            "is an HDF5 file, as Keras writes",
        ),
        (lambda file, _: file.write_bytes(b"\x1f\x8b\x08" + bytes(99)), "is compressed; unpack it first"),
        (a_zip, r"is a zip archive of other files \('readme\.txt'\)"),
        (lambda file, _: np.savez(file.open("wb"), a=np.zeros(2)), r"is a zip archive of other files"),
        (a_torchscript, r"is a TorchScript program.*torch\.jit\.load\(FILE\)\.state_dict\(\)"),
        (cut(torch.save, -500), "not a readable weight file: it is cut short or damaged; download it again"),
        (cut(torch.save, 300), "it is cut short or damaged; download it again"),
        (cut(save_file, -500), "it is cut short or damaged; download it again"),
        (a_legacy_file_cut, "it is cut short or damaged; download it again"),
        (cut(save_file, 20), "not a readable weight file: it is damaged, or neither"),
        (lambda file, _: file.write_text("no weights at all"), "neither safetensors nor of torch.save"),
        (lambda file, _: file.write_bytes(b"\x80\x02" + b"(" * 100_000), "not a readable weight file"),
        (
            lambda file, _: torch.save(Whole(), file),
            r"more than tensors \('.*Whole'\).*save the weights alone",
        ),
        (lambda file, _: torch.save({"model": Whole()}, file), r"torch\.save\(model\.state_dict\(\)"),
        (lambda file, _: torch.save([torch.zeros(1)], file), "is not a state dict but a list"),
        (lambda file, _: torch.save(torch.zeros(1), file), "is not a state dict but a Tensor"),
        (lambda file, _: torch.save({"epoch": 3}, file), r"no tensors are under its names \['epoch'\]"),
        (held_by_itself, r"no tensors are under its names \['model'\]"),
        (
            lambda file, _: torch.save({"fc": torch.zeros(1)}, file),
            "holds no weights of vgg19: conv1_1.bias is",
        ),
        (
            changed(**{FIRST: torch.zeros(4, 3, 5, 5)}),
            r"conv1_1\.weight has the shape \(4, 3, 5, 5\) instead",
        ),
        (changed(**{FIRST: torch.zeros(4, 1, 3, 3)}), r"\(4, 1, 3, 3\) instead of \(4, 3, 3, 3\)"),
        (changed(**{FIRST: torch.zeros(())}), r"conv1_1\.weight has the shape \(\) instead"),
        (changed(**{"features.0.bias": torch.zeros(())}), "conv1_1 has 0 channels; allowed: 1 to 64"),
        (changed(**{"features.0.bias": torch.zeros(10**5)}), "conv1_1 has 100000 channels; allowed: 1 to 64"),
        (
            changed(**{"features.5.weight": torch.zeros(8, 4, 3, 3).int()}),
            r"conv2_1\.weight is of torch\.int32",
        ),
        (changed(**{FIRST: torch.zeros(4, 3, 3, 3).to_sparse()}), r"torch\.sparse_coo; save floating point"),
        (changed(**{FIRST: torch.zeros(4, 3, 3, 3, dtype=torch.complex64)}), r"is of torch\.complex64"),
        (changed(**{FIRST: torch.zeros(4, 3, 3, 3, device="meta")}), "save floating point"),
        (
            changed(**{"features.34.weight": torch.full((32, 32, 3, 3), torch.nan)}),
            r"conv5_4\.weight contains NaN",
        ),
        (changed(**{"features.34.bias": torch.full((32,), torch.inf)}), r"conv5_4\.bias contains NaN or Inf"),
        # A terabyte of one number.
        (changed(**{FIRST: torch.zeros(1).expand(10**6, 10**6, 3, 3)}), "has the shape"),
    ],
)
def test_what_is_no_weight_file_is_named_in_one_line(tmp_path, narrow, write, complaint):
    file = tmp_path / "weights.pth"
    write(file, narrow[1])
    with pytest.raises(InputError, match=complaint) as failure:
        read_weights(VGG19, file)
    message = str(failure.value)
    assert message.startswith(str(file))
    assert "\n" not in message
    assert len(message) < len(str(file)) + 250
    assert "weights_only" not in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(tmp_path):
    file = tmp_path / "weights.pth"
    file.touch(mode=0)
    with pytest.raises(InputError, match="not a readable weight file: Permission denied"):
        read_tensors(file)


@pytest.mark.parametrize("id", ["googlenet"])
def test_a_batch_norm_that_does_not_fit_is_said(tmp_path, id):
    table = ARCHITECTURES[id]
    state = {"conv1.conv.weight": torch.zeros(64, 3, 7, 7)}
    state |= {
        f"conv1.bn.{part}": torch.zeros(3) for part in ("weight", "bias", "running_mean", "running_var")
    }
    torch.save(state, tmp_path / "weights.pth")
    with pytest.raises(InputError, match="holds no weights of googlenet"):
        read_weights(table, tmp_path / "weights.pth")


def test_the_header_of_safetensors_may_say_anything(tmp_path):
    """Its length and its offsets are checked by the library, whose errors become one line as well."""
    header = json.dumps({"a": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 4]}}).encode()
    file = tmp_path / "weights.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(InputError, match="is not a readable weight file"):
        read_tensors(file)


def test_an_archive_with_a_damaged_name_is_refused_in_a_line(tmp_path):
    file = tmp_path / "weights.pth"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("weights/dätä.pkl", b"")  # A name that the archive says is UTF-8.
    file.write_bytes(file.read_bytes().replace("ä".encode(), b"\xff\xff"))
    with pytest.raises(InputError, match=r"weights\.pth is not a readable weight file: .* give a \.safeten"):
        read_tensors(file)
