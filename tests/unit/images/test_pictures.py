import errno
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.pictures import check_output, load_picture, save_picture
from nstbench.images.reading import read_picture
from nstbench.images.tensors import to_picture, to_tensor

GRADIENT = np.linspace(0, 255, 32 * 24).reshape(24, 32).astype(np.uint8)


def mean_colour(file, size=32):
    return np.asarray(load_picture(file, size)).mean((0, 1))


def test_long_side_is_the_size(photo):
    assert load_picture(photo, 96).size == (96, 64)
    assert load_picture(photo, 32, square=True).size == (32, 32)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "CMYK", "LA", "1"])
def test_modes_become_the_same_grey(tmp_path, mode):
    file = tmp_path / ("x.jpg" if mode == "CMYK" else "x.png")
    Image.fromarray(GRADIENT).convert(mode).save(file)
    picture = load_picture(file, 32)
    assert picture.mode == "RGB"
    assert np.abs(np.asarray(picture, float).mean() - GRADIENT.mean()) < 3


def test_sixteen_bits_are_scaled_not_clipped(tmp_path):
    file = tmp_path / "deep.png"
    Image.fromarray(GRADIENT.astype(np.uint16) * 257).save(file)
    np.testing.assert_allclose(np.asarray(load_picture(file, 32))[..., 0], GRADIENT, atol=1)


def test_sixteen_bits_are_rounded_to_eight(tmp_path):
    """Of 0 to 65535, 257 k is the grey k; what is less than half a step above it too."""
    file = tmp_path / "deep.png"
    greys = np.arange(255).reshape(17, 15)
    for above, expected in ((0, greys), (128, greys), (129, greys + 1), (257, greys + 1)):
        Image.fromarray((257 * greys + above).astype(np.uint16)).save(file)
        np.testing.assert_array_equal(np.asarray(read_picture(file))[..., 0], expected)


def test_transparent_becomes_white(tmp_path):
    file = tmp_path / "clear.png"
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(file)
    np.testing.assert_array_equal(mean_colour(file), [255, 255, 255])


def test_transparent_palette_becomes_white(tmp_path):
    file = tmp_path / "clear.gif"
    picture = Image.new("P", (20, 20), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.save(file, transparency=1)
    np.testing.assert_array_equal(mean_colour(file), [255, 255, 255])


def test_orientation_tag_is_obeyed(tmp_path):
    file = tmp_path / "turned.jpg"
    picture = Image.new("RGB", (40, 20), "blue")
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(file, exif=exif)
    assert load_picture(file, 40).size == (20, 40)


def test_very_wide_picture_is_scaled(tmp_path):
    file = tmp_path / "wide.jpg"
    Image.new("RGB", (20000, 2000), "green").save(file)
    assert load_picture(file, 256).size == (256, 26)


@pytest.mark.parametrize("size", [(1, 300), (20000, 3)])
def test_too_elongated_is_said(tmp_path, size):
    file = tmp_path / "thin.png"
    Image.new("RGB", size).save(file)
    with pytest.raises(InputError, match=r"thin\.png is too elongated"):
        load_picture(file, 256)


def test_one_pixel_is_a_flat_picture(tmp_path):
    file = tmp_path / "dot.png"
    Image.new("RGB", (1, 1), (10, 200, 30)).save(file)
    np.testing.assert_array_equal(mean_colour(file), [10, 200, 30])


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "does not exist"), (b"", "is empty"), (b"plain text, no picture", "not a readable picture")],
)
def test_bad_files_are_said(tmp_path, content, message):
    file = tmp_path / "bad.png"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=message) as failure:
        load_picture(file, 64)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_truncated_file_is_said(tmp_path, suffix):
    file = tmp_path / f"cut{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(file)
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(InputError, match="truncated"):
        load_picture(file, 64)


def test_folder_is_no_picture(tmp_path):
    with pytest.raises(InputError, match="is a folder; give a picture file"):
        load_picture(tmp_path, 64)


@pytest.mark.parametrize("size", [-5, 0, 15, 100_000])
def test_impossible_sizes_are_said(photo, size):
    with pytest.raises(InputError, match=f"size {size} is out of range; allowed: 16 to 8192"):
        load_picture(photo, size)


def test_failed_save_leaves_nothing(tmp_path):
    class Broken(Image.Image):
        def save(self, file, format, **options):
            file.write_bytes(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left on device"):
        save_picture(Broken(), tmp_path / "out.png")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_entered_is_said(tmp_path, monkeypatch):
    """As before Python 3.12, where `exists` of a file in another user's folder raises."""

    def exists(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", exists)
    with pytest.raises(InputError, match=r"cannot write .*out\.png: Permission denied; choose a writable"):
        check_output(tmp_path / "theirs" / "out.png")


def test_tensor_and_back():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    tensor = to_tensor(Image.fromarray(pixels))
    assert tensor.shape == (1, 3, 5, 7)
    np.testing.assert_array_equal(np.asarray(to_picture(tensor)), pixels)
    assert np.asarray(to_picture(torch.tensor([[[[-1.0]], [[0.5]], [[2.0]]]]))).tolist() == [[[0, 128, 255]]]
