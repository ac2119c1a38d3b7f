"""Indices of libraries: wired the right way round, refused where they have no value."""

import inspect
import math
from dataclasses import replace
from pathlib import Path

import lpips
import numpy as np
import pytest
import torch
from torch.nn import functional
from torchvision.models import alexnet

from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, EvaluatedImage, NotMeasuredError
from nstbench.metrics.quality_indices import INDICES

ALEXNET_FILE = "alexnet-owt-7be5be79.pth"


def picture(seed, size):
    """Colourful noise, one random colour for every 4 x 4 pixels."""
    coarse = torch.rand(1, 3, -(-size // 4), -(-size // 4), generator=torch.Generator().manual_seed(seed))
    return functional.interpolate(coarse, scale_factor=4)[..., :size, :size]


def pair(found, wanted):
    return Comparison(*(EvaluatedImage(image, {}) for image in (found, wanted, wanted, wanted)))


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
def test_an_index_gets_worse_with_noise(index):
    content = picture(0, 176)
    noise = torch.randn(content.shape, generator=torch.Generator().manual_seed(1))
    metric = metrics()[index.id]
    values = [
        metric.measure(pair((content + spread * noise).clamp(0, 1), content)) for spread in (0.02, 0.1, 0.4)
    ]
    assert values == sorted(values, reverse=metric.better == "higher")


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
def test_an_index_starts_at_its_smallest_side(index):
    side = max(index.smallest_side, 16)
    measure = metrics()[index.id].measure
    assert math.isfinite(measure(pair(picture(0, side), picture(1, side))))
    if index.smallest_side > 16:
        small = pair(picture(0, side)[..., 1:], picture(1, side)[..., 1:])
        with pytest.raises(NotMeasuredError, match=f"{index.id} needs {side} px, the result has {side - 1}"):
            measure(small)


def test_psnr_written_out():
    """10 log10(1 / MSE)."""
    content = torch.full((1, 3, 32, 32), 0.5)
    assert metrics()["PSNR"].measure(pair(content + 0.1, content)) == pytest.approx(20, abs=1e-4)


def test_gmsd_of_a_uniform_change_of_contrast():
    """GMS = (2 a b + c) / (a^2 + b^2 + c) where all gradients are a and b: its deviation is 0 (Xue 2014)."""
    ramp = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    changed = metrics()["GMSD"].measure(pair(0.5 * ramp, ramp))
    doubled = torch.cat([ramp[..., :32], 0.5 * ramp[..., 32:]], -1)
    assert changed < metrics()["GMSD"].measure(pair(doubled, ramp))


def test_a_content_that_defeats_an_index_is_a_reason():
    flat = torch.full((1, 3, 176, 176), 0.5)
    with pytest.raises(NotMeasuredError, match="IW-SSIM fails on these pictures"):
        metrics()["IW-SSIM"].measure(pair(picture(0, 176), flat))


@pytest.fixture
def no_downloads(monkeypatch, tmp_path):
    def refused(*_, **__):
        raise AssertionError("a download was tried")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refused)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("NSTBENCH_WEIGHTS", str(tmp_path))


@pytest.mark.parametrize("id", ["LPIPS", "LPIPSt"])
def test_lpips_without_weights_names_the_file_and_downloads_nothing(no_downloads, id):
    with pytest.raises(NotMeasuredError, match=rf"{ALEXNET_FILE}.*NSTBENCH_WEIGHTS"):
        metrics()[id].measure(pair(picture(0, 64), picture(1, 64)))


def test_lpips_written_out(no_downloads, tmp_path, capfd):
    """Zhang et al. 2018, eq. 1: the sum over layers of mean |w (y - y0)|^2 over places, y of unit length."""
    torch.manual_seed(0)
    trunk = alexnet(weights=None)
    torch.save(trunk.state_dict(), tmp_path / ALEXNET_FILE)
    linear = torch.load(Path(inspect.getfile(lpips)).parent / "weights/v0.1/alex.pth", map_location="cpu")
    images = picture(0, 64), picture(1, 64)
    mean, std = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 3, 1, 1)
    activations = [(image - mean) / std for image in images]
    expected, taps = 0.0, iter(range(5))
    with torch.no_grad():
        for module in trunk.features:
            activations = [module(activation) for activation in activations]
            if isinstance(module, torch.nn.ReLU):
                one, other = (functional.normalize(activation, dim=1) for activation in activations)
                weights = linear[f"lin{next(taps)}.model.1.weight"]
                expected += float(((one - other) ** 2 * weights).sum(1).mean())
        found = metrics()["LPIPS"].measure(pair(*images))
    assert found == pytest.approx(expected, rel=1e-4)
    assert metrics()["LPIPSt"].measure(replace(pair(*images), content=None)) == found
    assert expected > 0
    assert metrics()["LPIPS"].measure(pair(images[0], images[0])) == 0
    assert capfd.readouterr() == ("", "")


def test_lpips_starts_at_31_pixels(no_downloads, tmp_path):
    torch.save(alexnet(weights=None).state_dict(), tmp_path / ALEXNET_FILE)
    assert np.isfinite(metrics()["LPIPS"].measure(pair(picture(0, 31), picture(1, 31))))
    with pytest.raises(NotMeasuredError, match="LPIPS needs 31 px, the result has 30 px"):
        metrics()["LPIPS"].measure(pair(picture(0, 30), picture(1, 30)))
