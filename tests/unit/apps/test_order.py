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
    assert quick == one_pass


def test_the_command_makes_the_same_picture(tmp_path, photo, run):
    """Byte for byte, of files whose names need quotes."""
    style = tmp_path / "star's night.png"
    Image.open(photo).transpose(Image.Transpose.ROTATE_90).save(style)
    order = Order(photo, style, "adain2017", 64, {"strength": 0.6, "preserve_colour": "luminance"}, seed=3)
    made = make(order, Report(lambda *news: None))
    words = shlex.split(order.command(str(photo), str(style)))
    assert words[:2] == ["nstbench", "stylize"]
    out = tmp_path / "again.png"
    assert run(*[str(out) if word == "out.png" else word for word in words[1:]]).returncode == 0
    assert np.array_equal(np.asarray(Image.open(out)), np.asarray(made.picture))


def test_a_file_is_not_taken_for_an_option():
    assert "./-o.png" in Order(*PICTURES, "adain2017", 64).command("-o.png", "a.png")


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
