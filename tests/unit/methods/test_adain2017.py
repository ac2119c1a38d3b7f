"""Any style in one pass: the shipped decoder, the method, experiments that blend, and the commands."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.channel_moments import channel_moments
from nstbench.methods.adain2017.architecture import LAYERS
from nstbench.methods.adain2017.loss import style_loss
from nstbench.methods.adain2017.method import METHOD
from nstbench.methods.adain2017.modules import open_encoder
from nstbench.methods.adain2017.recipe import DEFAULT_TRAINING, HUANG, LITERAL, SOBOLEVA, DecoderRecipe
from nstbench.methods.base import Task
from nstbench.methods.colour.preservation import stylize
from nstbench.networks.feedforward.inventory import read_card, shipped_networks
from nstbench.optim.lockstep import finish
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import plan
from nstbench.pipeline.project import CHECKOUT, Project
from painting.painters import paint

CPU = Hardware(torch.device("cpu"), "fp32")
SHIPPED = shipped_networks()["any_style"]


def painted(content, style, others=None, **settings):
    parameters = METHOD.configure("default", settings)
    task = Task(content, style, parameters, 0, CPU, others=others or {})
    return finish(stylize(METHOD, task)).image


@pytest.fixture(scope="module")
def temple():
    return to_tensor(load_picture(photograph("temple"), 160))


@pytest.fixture(scope="module")
def night():
    return to_tensor(Image.fromarray(paint("brush", 5, 160, palette="night")))


@pytest.fixture(scope="module")
def mosaic():
    return to_tensor(Image.fromarray(paint("mosaic", 2, 160)))


def test_the_shipped_decoder_is_small_and_made_by_the_default_recipe():
    assert SHIPPED.stat().st_size <= 6_000_000
    assert DecoderRecipe.model_validate(read_card(SHIPPED)["recipe"]) == DEFAULT_TRAINING


def test_the_shipped_decoder_knows_its_encoder(temple, night):
    """Contents decoded in no style come back, 18 dB from themselves; with another encoder they do not."""
    error = (painted(temple, night, strength=0.0) - temple).square().mean().item()
    assert 10 * math.log10(1 / error) > 16


def distance(image, style):
    """Of the channel moments in all layers, squared."""
    encoder = open_encoder("vgg19", "embedded", "mean-1", CPU)
    ours, theirs = encoder(image, LAYERS), encoder(style, LAYERS)
    moments = ((channel_moments(ours[layer]), channel_moments(theirs[layer])) for layer in LAYERS)
    return sum(style_loss(*pair, "squared").item() for pair in moments)


def test_the_shipped_decoder_brings_a_photograph_closer_to_paintings_it_has_not_seen(temple, night, mosaic):
    for style in (night, mosaic):
        assert distance(painted(temple, style), style) < 0.5 * distance(temple, style)


def test_the_shipped_decoder_keeps_the_content_at_strength_0(temple, night):
    kept = painted(temple, night, strength=0.0)
    assert np.corrcoef(kept.flatten(), temple.flatten())[0, 1] > 0.7


def test_the_encoder_is_a_fact_of_the_result(temple):
    task = Task(temple, temple, METHOD.configure("default", {}), 0, CPU)
    assert finish(stylize(METHOD, task)).facts == {"backbone": "vgg19", "weights": "embedded"}


def test_a_blend_with_all_of_another_style_is_that_style(temple, night, mosaic):
    whole = painted(temple, night, {"other": mosaic}, blend={"other": 1.0})
    torch.testing.assert_close(whole, painted(temple, mosaic), atol=1e-5, rtol=0)
    half = painted(temple, night, {"other": mosaic}, blend={"other": 0.5})
    assert (half - whole).abs().mean() > 0.01


def test_colours_are_kept_in_blends_as_well(temple, night, mosaic):
    kept = painted(temple, night, {"other": mosaic}, blend={"other": 0.7}, preserve_colour="luminance")
    chroma = (kept - temple).std(1)
    assert chroma.median() < 0.01
    matched = painted(temple, temple, {"other": night}, blend={"other": 1.0}, preserve_colour="symmetric")
    straight = painted(temple, night, preserve_colour="symmetric")
    torch.testing.assert_close(matched, straight, atol=1e-5, rtol=0)


def test_parameter_sets_are_the_sources():
    """Soboleva: batches of 8 crops of 256 px, lambda 10, 100 thousand iterations; HB: 1e-2, 160 thousand."""
    for recipe in (SOBOLEVA, LITERAL, HUANG):
        assert (recipe.batch, recipe.crop, recipe.rate, recipe.norm) == (8, 256, 1e-4, "none")
    assert (SOBOLEVA.style_weight, SOBOLEVA.steps, SOBOLEVA.stages) == (10, 100_000, 5)
    assert (SOBOLEVA.loss, LITERAL.loss, HUANG.loss) == ("squared", "literal", "summed")
    assert (HUANG.style_weight, HUANG.steps) == (0.01, 160_000)


@pytest.mark.parametrize("blend", [{"a": 0.7, "b": 0.4}, {"a": -0.1}, {"a": math.nan}])
def test_shares_that_do_not_fit_are_told(blend):
    with pytest.raises(InputError, match="blend"):
        METHOD.configure("default", {"blend": blend})


BLENDING = {
    "id": "mine",
    "title": "t",
    "source": {"document": "d", "row": "r", "figure": "f"},
    "question": "q",
    "settings_note": "s",
    "method": "adain2017",
    "parameters": "default",
    "axes": [[{"id": "a", "caption": "a", "settings": {"blend": {"the_scream": 0.4, "dusk_shore": 0.2}}}]],
    "pairs": [{"content": "chelsea", "style": "facets"}],
    "panel": {"rows": [["content", "a"]]},
}


def test_an_experiment_blends_the_pictures_that_are_here():
    """Offline `the_scream` is `dusk_shore`, so that the shares add up."""
    project = Project.load(CHECKOUT, "smoke")
    experiment = Experiment.model_validate(BLENDING)
    assert {"the_scream", "dusk_shore"} < experiment.pictures
    (planned,) = plan(experiment, project.profile, project.manifest)
    assert planned.run.parameters["blend"] == pytest.approx({"dusk_shore": 0.6})
    assert planned.run.pictures == {"chelsea", "facets", "dusk_shore"}


@pytest.mark.parametrize("size", [(131, 90), (48, 32)])
def test_the_command_paints_a_picture_of_any_size(run, painting, tmp_path, size):
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(photo)
    asked = ("--method", "adain2017", "--size", max(size), "--strength", 0.5, "--blend", f"{painting}=0.25")
    done = run("stylize", photo, painting, "-o", out, *asked, "--json")
    assert done.returncode == 0, done.stderr
    assert Image.open(out).size == size
    parameters = json.loads(done.stdout)["parameters"]
    assert (parameters["network"], parameters["strength"]) == ("any_style", 0.5)
    assert parameters["blend"] == {str(painting): 0.25}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--network", "starry_night"), "holds no decoder network; give a file of `nstbench train-adain`"),
        (("--strength", "1.5"), "--strength 1.5: Input should be less than or equal to 1"),
        (("--blend", "wave.jpg"), "--blend 'wave.jpg' is not FILE=SHARE with a share from 0 to 1"),
        (("--blend", "wave.jpg=0.5"), "wave.jpg"),
        (("--blend", "photo.png=1.5"), "--blend 'photo.png=1.5': a share is a number from 0 to 1; give"),
        (("--blend", "photo.png=-0.5"), "--blend 'photo.png=-0.5': a share is a number from 0 to 1; give"),
        (("--blend", "photo.png=nan"), "--blend 'photo.png=nan': a share is a number from 0 to 1; give"),
        (("--blend", "photo.png=0.6", "--blend", "painting.png=0.5"), "so lower them"),
        (("--blend", "photo.png=0.2", "--blend", "photo.png=0.1"), "--blend 'photo.png' is given twice"),
    ],
)
def test_mistakes_are_one_line(run, photo, painting, tmp_path, monkeypatch, options, complaint):
    monkeypatch.chdir(tmp_path)
    done = run("stylize", photo, painting, "-o", "out.png", "--method", "adain2017", *options)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_other_methods_know_no_strength(run, photo, painting, tmp_path):
    done = run("stylize", photo, painting, "-o", tmp_path / "out.png", "--strength", 0.5)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "--strength: gatys2015 has none; leave it out, or choose adain2017" in done.stderr


def test_a_decoder_is_trained_from_folders(run, tmp_path):
    for folder in ("photos", "paintings"):
        (tmp_path / folder).mkdir()
        for number in range(2):
            noise = np.random.default_rng(number).integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(noise).save(tmp_path / folder / f"{number}.png")
    out = tmp_path / "mine.safetensors"
    folders = ("--styles", tmp_path / "paintings", "--images", tmp_path / "photos")
    options = ("--steps", 2, "--stages", 2, "--relaunch-at", 0.5, "--relaunch-keeps", "weights")
    done = run("train-adain", *folders, "-o", out, *options)
    assert done.returncode == 0, done.stderr
    card = read_card(out)
    assert (card["stages"], card["training_styles"]) == ([1, 2], 1)
    assert (card["recipe"]["relaunches"], card["recipe"]["relaunch_keeps"]) == ([0.5], "weights")
    assert len(out.with_suffix(".csv").read_text().splitlines()) == 3
