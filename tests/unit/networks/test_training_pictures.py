"""Pictures to train on: found in folders, decoded when they are needed, skipped when they are damaged."""

import logging

import numpy as np
import pytest
import torch
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.networks.training import pictures
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.pictures import SHORT_SIDE, DecodedPictures, picture_files


def noise(file, seed, size=(40, 30)):
    random = np.random.default_rng(seed)
    Image.fromarray(random.integers(0, 256, (*size[::-1], 3), dtype=np.uint8)).save(file)
    return file


@pytest.fixture
def folder(tmp_path):
    """Six pictures, of which the third is half a file."""
    files = [noise(tmp_path / f"{number}.png", number) for number in range(6)]
    files[2].write_bytes(files[2].read_bytes()[:500])
    return tmp_path


def test_files_and_folders_are_taken_in_every_format_that_is_read(tmp_path):
    inner = tmp_path / "folder" / "inner"
    inner.mkdir(parents=True)
    for name in ("b.png", "a.JPG", "c.tif", "d.bmp", "e.webp", "f.gif", "g.ppm"):
        noise(inner / name, 0)
    (inner / "notes.txt").write_text("no picture")
    alone = noise(tmp_path / "alone.png", 1)
    found = picture_files([alone, tmp_path / "folder"])
    assert [file.name for file in found] == [
        "alone.png", "a.JPG", "b.png", "c.tif", "d.bmp", "e.webp", "f.gif", "g.ppm"
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"nowhere does not exist; give a folder of pictures, or a picture"):
        picture_files([tmp_path / "nowhere"])


def test_a_damaged_picture_is_skipped_and_told_once(folder, caplog):
    crops = CropSource(sorted(folder.iterdir()), 16, 4, seed=0)
    with caplog.at_level(logging.WARNING):
        batches = [crops.training(step) for step in range(12)]
    told = [record.getMessage() for record in caplog.records if "skipped" in record.getMessage()]
    assert len(told) == 1
    assert str(folder / "2.png") in told[0]
    assert told[0].endswith("(1 unreadable so far)")
    again = CropSource(sorted(folder.iterdir()), 16, 4, seed=0)
    for step in reversed(range(12)):
        assert torch.equal(again.training(step), batches[step])


def test_nothing_but_damaged_pictures_is_an_error(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"no picture")
    crops = CropSource(sorted(tmp_path.iterdir()), 16, 4, seed=0)
    with pytest.raises(InputError, match=r"none of the 2 pictures to train on .*: .*1\.png"):
        crops.training(0)


def test_a_crop_shows_what_the_file_holds(tmp_path):
    """A picture of one colour has crops of that colour, unless they were recoloured."""
    for number in range(4):
        Image.new("RGB", (50, 40), (51, 102, 204)).save(tmp_path / f"{number}.png")
    batch = CropSource(sorted(tmp_path.iterdir()), 16, 32, seed=0).training(0)
    plain = torch.tensor([51, 102, 204]).view(1, 3, 1, 1) / 255
    kept = (batch - plain).abs().amax((1, 2, 3)) < 1e-6
    assert 8 <= kept.sum() <= 24


def test_what_is_kept_has_an_end(folder, monkeypatch):
    """With room for two pictures, a third pushes out the one that was asked for longest ago."""
    decoded = []
    monkeypatch.setattr(pictures, "KEPT_BYTES", 2 * 40 * 30 * 3)
    original = pictures.read_picture
    monkeypatch.setattr(
        pictures, "read_picture", lambda file, at_least: decoded.append(file.name) or original(file, at_least)
    )
    store = DecodedPictures()
    for name in ("0.png", "1.png", "0.png", "3.png", "0.png", "1.png"):
        store.read(folder / name)
    assert decoded == ["0.png", "1.png", "3.png", "1.png"]


def test_large_pictures_are_shrunk(tmp_path):
    pixels = DecodedPictures().read(noise(tmp_path / "large.png", 0, size=(900, 600)))
    assert pixels.shape == (3, SHORT_SIDE, round(900 * SHORT_SIDE / 600))
    assert pixels.dtype == torch.uint8
