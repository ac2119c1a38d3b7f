"""What holds for every metric, and the distances between features written out."""

import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.linalg import norm

from nstbench.metrics import metrics, shown_metrics
from nstbench.metrics.base import SUBJECTS, Comparison, EvaluatedImage, Metric, NotMeasuredError
from nstbench.metrics.feature_spaces import DEFAULT_STYLE_LAYERS, EVALUATED_LAYERS, Judges
from nstbench.metrics.pixels import rgb
from nstbench.metrics.self_similarity import shuffled
from nstbench.pipeline.project import CHECKOUT

OF_THE_TRUTH = {"SSIMt", "DE00t", "LPIPSt", "Ct", "Ct_held", "Ct_vgg16", "Ct_lite"}
MAIN = {"C", "C_lite", "S", "S_lite", "SWD", "SSIM", "EDGE", "LABEL", "LEAK", "COLs", "CHRc"}
MAIN |= {"SSIMt", "DE00t", "Ct", "Ct_lite"}
# What a metric gives the picture that it compares with. Those APART compare with none, or say whether the
# style picture itself was painted, or have tests of their own.
PERFECT = {metric.id: 0.0 for metric in metrics().values() if metric.better == "lower"} | {
    metric.id: 1.0 for metric in metrics().values() if metric.better == "higher"
}
PERFECT["PSNR"] = 80.0
OF_ONE_LAYER = {f"S{stride}_lite" for stride in (2, 4, 8, 16)}
OF_THE_STYLE = {"S", "S_held", "S_vgg16", "SWD", "SWD_fine", "SWD_luma", "ORI", "COLs"} | OF_ONE_LAYER
OF_THE_STYLE |= {"Sch_lite", "S_lite"}
OF_PAPERS = {"EFF_lite", "GE_lite", "LP_lite", "SIFID_lite"}
OF_THE_STYLE |= OF_PAPERS
OF_LABELS = {"LABEL", "LABELs"}
OF_WINDOWS = {"EVEN", "Sdev", "SELF", "HALVES"}
APART = {
    "HF",
    "HFflat",
    "TV1",
    "ACL",
    "PNG",
    "GABOR",
    "LEAK",
    "SSIMs",
    "SSIMs32",
    "Cs_lite",
    "LPIPS",
    "LPIPSt",
}
APART |= {"LEAK_lite", "LOWs"} | OF_WINDOWS | OF_LABELS


@pytest.fixture
def given(narrow_vgg):
    """Noise pictures of 176 px, large enough for every metric."""
    return noise_images(narrow_vgg, 176)


def features(side):
    """Of the independent judge."""
    return side.features("efficientnet_lite0")


def noise_images(backbone, size):
    generator = torch.Generator().manual_seed(3)
    images = (torch.rand(4, 1, 3, size, size, generator=generator) * 255).round() / 255
    networks = {**Judges(), "vgg19": backbone, "vgg16": backbone}
    return Comparison(*(EvaluatedImage(image, networks) for image in images))


@pytest.mark.parametrize("id", sorted(metrics().keys() - APART))
def test_the_picture_compared_with_scores_best(given, id):
    measure = metrics()[id].measure
    own = given.style if id in OF_THE_STYLE else given.truth if id in OF_THE_TRUTH else given.content
    best = measure(replace(given, result=own))
    assert best == pytest.approx(PERFECT[id], abs=1e-4)
    other = measure(given)
    assert other > best if metrics()[id].better == "lower" else other < best


def test_main_metrics_and_subjects():
    assert {metric.id for metric in metrics().values() if metric.main} == MAIN
    order = [SUBJECTS.index(metric.subject) for metric in metrics().values()]
    assert order == sorted(order)
    assert {metric.better for metric in metrics().values()} == {"lower", "higher"}


