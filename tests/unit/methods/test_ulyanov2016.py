"""Texture networks: what the generator is, how it is trained, and what it makes."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.gram import gram
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.ulyanov2016.generator import Generator, load_generator
from nstbench.methods.ulyanov2016.method import GeneratorParameters
from nstbench.methods.ulyanov2016.recipe import TRAINER
from nstbench.methods.ulyanov2016.training import GeneratorLoss, train_generator
from nstbench.networks.feedforward.inventory import CARD, read_card
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.trainer import TrainingTask

CPU = Hardware(torch.device("cpu"), "fp32")
SMALL = {"scales": 3, "crop": 32, "batch": 2, "style_size": 48, "steps": 4}
LAYERS = {"style_layers": {"relu1_1": 0.25, "relu2_1": 0.75}, "weights": "embedded"}


def loss_of(preset, **changes):
    loss = TRAINER.presets[preset].loss
    content = {"content_layers": {"relu2_1": 1.0}} if loss.content_layers else {}
    return loss.derived_from(loss, **{**LAYERS, **content, **changes})


def recipe_of(preset, loss=None, **changes):
    return TRAINER.configure(preset, {**SMALL, "loss": (loss or loss_of(preset)).model_dump(), **changes})


@pytest.fixture
def photographs(tmp_path):
    """Files of three pictures of smooth noise."""
    random = np.random.default_rng(1)
    files = tuple(tmp_path / f"{number}.png" for number in range(3))
    for file in files:
        Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8)).resize((60, 50)).save(file)
    return files


@pytest.fixture
def asked(tmp_path, photographs):
    style = tmp_path / "bricks.png"
    noise = np.random.default_rng(2).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((48, 48), Image.Resampling.NEAREST).save(style)

    def ask(name, recipe, watch=lambda *step: None):
        return TrainingTask(recipe, (style,), photographs, tmp_path / f"{name}.safetensors", CPU, watch)

    return ask


@pytest.mark.parametrize("norm", ["batch", "instance"])
def test_textures_can_be_tiled(norm):
    """Noise that is rolled around gives the texture rolled around, the borders included."""
    torch.manual_seed(0)
    generator = Generator(3, norm, stylizes=False).eval().double()
    noise = [each.double() for each in generator.noise(1, 16, 20, seed=1)]
    steps = ((1, 2), (2, 4), (4, 8))
    rolled = [each.roll(step, (2, 3)) for step, each in zip(steps, noise, strict=True)]
    torch.testing.assert_close(generator(rolled), generator(noise).roll((4, 8), (2, 3)))


def test_sizes_of_noise_and_channels_are_the_papers():
    """Six sizes of a picture of 256 px; every one brings in eight channels (section 4.2)."""
    generator = Generator(6, "batch", stylizes=True)
    assert [tuple(each.shape[1:]) for each in generator.noise(1, 256, 256, 0)] == [
        (3, side, side) for side in (8, 16, 32, 64, 128, 256)
    ]
    assert [block[0].in_channels for block in generator.inputs] == [6] * 6
    assert [block[0].in_channels for block in generator.blocks] == [16, 24, 32, 40, 48]
    assert generator.last.in_channels == 48


def test_coarse_and_fine_features_enter_a_join_on_one_scale():
    torch.manual_seed(0)
    join = Generator(2, "instance", stylizes=False).joins[0]
    coarse, fine = 100 * torch.rand(2, 8, 4, 4) + 7, 0.01 * torch.rand(2, 8, 8, 8)
    joined = join(coarse, fine)
    torch.testing.assert_close(joined.mean((2, 3)), torch.zeros(2, 16), rtol=0, atol=1e-4)
    assert (joined.std((2, 3)) > 0.5).all()
    # Nearest neighbours: four pixels of a square are the same.
    assert torch.equal(joined[:, :8, ::2, ::2], joined[:, :8, 1::2, 1::2])


def test_instance_normalisation_forgets_the_contrast_of_a_content():
    """What Ulyanov et al. 2016b change it for; batch normalisation keeps it."""
    torch.manual_seed(0)
    content = torch.rand(1, 3, 32, 32)
    differences = []
    for norm in ("instance", "batch"):
        generator = Generator(1, norm, stylizes=True).eval()
        with torch.no_grad():
            # The first convolution looks at the content alone.
            generator.inputs[0][0].weight[:, 3:] = 0
            generator.inputs[0][0].weight *= 100
        (noise,) = generator.noise(1, 32, 32, 0)
        bright, dim = generator([noise], content), generator([noise], 0.2 * content)
        differences.append((bright - dim).abs().mean().item())
    assert differences[0] < 0.05 * differences[1]


def test_the_loss_of_a_texture_is_that_of_gram_matrices_by_hand(asked):
    recipe = recipe_of("texture")
    (style,) = asked("texture", recipe).styles
    painting = to_tensor(load_picture(style, recipe.style_size))
    generator = Generator(3, "batch", stylizes=False)
    loss = GeneratorLoss(recipe, painting, None, generator, CPU)
    total, *losses = loss(5)
    seed = int(np.random.default_rng((recipe.seed, 5)).integers(2**63))
    made = loss.backbone(generator(generator.noise(2, 32, 32, seed)), LAYERS["style_layers"])
    wanted = loss.backbone(painting, LAYERS["style_layers"])
    expected = []
    for layer in LAYERS["style_layers"]:
        difference = gram(made[layer]) - gram(wanted[layer])
        expected.append(difference.square().sum((1, 2)).mean() / (4 * made[layer].shape[1] ** 2))
    assert loss.names == ["style/relu1_1", "style/relu2_1"]
    assert [each.item() for each in losses] == pytest.approx([each.item() for each in expected], rel=1e-4)
    assert total.item() == pytest.approx(0.25 * losses[0].item() + 0.75 * losses[1].item(), rel=1e-5)


def test_a_stylization_is_compared_with_its_own_contents(asked, photographs):
    recipe = recipe_of("instance")
    (style,) = asked("stylization", recipe).styles
    generator = Generator(3, "instance", stylizes=True)
    crops = CropSource(photographs, 32, 2, 0)
    loss = GeneratorLoss(recipe, to_tensor(load_picture(style, 48)), crops, generator, CPU)
    found = loss(3)[1].item()
    contents = crops.training(3)
    seed = int(np.random.default_rng((recipe.seed, 3)).integers(2**63))
    made = generator(generator.noise(2, 32, 32, seed), contents)
    features, wanted = (loss.backbone(each, ["relu2_1"])["relu2_1"] for each in (made, contents))
    assert loss.names[0] == "content/relu2_1"
    assert found == pytest.approx(((features - wanted).square().mean() / 2).item(), rel=1e-4)


@pytest.mark.parametrize("preset", ["texture", "instance"])
def test_a_training_leaves_a_generator_for_any_size(asked, preset):
    training = asked(preset, recipe_of(preset, steps=40, rate=0.02))
    train_generator(training)
    curve = pd.read_csv(training.output.with_suffix(".csv"))
    assert curve["total"].iloc[-5:].mean() < 0.7 * curve["total"].iloc[:5].mean()
    assert not training.output.with_suffix(".checkpoint").exists()
    card = read_card(training.output)
    assert (card["style"]["name"], card["stylizes"]) == ("bricks", preset == "instance")
    ulyanov = method("ulyanov2016")
    parameters = ulyanov.configure("default", {"network": str(training.output)})
    assert parameters.draws() and not ulyanov.needs_style
    for height, width in ((5, 30), (33, 42)):
        content = torch.rand(1, 3, height, width)
        task = Task(content, content, parameters, 0, CPU)
        one, other = ulyanov.stylize(task).image, ulyanov.stylize(replace(task, seed=1)).image
        assert one.shape == content.shape
        assert 0 <= one.min() <= one.max() <= 1
        assert torch.equal(one, ulyanov.stylize(task).image) and not torch.equal(one, other)


class KilledError(Exception):
    """The machine died."""


def test_a_training_that_goes_on_ends_with_the_same_file(asked, monkeypatch):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)

    def killer(step, loss):
        if step == 2:
            raise KilledError

    whole, cut = asked("whole", recipe_of("texture")), asked("cut", recipe_of("texture"), killer)
    train_generator(whole)
    with pytest.raises(KilledError):
        train_generator(cut)
    train_generator(asked("cut", recipe_of("texture")))
    assert cut.output.read_bytes() == whole.output.read_bytes()


def test_a_crop_that_cannot_be_halved_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"a crop of 100 px has no 5 sizes, .* set crop to a multiple of 16"):
        TRAINER.configure("texture", {"crop": 100})


@pytest.mark.parametrize(("key", "value"), [("scales", 60), ("norm", "layer"), ("stylizes", "yes")])
def test_absurd_cards_are_refused(asked, tmp_path, key, value):
    training = asked("texture", recipe_of("texture", steps=1))
    train_generator(training)
    file = tmp_path / "absurd.safetensors"
    save_file({"weight": torch.zeros(1)}, file, {CARD: json.dumps(read_card(training.output) | {key: value})})
    with pytest.raises(InputError, match=f"{key}: Input should be .*train it again"):
        load_generator(file, CPU.device)
    assert GeneratorParameters(network=str(file)).weight_files() == [file]
