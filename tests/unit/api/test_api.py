"""nstbench as a library."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

import nstbench
from nstbench.images.demo import demo_pair

QUICK = {"size": 32, "evaluations": 3, "precision": "fp32", "device": "cpu"}


def test_import_is_lazy_and_offers_what_it_lists():
    code = (
        "import sys, nstbench; assert 'torch' not in sys.modules; assert nstbench.__version__;"
        "[getattr(nstbench, name) for name in nstbench.__all__];"
        "assert 'skimage' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_files_images_and_arrays_are_the_same_picture(photo, painting, tmp_path):
    out = tmp_path / "out.jpg"
    expected = nstbench.stylize(photo, painting, out, **QUICK)
    assert expected.picture.size == (32, 21)
    assert out.stat().st_size > 0
    content, style = Image.open(photo), Image.open(painting)
    bytes_, floats = np.asarray(content), np.asarray(style) / 255
    for pair in ((str(photo), style), (content, np.asarray(style)), (bytes_, floats)):
        found = nstbench.stylize(*pair, **QUICK)
        assert np.array_equal(np.asarray(found.picture), np.asarray(expected.picture))


def test_summary_is_json_and_names_files(photo, painting):
    summary = nstbench.stylize(photo, np.asarray(Image.open(painting)), **QUICK).summary
    assert json.loads(json.dumps(summary)) == summary
    assert (summary["content"], summary["style"]) == (str(photo), "the style")


def test_transparent_and_turned_images_are_read_as_from_their_file(photo, painting, tmp_path):
    turned = Image.open(photo).convert("RGBA")
    turned.putalpha(128)
    exif = Image.Exif()
    exif[274] = 6
    turned.save(tmp_path / "turned.png", exif=exif)
    found = nstbench.stylize(Image.open(tmp_path / "turned.png"), painting, **QUICK).picture
    expected = nstbench.stylize(tmp_path / "turned.png", painting, **QUICK).picture
    assert found.size == (21, 32)
    assert np.array_equal(np.asarray(found), np.asarray(expected))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "the content is of type NoneType"),
        (3, "the content is of type int"),
        (torch.zeros(3, 32, 32), "the content is of type Tensor"),
        (np.zeros((3, 32, 32)), r"shape \(3, 32, 32\)"),
        (np.zeros((32, 32, 3), np.int64), "type int64"),
        (np.full((32, 32, 3), 255.0), "divide by 255"),
        (np.full((32, 32, 3), np.nan), r"must lie in \[0, 1\]"),
        (np.zeros((0, 32, 3)), "empty"),
        ("nowhere.png", "nowhere.png does not exist"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_line(content, words, painting):
    with pytest.raises(nstbench.InputError, match=words) as refused:
        nstbench.stylize(content, painting, **QUICK)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"style": None}, "takes the style from a picture"),
        ({"method": "johnson2016", "evaluations": None}, "would not look at the style"),
        ({"method": "gatys1915"}, "gatys2015"),
        ({"seed": -1}, "seed -1"),
        ({"size": 8}, "size 8"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_one_line(arguments, words, photo, painting):
    arguments = {"content": photo, "style": np.asarray(Image.open(painting)), **QUICK, **arguments}
    with pytest.raises(nstbench.InputError, match=words) as refused:
        nstbench.stylize(**arguments)
    assert "\n" not in str(refused.value)


def test_scores_are_those_of_the_command(run, photo, painting):
    scores = nstbench.score(Image.open(photo), np.asarray(Image.open(photo)), painting)
    rows = json.loads(run("score", photo, "--content", photo, "--style", painting, "--json").stdout)
    assert [row["metric"] for row in rows] == list(scores)
    for row in rows:
        assert row == pytest.approx(vars(scores[row["metric"]]), nan_ok=True)
    assert scores["SSIM"].value == pytest.approx(1)
    assert set(scores) <= {metric.id for metric in nstbench.list_metrics()}


def test_scored_pictures_of_another_shape_are_cut_and_said(photo, painting, caplog):
    nstbench.score(np.zeros((24, 24, 3), np.uint8), photo, painting)
    assert "has another shape than the result: its centre is compared" in caplog.text


def test_a_transparent_picture_is_scored_on_white_and_that_is_said(photo, painting, caplog):
    hidden = Image.open(photo).convert("RGBA")
    hidden.putalpha(Image.new("L", hidden.size, 128))
    metrics = [metric for metric in nstbench.list_metrics() if metric.id == "SSIM"]
    found = nstbench.score(hidden, photo, painting, metrics=metrics)
    assert "the result is transparent in parts; what is hidden is scored as white" in caplog.text
    white = Image.new("RGBA", hidden.size, "white")
    white.alpha_composite(hidden)
    assert found == nstbench.score(white.convert("RGB"), photo, painting, metrics=metrics)


def test_pictures_too_large_to_score_are_refused(photo, painting):
    with pytest.raises(nstbench.InputError, match="the result has 2100x20 px"):
        nstbench.score(np.zeros((20, 2100, 3), np.uint8), photo, painting)


def test_a_backbone_gives_features_by_layer():
    backbone = nstbench.load_backbone("vgg19", device="cpu")
    features = backbone(torch.rand(1, 3, 32, 32), ["relu1_1", "relu3_1"])
    assert {name: tuple(each.shape[2:]) for name, each in features.items()} == {
        "relu1_1": (32, 32),
        "relu3_1": (8, 8),
    }
    assert not any(parameter.requires_grad for parameter in backbone.parameters())
    with pytest.raises(nstbench.InputError, match="vgg99"):
        nstbench.load_backbone("vgg99")


def test_methods_and_metrics_are_listed():
    assert {"gatys2015", "johnson2016", "adain2017"} <= {method.id for method in nstbench.list_methods()}
    assert {"SSIM", "S"} <= {metric.id for metric in nstbench.list_metrics()}


def test_shipped_pictures_can_be_stylized():
    assert nstbench.stylize(*demo_pair(), **QUICK).picture.size == (32, 32)
