import sys
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image

from nstbench.charts.base import Materials
from nstbench.cli import main
from nstbench.core.hardware import Hardware
from nstbench.networks.backbone import Backbone
from nstbench.networks.vgg import VGG19


def pytest_collection_modifyitems(items):
    """Tests that need more than the package are marked by their folder: `pytest -m "not browser"`."""
    for item in items:
        for folder in ("browser", "integration"):
            if folder in item.path.parts:
                item.add_marker(folder)


class Finished(NamedTuple):
    """What a command left: its exit status and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch, capsys):
    """`nstbench <arguments>` in this process."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["nstbench", *map(str, arguments)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        return Finished(status, *capsys.readouterr())

    return run


@pytest.fixture
def narrow_vgg() -> Backbone:
    """A VGG-19 an eighth as wide, with random weights, in double precision."""
    torch.manual_seed(0)
    return Backbone(VGG19, width=0.125).double().requires_grad_(False)


@pytest.fixture
def photo(tmp_path):
    """A small colourful picture file, 48 x 32 px."""
    rng = np.random.default_rng(0)
    smooth = np.asarray(Image.fromarray(rng.integers(0, 256, (4, 6, 3), dtype=np.uint8)).resize((48, 32)))
    file = tmp_path / "photo.png"
    Image.fromarray(smooth).save(file)
    return file


@pytest.fixture
def materials(tmp_path):
    """What a chart is measured on, with pictures of noise by name."""

    def make(pictures=(), size=32, runs=()) -> Materials:
        random = np.random.default_rng(0)
        files = {name: tmp_path / f"{name}.png" for name in pictures}
        for file in files.values():
            Image.fromarray(random.integers(0, 256, (size, size, 3), dtype=np.uint8)).save(file)
        hardware = Hardware(torch.device("cpu"), "fp32")
        return Materials(files, {}, runs, tmp_path, size, "embedded", hardware)

    return make


@pytest.fixture
def painting(tmp_path):
    """A small striped picture file, 40 x 40 px."""
    stripes = (np.indices((40, 40)).sum(0) // 4 % 2)[..., None] * np.array([200, 120, 40])
    file = tmp_path / "painting.png"
    Image.fromarray(stripes.astype(np.uint8)).save(file)
    return file
