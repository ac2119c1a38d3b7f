"""Painting in one pass: the shipped networks, the method, and the command."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.colour.preservation import stylize
from nstbench.methods.gatys2015 import algorithm as gatys2015
from nstbench.methods.johnson2016.architecture import JAIN
from nstbench.methods.johnson2016.method import METHOD
from nstbench.methods.johnson2016.modules import KIND, Transformation
from nstbench.methods.johnson2016.recipe import DEFAULT_TRAINING, JOHNSON, TransformationRecipe
from nstbench.methods.johnson2016.recipe import JAIN as JAIN_TRAINING
from nstbench.methods.novak2016.parameters import NovakParameters
from nstbench.networks.feedforward.files import read_network
from nstbench.networks.feedforward.inventory import read_card, shipped_networks
from nstbench.networks.loading import load_backbone
from nstbench.optim.lockstep import finish
from nstbench.pipeline.project import CHECKOUT, Project
from painting.painters import paint

CPU = Hardware(torch.device("cpu"), "fp32")
shipped = pytest.mark.parametrize("name", ["starry_night", "whirling_night"])


def painted(content, **settings):
    task = Task(content, content, METHOD.configure("default", settings), 0, CPU)
    return finish(stylize(METHOD, task)).image


@shipped
def test_a_shipped_network_is_small_and_made_by_the_default_recipe(name):
    file = shipped_networks()[name]
    assert file.stat().st_size <= 4_000_000
    card = read_card(file)
    assert TransformationRecipe.model_validate(card["recipe"]) == DEFAULT_TRAINING
    assert card["style"]["name"] == name


def test_a_result_is_what_the_network_makes_clipped():
    stored = read_network(shipped_networks()["whirling_night"], KIND)
    network = Transformation(JAIN, 0.5)
    network.load_state_dict(stored.weights)
    content = torch.rand(1, 3, 33, 50)
    with torch.no_grad():
        raw = network(content)
    assert raw.min() < 0 or raw.max() > 1
    found = painted(content, network="whirling_night")
    torch.testing.assert_close(found, raw.clamp(0, 1), atol=1e-4, rtol=0)


def test_a_network_brings_a_photograph_closer_to_its_painting():
    """Gram matrices of a network that was not its judge, and the photograph is still recognised."""
    content = to_tensor(load_picture(photograph("temple"), 160))
    style = to_tensor(Image.fromarray(paint("brush", 5, 256, palette="night")))
    parameters = method("gatys2015").configure("nikulin", {"backbone": "vgg16", "alpha": 1.0})
    task = Task(content, style, parameters, 0, CPU)
    backbone = load_backbone("vgg16", "embedded", "max", CPU)
    terms = gatys2015.terms_of(task, backbone)
    own = [term.name.startswith("content/") for term in terms]
    with torch.no_grad():
        before, after, other = (
            Objective(backbone, terms)(image)[1:]
            for image in (content, painted(content, network="whirling_night"), content.flip(-1))
        )
    of_content = torch.tensor(own)
    assert after[~of_content].mean() < 0.4 * before[~of_content].mean()
    assert after[of_content].sum() < 0.8 * other[of_content].sum()


def test_colours_are_kept_where_asked():
    content = torch.rand(1, 3, 24, 24) * 0.2 + 0.4
    kept = painted(content, preserve_colour="luminance")
    torch.testing.assert_close((kept - content).std(1), torch.zeros(1, 24, 24), atol=0.02, rtol=0)


def test_parameter_sets_are_the_sources():
    """Johnson et al. 2016: 40,000 steps of 4 pictures of 256 px at 1e-3, judged by VGG-16."""
    for recipe in (JOHNSON, JAIN_TRAINING):
        assert (recipe.steps, recipe.batch, recipe.rate) == (40_000, 4, 1e-3)
        assert (recipe.crop, recipe.width) == (256, 1)
    assert (JOHNSON.loss.backbone, list(JOHNSON.loss.content_layers)) == ("vgg16", ["relu3_3"])
    assert list(JOHNSON.loss.style_layers) == ["relu1_2", "relu2_2", "relu3_3", "relu4_3"]
    assert isinstance(JAIN_TRAINING.loss, NovakParameters)
    assert (JAIN_TRAINING.loss.pooling, JAIN_TRAINING.loss.normalisation) == ("average", "port")


def test_weights_of_johnson_s_code_are_carried_over():
    """mean |dF|^2 + 5 sum_l mean |dG_l / (N M)|^2 + 1e-6 sum |dx|^2 of bytes; features are 450 times ours."""
    channels, scale, values = np.array([64, 128, 256, 512]), 450.0, 3 * 256**2
    # Ours is alpha/2 mean |dF|^2 + sum_l w_l |dG_l / M|^2 / (4 N^2) + tv mean |dx|^2, sum w_l = 1.
    style = 5 * 4 / channels**2 * scale**4
    assert [*JOHNSON.loss.style_layers.values()] == pytest.approx(style / style.sum(), rel=5e-3)
    assert pytest.approx(2 * scale**2 / style.sum(), rel=2e-2) == JOHNSON.loss.alpha
    assert pytest.approx(1e-6 * 255**2 * values / style.sum(), rel=1e-2) == JOHNSON.loss.tv.weight
    # Theirs is 7e-9 sum |dx| of standardised colours, whose deviation is 0.226 on average.
    assert pytest.approx(7e-9 * values / 0.226, rel=1e-2) == JAIN_TRAINING.loss.tv.weight


def test_the_experiment_descends_on_the_loss_that_the_network_learned():
    experiment = Project.load(CHECKOUT, "smoke").experiments["jain-fast"]
    (direct,) = [arm for arm in experiment.arms if arm.id == "direct"]
    theirs = experiment.configure(direct, experiment.settings_of(direct, shortened=True))
    same = {"optimiser": theirs.optimiser, "evaluations": theirs.evaluations, "init": theirs.init}
    assert theirs == DEFAULT_TRAINING.loss.model_copy(update=same)


@pytest.mark.parametrize("size", [(301, 200), (48, 32), (17, 90)])
def test_the_command_paints_a_picture_of_any_size(run, tmp_path, size):
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(photo)
    done = run("stylize", photo, "-o", out, "--method", "johnson2016", "--size", max(size), "--json")
    assert done.returncode == 0, done.stderr
    assert Image.open(out).size == size
    summary = json.loads(done.stdout)
    assert (summary["style"], summary["loss"], summary["parameters"]["network"]) == (
        None,
        None,
        "starry_night",
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--network", "monet"), "network 'monet' does not exist; allowed: any_style, starry_night"),
        (("--network", "photo.png"), "photo.png is not a readable network"),
        (("--iterations", "5"), "johnson2016 has none; leave it out, or choose chen2016_descent, gatys2015"),
        (("--preserve-colour", "cholesky"), "preserve_colour"),
        (("painting.png",), "would not look at painting.png; leave it out"),
    ],
)
def test_mistakes_are_one_line(run, photo, painting, tmp_path, monkeypatch, options, complaint):
    monkeypatch.chdir(tmp_path)
    done = run("stylize", "photo.png", *options, "-o", "out.png", "--method", "johnson2016")
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_other_methods_need_a_style(run, photo):
    done = run("stylize", photo, "-o", "out.png")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "give one after the content" in done.stderr


def test_networks_are_listed(run):
    listed = json.loads(run("list", "networks", "--json").stdout)
    assert [row["id"] for row in listed] == list(shipped_networks())
    rows = {row["id"]: row for row in listed}
    assert (rows["any_style"]["style"], rows["any_style"]["kind"]) == ("any", "decoder")
    assert rows["starry_night"] == {
        "id": "starry_night",
        "style": "starry_night",
        "kind": "transformation",
        "width": 0.5,
        "backbone": "vgg19",
        "steps": 1400,
    }


def test_a_missing_network_is_told_when_runs_are_planned():
    with pytest.raises(InputError, match="network 'monet' does not exist"):
        METHOD.configure("default", {"network": "monet"}).weight_files()
