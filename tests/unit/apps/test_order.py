import shlex
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from nstbench.api import Settings
from nstbench.apps.making import Report, StoppedError, make
from nstbench.apps.order import Order, options_of
from nstbench.cli import app
from nstbench.core.errors import InputError
from nstbench.methods import methods

METHODS = list(methods().values())
PICTURES = (Path("cat.jpg"), Path("starry.jpg"))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_options_are_what_stylize_and_its_command_take(method):
    """Each can be given to both by its name; the method's own value is among the choices."""
    command = typer.main.get_command(app).commands["stylize"]
    spelled = {spelling for parameter in command.params for spelling in parameter.opts}
    for option in options_of(method):
        assert option.name in Settings.model_fields or option.name == "start"
        assert f"--{option.name.replace('_', '-')}" in spelled
        assert option.kind != "choice" or option.default in (*option.choices, None)
        assert option.kind != "number" or option.default is None or option.least <= option.default


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_every_option_may_be_given_as_the_method_has_it(method):
    options = {option.name: option.default for option in options_of(method) if option.default is not None}
    Order(*PICTURES, method.id, 64, options).check()


def test_options_carry_the_bounds_of_the_schema():
    adain = {option.name: option for option in options_of(methods()["adain2017"])}
    assert (adain["strength"].least, adain["strength"].most, adain["strength"].default) == (0, 1, 1)
    assert adain["network"].choices == ("any_style",)
    assert "any_style" not in {o.name: o for o in options_of(methods()["johnson2016"])}["network"].choices
    gatys = {option.name: option for option in options_of(methods()["gatys2015"])}
    assert gatys["evaluations"].whole
    assert (gatys["style_weight"].default, gatys["style_weight"].least) == (1.0, 0)
    assert (gatys["optimiser"].default, gatys["optimiser"].choices) == (None, ("lbfgs", "adam", "sgd"))
    assert gatys["start"].choices == ("content", "style", "noise")
    assert "style_weight" not in adain
    johnson = {option.name: option for option in options_of(methods()["johnson2016"])}
    assert johnson["preserve_colour"].choices == ("none", "luminance")


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (Order(*PICTURES, "adain", 64), "adain"),
        (Order(*PICTURES, "adain2017", 64, {"strength": 2}), "strength.*less than or equal to 1"),
        (
            Order(*PICTURES, "adain2017", 64, {"evaluations": 2}),
            "no option 'evaluations'.*allowed: .*strength",
        ),
        (Order(PICTURES[0], None, "adain2017", 64), "takes the style from a picture"),
    ],
)
def test_a_bad_order_is_refused_before_it_waits(order, says):
    with pytest.raises(InputError, match=says):
        order.check()


def test_only_what_takes_one_step_is_quick():
    quick = {method.id for method in METHODS if Order(*PICTURES, method.id, 64).quick}
    one_pass = {"adain2017", "chen2016", "johnson2016", "johnson2016_super_resolution", "ulyanov2016"}
    one_pass.add("pitie2007")
    assert quick == one_pass


def test_the_command_makes_the_same_picture(tmp_path, photo, run):
    """Byte for byte, of files whose names need quotes."""
    style = tmp_path / "star's night.png"
    Image.open(photo).transpose(Image.Transpose.ROTATE_90).save(style)
    order = Order(photo, style, "adain2017", 64, {"strength": 0.6, "preserve_colour": "luminance"}, seed=3)
    made = make(order, Report(lambda *news: None))
    words = shlex.split(order.command())
    assert words[:2] == ["nstbench", "stylize"]
    out = tmp_path / "again.png"
    assert run(*[str(out) if word == "out.png" else word for word in words[1:]]).returncode == 0
    assert np.array_equal(np.asarray(Image.open(out)), np.asarray(made.picture))


@pytest.fixture
def halves(tmp_path, photo):
    """Masks of the photograph's shape, white on the left and on the right."""
    files = tmp_path / "left half.png", tmp_path / "right.png"
    for file, box in zip(files, ((0, 0, 24, 32), (24, 0, 48, 32)), strict=True):
        mask = Image.new("L", (48, 32))
        mask.paste(255, box)
        mask.save(file)
    return files


