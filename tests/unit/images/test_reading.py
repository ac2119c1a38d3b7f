"""Which files are read as pictures, and what is said of the others."""

import io
import logging
import os
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.reading import read_picture

RED, BLUE, GREEN = (Image.new("RGB", (20, 30), name) for name in ("red", "blue", "green"))


def as_file(image, format, **options):
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


@pytest.mark.parametrize("format", ["GIF", "TIFF", "WEBP", "PNG"])
def test_the_first_of_several_frames_is_read_and_that_is_said(tmp_path, format, caplog):
    file = tmp_path / "moving"
    file.write_bytes(as_file(RED, format, save_all=True, append_images=[BLUE, GREEN]))
    with caplog.at_level(logging.WARNING, "nstbench"):
        picture = read_picture(file)
    assert np.abs(np.asarray(picture, int) - [255, 0, 0]).max() < 8
    assert "has 3 frames or pages; the first one is taken" in caplog.text


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF"])
def test_what_a_file_is_decides_not_how_it_is_called(tmp_path, format):
    file = tmp_path / "picture.dat"
    file.write_bytes(as_file(RED, format))
    assert np.abs(np.asarray(read_picture(file), int) - [255, 0, 0]).max() < 8


@pytest.mark.parametrize("format", ["EPS", "PDF", "ICNS", "TGA", "PCX", "SGI"])
def test_other_formats_are_not_opened(tmp_path, format, monkeypatch):
    """Pillow hands PostScript to Ghostscript."""
    monkeypatch.setattr("subprocess.check_call", lambda *_, **__: pytest.fail("started a program"))
    file = tmp_path / "picture.png"
    file.write_bytes(as_file(RED.resize((32, 32)), format))
    with pytest.raises(InputError, match="is not a readable picture; give a PNG, JPEG,"):
        read_picture(file)


def test_heic_is_called_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr("nstbench.images.reading._formats", lambda: ("PNG",))
    for brand, message in (
        (b"heic", r"is a HEIC picture; pip install pillow-heif, or save it as JPEG or PNG"),
        (b"avif", r"is an AVIF picture, which this Pillow cannot read"),
    ):
        file = tmp_path / "phone.jpg"
        file.write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(100))
        with pytest.raises(InputError, match=message):
            read_picture(file)


def whole_header(content, promised):
    """A file whose header promises more pixels than it holds."""
    return content.replace(b"20 30", promised, 1)


@pytest.mark.parametrize(
    "content",
    [
        whole_header(as_file(RED, "PPM"), b"20000 20000"),
        as_file(RED, "BMP").replace((20).to_bytes(4, "little"), (9_000).to_bytes(4, "little"), 1),
        as_file(RED, "PNG")[:40],
        as_file(RED, "TIFF")[:-900],
        as_file(RED, "WEBP")[:-30],
        as_file(RED, "GIF")[:-40],
    ],
)
def test_a_header_that_promises_more_than_the_file_holds_is_refused(tmp_path, content):
    file = tmp_path / "half.png"
    file.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_picture(file)
    assert str(refused.value).startswith(str(file)) and "\n" not in str(refused.value)


def test_too_many_pixels_are_refused_before_they_are_read(tmp_path):
    file = tmp_path / "bomb.png"
    file.write_bytes(whole_header(as_file(RED, "PPM"), b"40000 40000"))
    with pytest.raises(InputError, match="has more than 500000000 pixels; scale it down first"):
        read_picture(file)


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in the file system")
def test_a_named_pipe_is_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for content in (as_file(RED, "PNG"), b""):
        writer = threading.Thread(target=pipe.write_bytes, args=(content,))
        writer.start()
        if content:
            assert read_picture(pipe).size == (20, 30)
        else:
            with pytest.raises(InputError, match=r"is empty \(0 bytes\)"):
                read_picture(pipe)
        writer.join()


@pytest.mark.filterwarnings("error")
def test_damage_of_any_kind_ends_in_one_line(tmp_path):
    """Bytes changed and cut at random, in files of every format."""
    random = np.random.default_rng(0)
    file = tmp_path / "damaged"
    picture = Image.fromarray(random.integers(0, 256, (24, 24, 3), dtype=np.uint8))
    for format in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF"):
        whole = as_file(picture, format)
        for _ in range(40):
            content = bytearray(whole[: random.integers(1, len(whole) + 1)])
            for place in random.integers(0, len(content), 6):
                content[place] = random.integers(256)
            file.write_bytes(content)
            try:
                assert read_picture(file).mode == "RGB"
            except InputError as error:
                assert "\n" not in str(error)
