"""Scores of a comparison, and the command that scores a picture."""

import json
import math

import pytest
import torch
from PIL import Image

import nstbench.metrics.scoring
from nstbench.core.number_format import MISSING
from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, EvaluatedImage, Metric, NotMeasuredError
from nstbench.metrics.feature_spaces import Judges
from nstbench.metrics.scoring import measure
from nstbench.networks.kinship import Origin

HEADINGS = ["metric", "value", "better", "title", "reason", "content_copied", "style_copied"]


def refused(result):
    raise NotMeasuredError("for a good reason")


def without_piq(result):
    raise ModuleNotFoundError("No module named 'piq'", name="piq")


@pytest.mark.parametrize(
    ("function", "value", "reason"),
    [
        (lambda result: 2.5, 2.5, ""),
        (lambda result: math.nan, math.nan, "not finite"),
        (lambda result: math.inf, math.nan, "not finite"),
        (refused, math.nan, "for a good reason"),
        (without_piq, math.nan, "needs piq: pip install 'nstbench[pipeline]'"),
    ],
)
def test_a_score_is_a_number_or_has_a_reason(monkeypatch, function, value, reason):
    metric = Metric("X", "x", "content", "lower", function)
    monkeypatch.setattr(nstbench.metrics.scoring, "metrics", lambda: {"X": metric})
    (score,) = measure(Comparison(None, None, None))
    assert score.value == pytest.approx(value, nan_ok=True)
    assert score.reason == reason


@pytest.mark.slow
def test_every_metric_scores_the_worst_of_pictures():
    """Flat, black and tiny ones: no exception leaves, and NaN never stands alone."""
    noise = torch.rand(1, 3, 170, 170, generator=torch.Generator().manual_seed(0))
    flat, black, tiny = torch.full_like(noise, 0.5), torch.zeros_like(noise), noise[..., :16, :16]
    for images in ((noise, flat, tiny), (flat, noise, flat, flat), (black,) * 4, (tiny,) * 4):
        scores = list(measure(Comparison(*(EvaluatedImage(image) for image in images))))
        assert [score.metric.id for score in scores] == list(metrics())
        assert all(math.isfinite(score.value) or score.reason for score in scores)
        assert all(math.isfinite(score.value) or math.isnan(score.value) for score in scores)


def test_judged_scores_say_who_judged_and_whether_the_run_optimised_it():
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    comparison = Comparison(*(EvaluatedImage(image) for _ in range(3)))
    reasons = {score.metric.id: score.reason for score in measure(comparison, Origin("vgg19", "embedded"))}
    assert reasons["C"] == "judged by embedded vgg19 (surrogate), the network that the run optimised"
    assert reasons["LEAK"] == reasons["C"]
    twin = "judged by embedded vgg16 (surrogate), which has one teacher with the optimised embedded vgg19, "
    assert reasons["C_vgg16"].startswith(twin)
    assert reasons["C_lite"] == ""
    assert reasons["EDGE"] == ""
    scores = {score.metric.id: score.reason for score in measure(comparison)}
    assert scores["C_vgg16"] == "judged by embedded vgg16 (surrogate)"


def test_networks_that_do_not_judge_have_no_scores():
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    judges = {"efficientnet_lite0": "imagenet", "vgg16": "random"}
    given = Comparison(*(EvaluatedImage(image, Judges(judges)) for _ in range(3)))
    chosen = [metrics()[id] for id in ("C", "C_held", "C_vgg16", "C_lite", "EDGE")]
    scores = list(measure(given, Origin("vgg19", "random"), chosen, judges))
    assert [score.metric.id for score in scores] == ["C_vgg16", "C_lite", "EDGE"]
    assert scores[0].reason == "judged by random vgg16, of one family with the optimised random vgg19, VGG"


@pytest.fixture
def score(run, photo, painting):
    """`nstbench score` of a picture against photo (48 x 32) and painting."""

    def score(result, *options, content=photo, style=painting):
        return run("score", result, "--content", content, "--style", style, *options)

    return score


def test_score_as_json_has_every_metric_with_both_controls(score, photo):
    status, out, err = score(photo, "--json")
    assert (status, err) == (0, "")
    rows = json.loads(out, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert [row["metric"] for row in rows] == [id for id, each in metrics().items() if not each.needs_truth]
    assert all(list(row) == HEADINGS for row in rows)
    assert all(row["value"] is not None or row["reason"] for row in rows)
    by_id = {row["metric"]: row for row in rows}
    assert by_id["C"]["value"] == by_id["C"]["content_copied"] == 0
    assert by_id["C"]["style_copied"] > 0
    assert by_id["S"]["style_copied"] < 0.2 * by_id["S"]["value"]
    assert by_id["MS-SSIM"]["value"] is None and "161 px" in by_id["MS-SSIM"]["reason"]


def test_score_as_a_table_is_readable(score, photo):
    status, out, _ = score(photo)
    assert status == 0
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert "edges where the content's" in lines["EDGE"]
    assert lines["EDGE"].split()[1] == "↑" and lines["EDGE"].split()[2:4] == ["1.00", "1.00"]
    assert MISSING in lines["MS-SSIM"]
    assert "MS-SSIM needs 161 px" in out


def test_a_content_of_another_size_is_scaled_and_of_another_shape_cut(score, photo, tmp_path):
    with Image.open(photo) as picture:
        picture.resize((96, 64), Image.Resampling.BICUBIC).save(tmp_path / "large.png")
        picture.crop((8, 0, 40, 32)).save(tmp_path / "square.png")
    _, out, err = score(tmp_path / "large.png", "--json")
    assert err == ""
    assert {row["metric"]: row["value"] for row in json.loads(out)}["C"] == 0
    _, out, err = score(tmp_path / "square.png", "--json")
    assert "another shape" in err
    assert {row["metric"]: row["value"] for row in json.loads(out)}["C"] == 0


def test_rounding_of_a_side_is_no_other_shape(score, photo, tmp_path):
    with Image.open(photo) as picture:
        picture.resize((48, 31)).save(tmp_path / "rounded.png")
    status, _, err = score(tmp_path / "rounded.png", "--json")
    assert (status, err) == (0, "")


def test_bad_files_are_refused_in_one_line(score, photo, tmp_path):
    text, huge = tmp_path / "text.png", tmp_path / "huge.png"
    text.write_text("no picture")
    Image.new("RGB", (2049, 20)).save(huge)
    for status, out, err, words in (
        (*score(tmp_path / "no.png"), "no.png does not exist"),
        (*score(photo, content=text), "text.png is not a readable picture"),
        (*score(photo, style=tmp_path), "is a folder; give a picture file"),
        (*score(huge), "sides of 16 to 2048 px"),
    ):
        assert (status, out) == (2, "")
        assert err.startswith("nstbench: ") and len(err.strip().splitlines()) == 1
        assert words in err