@pytest.mark.parametrize(
    ("method", "options", "given"),
    [
        ("adain2017", {}, ["mask"]),
        ("adain2017", {"strength": 0.8}, ["regions", "mask", "style_mask"]),
        ("adain2017", {}, ["blend"]),
        ("gatys2015", {"evaluations": 3, "weights": "embedded", "start": "noise"}, ["start", "blend"]),
    ],
)
def test_masks_and_further_pictures_reach_the_picture_and_the_command(
    method, options, given, tmp_path, photo, painting, halves, run
):
    other, of_style, (left, right) = tmp_path / "other.png", tmp_path / "of style.png", halves
    Image.open(painting).rotate(90).point(lambda value: 255 - value).save(other)
    Image.open(left).resize(Image.open(painting).size).save(of_style)
    known = {
        "mask": left,
        "style_mask": of_style,
        "regions": [(right, other)],
        "blend": {other: 0.25},
        "start": other,
    }
    order = Order(photo, painting, method, 48, options, **{name: known[name] for name in given})
    order.check()
    made = make(order, Report(lambda *news: None)).picture
    plain = make(Order(photo, painting, method, 48, options), Report(lambda *news: None)).picture
    assert not np.array_equal(np.asarray(made), np.asarray(plain))
    if "mask" in given:
        content = Image.open(photo).convert("RGB")
        assert np.array_equal(np.asarray(made)[:, 25:], np.asarray(content)[:, 25:])
    out = tmp_path / "again.png"
    words = shlex.split(order.command())
    assert run(*[str(out) if word == "out.png" else word for word in words[1:]]).returncode == 0
    assert np.array_equal(np.asarray(Image.open(out)), np.asarray(made))


@pytest.mark.parametrize(
    ("method", "given", "says"),
    [
        ("chen2016", {"style_mask": Path("m.png")}, "chen2016 knows no parts of a picture"),
        ("chen2016", {"regions": [PICTURES]}, "leave their masks out"),
        ("li2017", {"blend": {PICTURES[0]: 0.5}}, "li2017 does not mix styles"),
        ("adain2017", {"blend": {PICTURES[0]: 1.5}}, "a share is a number from 0 to 1"),
        ("adain2017", {"start": PICTURES[0]}, "start: adain2017 has none"),
    ],
)
def test_pictures_that_a_method_would_not_look_at_are_refused(method, given, says):
    with pytest.raises(InputError, match=says):
        Order(*PICTURES, method, 64, **given).check()


def test_a_file_is_not_taken_for_an_option():
    assert "./-o.png" in Order(Path("-o.png"), PICTURES[1], "adain2017", 64).command()


def descent(photo, scales):
    options = {"evaluations": 6, "scales": scales, "weights": "embedded"}
    return Order(photo, photo, "gatys2015", 64, options)


@pytest.mark.parametrize("scales", [1, 2])
def test_a_descent_reports_its_steps(photo, scales, monkeypatch):
    monkeypatch.setattr("nstbench.apps.making.SECONDS_BETWEEN_PREVIEWS", 0)
    news = []
    made = make(descent(photo, scales), Report(lambda *each: news.append(each)))
    assert {total for _, total, _, _ in news} == {6}
    done = [done for done, _, loss, _ in news if loss is not None]
    assert done == sorted(done)
    assert done[-1] == 6
    assert news[-1][3].startswith(b"\xff\xd8")  # A JPEG.
    assert made.picture.size == (64, 43)


def test_a_descent_that_is_stopped_ends_at_its_next_step(photo):
    seen = []

    def tell(done, total, loss, preview):
        seen.append(done)
        if loss is not None:
            report.stopped.set()

    report = Report(tell)
    with pytest.raises(StoppedError):
        make(descent(photo, 1), report)
    assert max(seen) < 6
