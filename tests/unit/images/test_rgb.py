"""Colours of files in other colour spaces and depths, against matrices and curves of their standards."""

import io
import logging
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from nstbench.core.errors import InputError
from nstbench.images.pictures import save_picture
from nstbench.images.reading import read_picture
from nstbench.images.rgb import SRGB

COLOURS = np.random.default_rng(0).integers(40, 216, (24, 32, 3), dtype=np.uint8)
D50, D65 = np.array([0.9642, 1.0, 0.8249]), np.array([0.95047, 1.0, 1.08883])
# CIE xy of the primaries: SMPTE RP 431-2 with the white of D65 (Display P3), and IEC 61966-2-1.
DISPLAY_P3 = [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]
SRGB_PRIMARIES = [(0.640, 0.330), (0.300, 0.600), (0.150, 0.060)]
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def to_xyz(primaries):
    """The matrix from linear RGB to XYZ whose white is D65."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    return columns * np.linalg.solve(columns, D65)


def encoded(linear):
    """The curve of sRGB, IEC 61966-2-1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.abs(linear) ** (1 / 2.4) - 0.055)


def profile(space, tags):
    """An ICC profile of version 2.4 by its specification, ICC.1:2001-04."""
    table, data = b"", b""
    offset = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, offset + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    size = offset + len(data)
    header = struct.pack(">I4sI4s4s4s12x4s", size, bytes(4), 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    header += bytes(28) + struct.pack(">3i", *(round(value * 65536) for value in D50))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def xyz(values):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def matrix_profile(primaries, gamma):
    adaptation = np.linalg.solve(BRADFORD, np.diag(BRADFORD @ D50 / (BRADFORD @ D65)) @ BRADFORD)
    columns = adaptation @ to_xyz(primaries)
    tags = {name + b"XYZ": xyz(column) for name, column in zip((b"r", b"g", b"b"), columns.T, strict=True)}
    tags |= {name + b"TRC": curve(gamma) for name in (b"r", b"g", b"b")}
    return profile(b"RGB ", tags | {b"wtpt": xyz(D50)})


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
@pytest.mark.parametrize(("primaries", "gamma"), [(DISPLAY_P3, 2.2), (SRGB_PRIMARIES, 1.0)])
def test_colours_are_converted_from_the_profile(tmp_path, suffix, primaries, gamma):
    file = tmp_path / f"wide{suffix}"
    options = {"lossless": True} if suffix == ".webp" else {}
    Image.fromarray(COLOURS).save(file, icc_profile=matrix_profile(primaries, gamma), **options)
    linear = (COLOURS / 255) ** gamma @ (np.linalg.solve(to_xyz(SRGB_PRIMARIES), to_xyz(primaries))).T
    expected = 255 * encoded(np.clip(linear, 0, 1))
    found = np.asarray(read_picture(file), dtype=float)
    assert np.abs(found - COLOURS).mean() > 3  # There was something to do.
    np.testing.assert_allclose(found, expected, atol=1.5)


def test_greys_are_converted_too(tmp_path):
    grey = COLOURS[..., 0]
    of_grey = profile(b"GRAY", {b"kTRC": curve(1.0), b"wtpt": xyz(D50)})
    expected = 255 * encoded(grey / 255)
    for name, image in (("l.png", grey), ("deep.png", grey.astype(np.uint16) * 257)):
        Image.fromarray(image).save(tmp_path / name, icc_profile=of_grey)
        found = np.asarray(read_picture(tmp_path / name), dtype=float)
        np.testing.assert_allclose(found, np.repeat(expected[..., None], 3, 2), atol=1.5)


def test_hidden_pixels_do_not_stop_the_conversion(tmp_path):
    file = tmp_path / "clear.png"
    alpha = np.full((24, 32, 1), 255, dtype=np.uint8)
    alpha[:12] = 0
    wide = matrix_profile(DISPLAY_P3, 2.2)
    Image.fromarray(np.concatenate([COLOURS, alpha], 2)).save(file, icc_profile=wide)
    Image.fromarray(COLOURS).save(tmp_path / "opaque.png", icc_profile=wide)
    found = np.asarray(read_picture(file))
    assert (found[:12] == 255).all()
    np.testing.assert_array_equal(found[12:], np.asarray(read_picture(tmp_path / "opaque.png"))[12:])


@pytest.mark.parametrize(
    "damage", [b"no profile", matrix_profile(DISPLAY_P3, 2.2)[:300], profile(b"CMYK", {})]
)
def test_a_broken_profile_falls_back_and_is_said(tmp_path, damage, caplog):
    file = tmp_path / "odd.png"
    Image.fromarray(COLOURS).save(file, icc_profile=damage)
    with caplog.at_level(logging.WARNING, "nstbench"):
        np.testing.assert_array_equal(np.asarray(read_picture(file)), COLOURS)
    assert "the colour profile of" in caplog.text


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
def test_written_pictures_are_srgb_and_say_so(tmp_path, suffix):
    file, again = tmp_path / f"out{suffix}", tmp_path / f"again{suffix}"
    save_picture(Image.fromarray(COLOURS), file)
    with Image.open(file) as written:
        described = ImageCms.getProfileDescription(io.BytesIO(written.info["icc_profile"]))
        decoded = np.asarray(written.convert("RGB"))
    assert "sRGB" in described
    np.testing.assert_array_equal(np.asarray(read_picture(file)), decoded)
    save_picture(Image.fromarray(COLOURS), again)
    assert file.read_bytes() == again.read_bytes()


def test_srgb_by_another_maker_changes_nothing(tmp_path):
    other = bytearray(SRGB)
    other[24:36] = struct.pack(">6H", 2020, 1, 2, 3, 4, 5)
    Image.fromarray(COLOURS).save(tmp_path / "other.png", icc_profile=bytes(other))
    np.testing.assert_array_equal(np.asarray(read_picture(tmp_path / "other.png")), COLOURS)


def test_lab_is_read(tmp_path):
    """Neutral greys: L* = 116 Y^(1/3) - 16 (CIE 1976)."""
    lightness = np.linspace(30, 220, 24 * 32).reshape(24, 32).astype(np.uint8)
    lab = np.stack([lightness, np.zeros_like(lightness), np.zeros_like(lightness)], 2)
    Image.frombytes("LAB", (32, 24), lab.tobytes()).save(tmp_path / "lab.tif")
    star = lightness / 255 * 100
    luminance = np.where(star > 8, ((star + 16) / 116) ** 3, star / 903.3)
    found = np.asarray(read_picture(tmp_path / "lab.tif"), dtype=float)
    np.testing.assert_allclose(found, np.repeat(255 * encoded(luminance)[..., None], 3, 2), atol=2)


def test_floats_are_read_by_their_own_scale(tmp_path):
    file = tmp_path / "float.tif"
    shares = np.linspace(0, 1, 24 * 32, dtype=np.float32).reshape(24, 32)
    expected = np.rint(shares * 255)
    Image.fromarray(shares).save(file)
    np.testing.assert_array_equal(np.asarray(read_picture(file))[..., 1], expected)
    tags = {340: 0.0, 341: 255.0}  # SMinSampleValue and SMaxSampleValue of TIFF 6.0.
    Image.fromarray(shares * 255).save(file, tiffinfo=tags)
    np.testing.assert_allclose(np.asarray(read_picture(file))[..., 1], expected, atol=1)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (np.full((20, 20), 200.0, np.float32), "floats from 200 to 200, and 0 to 1 are read"),
        (np.full((20, 20), np.nan, np.float32), "floats from nan to nan"),
        (np.full((20, 20), 70_000, np.int32), "signed integers of 32 bits"),
    ],
)
def test_values_of_an_unknown_scale_are_refused(tmp_path, values, complaint):
    file = tmp_path / "scientific.tif"
    Image.fromarray(values).save(file)
    with pytest.raises(InputError, match=complaint) as refused:
        read_picture(file)
    assert str(file) in str(refused.value) and "\n" not in str(refused.value)
