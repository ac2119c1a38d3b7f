"""Distances between features on real pictures, with the network that ships in the package."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from scipy.ndimage import gaussian_filter
from torch.nn.functional import adaptive_avg_pool2d

from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, EvaluatedImage, NotMeasuredError
from nstbench.metrics.feature_spaces import Judges
from nstbench.metrics.style_leakage import TRANSFORMS
from nstbench.pipeline.project import CHECKOUT

SIZE = 128


@pytest.fixture(scope="module")
def pictures():
    """Photographs, and a painting; none of them nearly symmetric."""
    images = {name: load_picture(photograph(name), SIZE, square=True) for name in ("astronaut", "temple")}
    images["facets"] = ImageOps.fit(Image.open(CHECKOUT / "data" / "pictures" / "facets.png"), (SIZE, SIZE))
    return {name: EvaluatedImage(to_tensor(image)) for name, image in images.items()}


def score(id, result, content, style):
    with torch.no_grad():
        return metrics()[id].measure(Comparison(result, content, style))


@pytest.mark.parametrize("suffix", ["", "_held", "_lite"])
@pytest.mark.parametrize("content", ["astronaut", "temple"])
def test_distances_tell_content_and_style_apart(pictures, content, suffix):
    c, s = pictures[content], pictures["facets"]
    assert score(f"C{suffix}", c, c, s) == 0
    assert score(f"S{suffix}", s, c, s) == 0
    assert score(f"C{suffix}", s, c, s) > 0.5
    assert score(f"S{suffix}", c, c, s) > 0.2


@pytest.mark.parametrize("id", ["LEAK", "LEAK_lite"])
@pytest.mark.parametrize("name", ["astronaut", "temple", "facets"])
def test_a_layout_leaks_into_itself_and_not_into_its_transforms(pictures, name, id):
    style = pictures[name]
    assert score(id, style, style, style) > 0.5
    for transform in TRANSFORMS:
        moved = EvaluatedImage(transform(style.image), style.backbones)
        assert score(id, moved, style, style) <= 0


@pytest.mark.parametrize(
    ("id", "network", "layer"), [("LEAK", "vgg19", "relu4_2"), ("LEAK_lite", "efficientnet_lite0", "stride8")]
)
def test_leak_written_out(pictures, id, network, layer):
    result, style = pictures["temple"], pictures["facets"]
    rotations = [np.rot90(style.image[0].numpy(), turns, (1, 2)) for turns in range(4)]
    plain = rotations[0]
    half = SIZE // 2
    moved = [
        *rotations[1:],
        plain[:, :, ::-1],
        plain[:, ::-1],
        np.roll(plain, half, 1),
        np.roll(plain, half, 2),
        np.roll(plain, (half, half), (1, 2)),
    ]

    def layout(image):
        with torch.no_grad():
            tensor = torch.from_numpy(np.ascontiguousarray(image))[None]
            features = Judges()[network](tensor, [layer])[layer]
        pooled = adaptive_avg_pool2d(features, 16)[0].flatten(1).numpy()
        return (pooled - pooled.mean(1, keepdims=True)).ravel()

    found = layout(result.image[0].numpy())
    plainly, *others = (np.corrcoef(found, layout(image))[0, 1] for image in (plain, *moved))
    assert score(id, result, style, style) == pytest.approx(plainly - np.mean(others), abs=1e-4)


def test_leak_takes_any_two_shapes_and_looks_at_a_style_once(pictures):
    wide = EvaluatedImage(pictures["temple"].image[..., :96, :])
    passes = []

    class Counting:
        def __call__(self, image, wanted):
            passes.append(tuple(image.shape[-2:]))
            return Judges()["vgg19"](image, wanted)

    style = EvaluatedImage(pictures["facets"].image, {"vgg19": Counting()})
    scores = [score("LEAK", wide, wide, style) for _ in range(2)]
    assert scores[0] == scores[1]
    assert passes.count((96, SIZE)) == 7 and passes.count((SIZE, 96)) == 2


def test_features_that_are_the_same_everywhere_have_no_layout():
    class Flat:
        def __call__(self, image, wanted):
            return {layer: torch.ones(1, 4, 16, 16) for layer in wanted}

    image = EvaluatedImage(torch.rand(1, 3, 32, 32), {"vgg19": Flat()})
    with pytest.raises(NotMeasuredError, match="no layout"):
        score("LEAK", image, image, image)


@pytest.mark.parametrize("blur", [0, 1, 3])
def test_noise_has_no_parts_in_common_and_bricks_have(blur):
    """Blurred noise has a long autocorrelation, and is noise all the same."""
    random = gaussian_filter(np.random.default_rng(blur).random((SIZE, SIZE, 3)), (blur, blur, 0))
    noise = torch.from_numpy((random - random.min()) / np.ptp(random)).float().permute(2, 0, 1)[None]
    wall = to_tensor(load_picture(photograph("brick"), SIZE, square=True))
    scores = [
        score("SELF", picture, picture, picture)
        for picture in (EvaluatedImage(image) for image in (noise, wall))
    ]
    assert scores[0] < 1.1
    assert scores[1] > 1.4
