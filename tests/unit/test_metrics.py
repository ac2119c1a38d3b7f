import numpy as np
import pytest
import torch

from nstbench.metrics import metrics
from nstbench.metrics.base import STYLE_LAYERS, Sighted, Trial


@pytest.fixture
def trial(narrow_vgg):
    torch.manual_seed(3)
    images = (torch.rand(3, 1, 3, 32, 32, dtype=torch.float64) * 255).round() / 255
    return Trial(*(Sighted(image, narrow_vgg) for image in images))


def test_the_metrics_are_found():
    assert list(metrics()) == ["C", "SSIM", "S"]


def test_perfect_scores_of_the_controls(trial):
    content_copied = Trial(trial.content, trial.content, trial.style)
    style_copied = Trial(trial.style, trial.content, trial.style)
    measure = {id: metric.measure for id, metric in metrics().items()}
    assert measure["C"](content_copied) == 0
    assert measure["SSIM"](content_copied) == pytest.approx(1)
    assert measure["S"](style_copied) == 0
    assert measure["S"](content_copied) > 0
    assert measure["C"](style_copied) > 0


def test_content_and_style_distance_written_out(trial):
    x, c, s = (
        {layer: f[0].flatten(1).numpy() for layer, f in side.features.items()}
        for side in (trial.result, trial.content, trial.style)
    )
    content = ((x["relu4_2"] - c["relu4_2"]) ** 2).sum() / (c["relu4_2"] ** 2).sum()
    ratios = []
    for layer in STYLE_LAYERS:
        found, wanted = x[layer] @ x[layer].T, s[layer] @ s[layer].T
        ratios.append(((found - wanted) ** 2).sum() / (wanted**2).sum())
    assert metrics()["C"].measure(trial) == pytest.approx(content)
    assert metrics()["S"].measure(trial) == pytest.approx(np.mean(ratios))


def test_ssim_of_a_constant_shift_is_the_luminance_term(narrow_vgg):
    """(2 a b + C1) / (a^2 + b^2 + C1) for flat pictures a and b, C1 = 0.01^2 (Wang et al. 2004, eq. 6)."""
    flat = [Sighted(torch.full((1, 3, 32, 32), value), narrow_vgg) for value in (0.4, 0.6)]
    trial = Trial(flat[0], flat[1], flat[1])
    expected = (2 * 0.4 * 0.6 + 1e-4) / (0.4**2 + 0.6**2 + 1e-4)
    assert metrics()["SSIM"].measure(trial) == pytest.approx(expected, rel=1e-5)
