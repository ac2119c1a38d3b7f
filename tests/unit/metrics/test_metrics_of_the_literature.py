"""Measures of other papers against second formulations, on maps that are made up."""

import math

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch.distributions import MultivariateNormal, kl_divergence

from nstbench.metrics import metrics
from nstbench.metrics.base import EvaluatedImage, NotMeasuredError
from nstbench.metrics.feature_spaces import INDEPENDENT

CHANNELS = {"stride2": 3, "stride4": 4, "stride8": 5, "stride16": 2}


def seen(seed: int, side: int = 6, image=None) -> EvaluatedImage:
    """A picture whose network gives correlated features of both signs, `side` positions wide."""
    generator = torch.Generator().manual_seed(seed)

    def network(image, layers):
        maps = {}
        for layer in layers:
            channels = CHANNELS[layer]
            mixed = torch.randn(channels, channels, generator=generator)
            features = mixed @ torch.randn(channels, side * side, generator=generator) + mixed[:, :1]
            maps[layer] = features.reshape(1, channels, side, side)
        return maps

    drawn = torch.rand(1, 3, 24, 24, generator=generator)
    picture = EvaluatedImage(drawn if image is None else image, {INDEPENDENT.backbone: network})
    picture.features(INDEPENDENT.backbone)
    return picture


def maps_of(picture: EvaluatedImage, layer: str) -> np.ndarray:
    """(N, positions), in double precision."""
    return picture.features(INDEPENDENT.backbone)[layer][0].flatten(1).double().numpy()


def value(id: str, result: EvaluatedImage, other: EvaluatedImage) -> float:
    return metrics()[id].function(result, other)


def test_effectiveness_is_the_divergence_of_normal_distributions_that_torch_computes():
    result, style = seen(1), seen(2)
    expected = []
    for layer in CHANNELS:
        found, wanted = maps_of(result, layer), maps_of(style, layer)
        variances, directions = np.linalg.eigh(np.cov(wanted, bias=True))
        order = np.argsort(variances)[::-1]
        held = np.cumsum(variances[order]) / variances.sum()
        chosen = order[: int(np.argmax(held >= 0.95)) + 1]
        basis = directions[:, chosen]
        ridge = 1e-3 * variances.max() + 1e-9 * (wanted**2).mean()
        normal = [
            MultivariateNormal(
                torch.from_numpy(basis.T @ maps.mean(1)),
                torch.from_numpy(basis.T @ np.cov(maps, bias=True) @ basis + ridge * np.eye(len(chosen))),
            )
            for maps in (found, wanted)
        ]
        expected.append(math.log1p(float(kl_divergence(*normal))))
    assert value("EFF_lite", result, style) == pytest.approx(np.mean(expected), rel=1e-6)


def test_single_image_fid_is_frechets_distance_by_the_root_of_a_product():
    result, style = seen(3), seen(4, side=9)
    found, wanted = maps_of(result, "stride4"), maps_of(style, "stride4")
    covariances = np.cov(found, bias=True), np.cov(wanted, bias=True)
    root = np.real(sqrtm(covariances[0] @ covariances[1]))
    expected = ((found.mean(1) - wanted.mean(1)) ** 2).sum() + np.trace(sum(covariances) - 2 * root)
    assert value("SIFID_lite", result, style) == pytest.approx(expected, rel=1e-6)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float((one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other))


def test_content_fidelity_is_a_mean_of_cosines():
    result, content = seen(5), seen(6)
    expected = [cosine(maps_of(result, layer), maps_of(content, layer)) for layer in CHANNELS]
    assert value("CF_lite", result, content) == pytest.approx(np.mean(expected), rel=1e-5)


def test_global_effects_are_cosines_of_histograms_and_of_gram_matrices():
    result, style = seen(7), seen(8, side=4)
    colours = [
        cosine(*(np.histogram(each.image[0, channel].numpy(), 32, (0, 1))[0] for each in (result, style)))
        for channel in range(3)
    ]
    textures = [
        cosine(*(maps @ maps.T for maps in (maps_of(result, layer), maps_of(style, layer))))
        for layer in CHANNELS
    ]
    expected = (np.mean(colours) + np.mean(textures)) / 2
    assert value("GE_lite", result, style) == pytest.approx(expected, rel=1e-4)


def test_local_patterns_by_a_loop_over_patches():
    result, style = seen(9), seen(10, side=5)

    def patches(picture, layer):
        maps = picture.features(INDEPENDENT.backbone)[layer][0].double().numpy()
        rows, columns = maps.shape[1] - 2, maps.shape[2] - 2
        return [maps[:, y : y + 3, x : x + 3] for y in range(rows) for x in range(columns)]

    likeness, diversity = [], []
    for layer in ("stride8", "stride16"):
        found, wanted = patches(result, layer), patches(style, layer)
        table = np.array([[cosine(one, other) for other in wanted] for one in found])
        likeness.append(table.max(1).mean())
        diversity.append(len(set(table.argmax(1))) / 9)  # The style has the fewer patches.
    expected = (np.mean(likeness) + np.mean(diversity)) / 2
    assert value("LP_lite", result, style) == pytest.approx(expected, rel=1e-4)


def bars(*columns: int) -> torch.Tensor:
    """Steps of equal height at these columns of a grey picture."""
    plane = torch.zeros(1, 3, 64, 64)
    for number, column in enumerate(columns):
        plane[..., column:] = 1 - number % 2
    return plane


def test_coherence_counts_contours_that_fit():
    assert value("COH", bars(32), bars(32)) == 1
    # Half of the contours are the content's, and all of the content's are there: 2 (1/2) 1 / (1/2 + 1).
    assert value("COH", bars(16, 48), bars(16)) == pytest.approx(2 / 3, abs=0.02)
    assert value("COH", bars(33), bars(32)) == 1  # Within a pixel.
    assert value("COH", bars(40), bars(32)) == 0
    assert value("COH", torch.zeros(1, 3, 64, 64), bars(32)) == 0
    with pytest.raises(NotMeasuredError, match="a picture without contours has none to keep"):
        value("COH", bars(32), torch.zeros(1, 3, 64, 64))