def test_metrics_of_features_name_a_network_that_exists():
    judged = {metric.id for metric in metrics().values() if metric.backbone}
    by_all = {f"{id}{suffix}" for id in ("C", "S", "Ct") for suffix in ("", "_held", "_vgg16", "_lite")}
    assert judged == by_all | OF_LABELS | OF_ONE_LAYER | OF_WINDOWS | OF_PAPERS | {
        "CF_lite",
        "LEAK",
        "LEAK_lite",
        "Cs_lite",
        "Sch_lite",
    }
    assert {metric.backbone for metric in metrics().values()} == {*EVALUATED_LAYERS, None}


def test_definitions_are_those_of_the_measured_function():
    for metric in metrics().values():
        assert len(metric.definition) > 20, metric.id
        assert "\n" not in metric.definition
        assert "partial(" not in metric.definition
    assert metrics()["C"].definition.startswith("|F(x) - F(c)|^2 / |F(c)|^2")
    assert metrics()["SWD"].definition.endswith("0 for the style itself.")


def test_the_documentation_lists_every_metric_and_its_direction():
    text = (CHECKOUT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([^`]+)` ([↓↑]) \|", text, re.MULTILINE))
    assert rows == {metric.id: {"lower": "↓", "higher": "↑"}[metric.better] for metric in metrics().values()}


def test_sizes_that_some_metrics_refuse_have_a_reason(narrow_vgg):
    """16 px is the smallest picture that can be read."""
    small = noise_images(narrow_vgg, 16)
    refused = set()
    for metric in metrics().values():
        try:
            assert math.isfinite(metric.measure(small)), metric.id
        except NotMeasuredError as reason:
            assert "needs" in str(reason) and "16 px" in str(reason)
            refused.add(metric.id)
    assert refused == {"MS-SSIM", "IW-SSIM", "VIF", "SR-SIM", "MS-GMSD", "DSS", "LPIPS", "LPIPSt"}


def test_distances_from_the_truth_need_one_and_are_shown_where_there_is_one(given):
    of_the_truth = {metric.id: metric for metric in metrics().values() if metric.needs_truth}
    assert of_the_truth.keys() == OF_THE_TRUTH
    for metric in of_the_truth.values():
        with pytest.raises(NotMeasuredError, match="no truth is known for this pair"):
            metric.measure(replace(given, truth=None))
    shown = [[metric.id for metric in shown_metrics(truth)] for truth in (True, False)]
    assert shown == [list(metrics()), [id for id in metrics() if id not in OF_THE_TRUTH]]


@pytest.mark.parametrize(
    ("id", "like"),
    [("SSIMt", "SSIM"), *((f"Ct{space}", f"C{space}") for space in ("", "_held", "_vgg16", "_lite"))],
)
def test_distances_from_the_truth_are_those_from_the_content_with_the_truth_in_its_place(given, id, like):
    expected = metrics()[like].measure(replace(given, content=given.truth))
    assert metrics()[id].measure(given) == expected
    assert metrics()[id].measure(given) != metrics()[like].measure(given)


def test_a_picture_remembers_what_it_computed_once():
    picture = EvaluatedImage(torch.zeros(1, 3, 16, 16), {})
    calls = []
    assert [picture.once("key", lambda: calls.append(1) or len(calls)) for _ in range(3)] == [1, 1, 1]


def test_a_definition_is_what_a_docstring_says_above_its_parameters():
    def measure(result):
        """One
        line.

        More.

        Parameters
        ----------
        result : Tensor
            An image.
        """
        return 0.0

    assert Metric("X", "x", "content", "lower", measure).definition == "One line. More."
    assert Metric("X", "x", "content", "lower", measure, words="Another.").definition == "Another."


def test_content_and_style_distance_written_out(narrow_vgg):
    given = noise_images(narrow_vgg, 32)
    x, c, s = (
        {layer: f[0].flatten(1).numpy() for layer, f in side.features("vgg19").items()}
        for side in (given.result, given.content, given.style)
    )
    content = ((x["relu4_2"] - c["relu4_2"]) ** 2).sum() / (c["relu4_2"] ** 2).sum()
    held_out = ((x["relu4_4"] - c["relu4_4"]) ** 2).sum() / (c["relu4_4"] ** 2).sum()
    ratios = []
    for layer in DEFAULT_STYLE_LAYERS:
        found, wanted = x[layer] @ x[layer].T, s[layer] @ s[layer].T
        ratios.append(((found - wanted) ** 2).sum() / (wanted**2).sum())
    assert metrics()["C"].measure(given) == pytest.approx(content)
    assert metrics()["C_held"].measure(given) == pytest.approx(held_out)
    assert metrics()["S"].measure(given) == pytest.approx(np.mean(ratios))


def test_style_distances_of_single_layers_have_that_of_all_as_their_mean(narrow_vgg):
    given = noise_images(narrow_vgg, 32)
    single = [metrics()[f"S{stride}_lite"].measure(given) for stride in (2, 4, 8, 16)]
    assert np.mean(single) == pytest.approx(metrics()["S_lite"].measure(given))
    x, s = (
        side.features("efficientnet_lite0")["stride8"][0].flatten(1).numpy()
        for side in (given.result, given.style)
    )
    expected = ((x @ x.T - s @ s.T) ** 2).sum() / ((s @ s.T) ** 2).sum()
    assert single[2] == pytest.approx(expected, rel=1e-4)


def test_windows_written_out(narrow_vgg):
    """Sixteen of 8 px; those of stride 4 have 2 x 2 positions."""
    given = noise_images(narrow_vgg, 32)
    even, distances = [], np.zeros(16)
    for layer in ("stride2", "stride4"):
        x, s = (features(side)[layer][0].double().numpy() for side in (given.result, given.style))
        side = x.shape[-1] // 4
        tiles = [
            x[:, i : i + side, j : j + side].reshape(len(x), -1)
            for i, j in itertools.product(range(0, 4 * side, side), repeat=2)
        ]
        grams = [tile @ tile.T / side**2 for tile in tiles]
        pairs = itertools.combinations(grams, 2)
        even.append(1 - np.mean([((a - b) ** 2).sum() / norm(a) / norm(b) for a, b in pairs]))
        whole = s.reshape(len(s), -1)
        wanted = whole @ whole.T / whole.shape[1]
        distances += [((each - wanted) ** 2).sum() / (wanted**2).sum() for each in grams]
    assert metrics()["EVEN"].measure(given) == pytest.approx(np.mean(even), rel=1e-4)
    assert metrics()["Sdev"].measure(given) == pytest.approx(np.log(distances).std(), rel=1e-3)


def test_a_tiled_picture_is_even_and_half_a_style_is_not(narrow_vgg):
    given = noise_images(narrow_vgg, 64)
    even, uneven = metrics()["EVEN"].measure, metrics()["Sdev"].measure
    tiled = EvaluatedImage(given.result.image[..., :16, :16].tile(1, 1, 4, 4), given.result.backbones)
    half = tiled.image.clone()
    half[..., 32:] *= 0.1
    mixed = EvaluatedImage(half, given.result.backbones)
    assert even(replace(given, result=tiled)) > 0.9
    assert even(replace(given, result=mixed)) < even(replace(given, result=tiled)) - 0.3
    assert uneven(replace(given, result=mixed)) > 2 * uneven(replace(given, result=tiled))


def test_halves_that_are_alike_are_averaged_and_a_turned_style_is_not(narrow_vgg):
    """Two equal halves have shares that add up to 1, whichever half of the style they are nearer to."""
    given = noise_images(narrow_vgg, 64)
    halves = metrics()["HALVES"].measure
    dark = given.style.image.clone()
    dark[..., 32:] *= 0.2
    style = EvaluatedImage(dark, given.style.backbones)
    turned = EvaluatedImage(dark.roll(32, -1), given.style.backbones)
    alike = EvaluatedImage(given.result.image[..., :32].tile(1, 1, 1, 2), given.result.backbones)
    assert halves(replace(given, style=style, result=style)) == pytest.approx(1, abs=1e-6)
    assert halves(replace(given, style=style, result=turned)) < 0.1
    assert halves(replace(given, style=style, result=alike)) == pytest.approx(0.5, abs=0.1)


def test_halves_written_out(narrow_vgg):
    given = noise_images(narrow_vgg, 32)
    distances = np.zeros((2, 2))
    for layer in ("stride2", "stride4"):
        found, wanted = (
            [
                half.reshape(len(half), -1) @ half.reshape(len(half), -1).T / half[0].size
                for half in np.split(features(side)[layer][0].double().numpy(), 2, axis=2)
            ]
            for side in (given.result, given.style)
        )
        scale = np.square(wanted).sum()
        distances += [[((x - s) ** 2).sum() / scale for s in wanted] for x in found]
    left, right = distances
    expected = (left[1] / (left[0] + left[1]) + right[0] / (right[0] + right[1])) / 2
    assert metrics()["HALVES"].measure(given) == pytest.approx(expected, rel=1e-4)


def test_self_similarity_written_out(narrow_vgg):
    """Four quarters of 16 px; numpy's correlations of channels, which are 0 where a channel never fires."""
    given = noise_images(narrow_vgg, 32)
    noise = torch.from_numpy(shuffled(rgb(given.result))).permute(2, 0, 1)[None].float()
    network = given.result.backbones["efficientnet_lite0"]
    ratios = []
    for layer in ("stride2", "stride4"):
        own, others = (
            [
                correlations(quarter.reshape(len(quarter), -1))
                for half in np.split(maps[0].numpy(), 2, axis=1)
                for quarter in np.split(half, 2, axis=2)
            ]
            for maps in (network(image, [layer])[layer] for image in (given.result.image, noise))
        )
        between = [((a - b) ** 2).sum() for a, b in itertools.product(own, others)]
        within = [((a - b) ** 2).sum() for a, b in itertools.combinations(own, 2)]
        ratios.append(np.mean(between) / np.mean(within))
    assert metrics()["SELF"].measure(given) == pytest.approx(np.mean(ratios), rel=1e-4)


def correlations(values):
    """Of the rows; 0 for one that is the same everywhere."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.corrcoef(values))


def test_chained_style_distance_written_out(narrow_vgg):
    """Deeper maps are enlarged by their nearest neighbours, here each value to 2 x 2."""
    given = noise_images(narrow_vgg, 32)
    ratios = []
    layers = [f"stride{stride}" for stride in (2, 4, 8, 16)]
    for shallow, deep in itertools.pairwise(layers):
        found, wanted = (
            np.einsum(
                "nhw,khw->nk",
                features(side)[shallow][0].numpy(),
                np.kron(features(side)[deep][0].numpy(), np.ones((1, 2, 2))),
            )
            for side in (given.result, given.style)
        )
        ratios.append(((found - wanted) ** 2).sum() / (wanted**2).sum())
    assert metrics()["Sch_lite"].measure(given) == pytest.approx(np.mean(ratios), rel=1e-4)


def test_distance_from_the_style_place_by_place_written_out(narrow_vgg):
    given = noise_images(narrow_vgg, 32)
    distance = metrics()["Cs_lite"].measure
    x, s = (features(side)["stride2"].numpy() for side in (given.result, given.style))
    assert distance(given) == pytest.approx(((x - s) ** 2).sum() / (s**2).sum(), rel=1e-4)
    assert distance(replace(given, result=given.style)) == 0
    moved = EvaluatedImage(given.style.image.roll(16, -1), given.style.backbones)
    assert distance(replace(given, result=moved)) > 0.1


def test_style_distance_compares_pictures_of_different_sizes(narrow_vgg):
    """A Gram matrix is divided by its positions, so a style that is tiled stays nearly the same style."""
    given = noise_images(narrow_vgg, 64)
    tiled = EvaluatedImage(given.style.image.tile(1, 1, 2, 2), given.style.backbones)
    style = metrics()["S"].measure
    assert style(Comparison(given.style, given.content, tiled)) < 0.05
