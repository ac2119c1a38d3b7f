"""Training a decoder: its losses, the stages that are kept, launches on the way, and its files."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.losses.channel_moments import channel_moments
from nstbench.methods.adain2017 import network
from nstbench.methods.adain2017.architecture import DEEPEST, LAYERS
from nstbench.methods.adain2017.loss import DecoderLoss
from nstbench.methods.adain2017.method import TRAINER, AdaINParameters
from nstbench.methods.adain2017.modules import Decoder, align, open_encoder
from nstbench.methods.adain2017.network import load_network, read_decoder
from nstbench.methods.adain2017.recipe import DecoderRecipe
from nstbench.methods.adain2017.training import train_decoder
from nstbench.networks.feedforward.files import read_network, save_network
from nstbench.networks.feedforward.inventory import CARD, read_card, shipped_networks
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.networks.weight_sources import embedded_file
from nstbench.optim.checkpoints import Checkpoint

CPU = Hardware(torch.device("cpu"), "fp32")
RECIPE = DecoderRecipe(weights="embedded", crop=32, batch=1, rate=1e-3, steps=6, decay="none")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Files of three pictures of smooth noise."""
    folder, random = tmp_path_factory.mktemp("photographs"), np.random.default_rng(1)
    files = tuple(folder / f"{number}.png" for number in range(3))
    for file in files:
        Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8)).resize((60, 50)).save(file)
    return files


@pytest.fixture
def asked(tmp_path, photographs):
    """A training on three photographs and two styles, which reports to `watch`."""
    styles = tuple(tmp_path / f"style{number}.png" for number in range(2))
    for number, file in enumerate(styles):
        noise = np.random.default_rng(number).integers(0, 256, (48, 48, 3), dtype=np.uint8)
        Image.fromarray(noise).save(file)

    def ask(name="decoder", watch=lambda *step: None, **changes):
        recipe = RECIPE.model_copy(update=changes)
        return TrainingTask(recipe, styles, photographs, tmp_path / f"{name}.safetensors", CPU, watch)

    return ask


def test_training_leaves_a_decoder_for_every_stage_and_the_curve(asked):
    task = asked(stages=3)
    train_decoder(task)
    curve = pd.read_csv(task.output.with_suffix(".csv"))
    terms = [f"content/{DEEPEST}", *(f"style/{layer}" for layer in LAYERS)]
    assert list(curve) == ["step", "total", *terms, "seconds"]
    weighted = curve[terms[0]] + 10 * curve[terms[1:]].sum(axis=1)
    assert curve["total"].to_numpy() == pytest.approx(weighted.to_numpy(), rel=1e-4)
    card = read_card(task.output)
    assert (card["stages"], card["training_pictures"], card["training_styles"]) == ([2, 4, 6], 2, 1)
    assert DecoderRecipe.model_validate(card["recipe"]) == task.recipe
    assert not task.output.with_suffix(".checkpoint").exists()
    last = [
        read_decoder(task.output, stage, CPU.device)[0].layers.deconv1_1.weight for stage in (1, 2, 3, None)
    ]
    assert not torch.equal(last[0], last[1])
    assert torch.equal(last[2], last[3])
    shorter = asked("shorter", steps=2)
    train_decoder(shorter)
    first, _ = read_decoder(shorter.output, None, CPU.device)
    assert torch.equal(first.layers.deconv1_1.weight, last[0])


def with_checksum(file, folder, checksum):
    """A decoder whose card names another encoder, or none."""
    stored = read_network(file, "decoder")
    copy = folder / f"{checksum}.safetensors"
    save_network(stored.weights, {**stored.card, "encoder_sha256": checksum}, copy)
    return copy


def test_a_decoder_goes_with_the_encoder_that_it_was_trained_with(asked, tmp_path, caplog):
    task = asked(steps=1)
    train_decoder(task)
    encoder = embedded_file("vgg19")
    checksum = hashlib.sha256(encoder.read_bytes()).hexdigest()
    assert read_card(task.output)["encoder_sha256"] == checksum
    for file in (task.output, shipped_networks()["any_style"]):
        load_network(file, None, CPU)
    assert not caplog.records
    other = with_checksum(task.output, tmp_path, 64 * "0")
    with pytest.raises(InputError) as refused:
        load_network(other, None, CPU)
    assert str(refused.value) == (
        f"{other} was trained with another encoder than {encoder}, whose SHA-256 is {checksum[:12]}...; "
        "allowed: 000000000000...; put that file there, or train the decoder again"
    )
    old = with_checksum(task.output, tmp_path, None)
    load_network(old, None, CPU)
    (told,) = caplog.messages
    assert told.startswith(f"{old} does not say which encoder it was trained with, so {encoder} is taken")


def test_training_brings_the_losses_down(asked):
    task = asked(steps=30)
    train_decoder(task)
    curve = pd.read_csv(task.output.with_suffix(".csv"))
    assert curve["total"].iloc[-5:].mean() < 0.7 * curve["total"].iloc[:5].mean()


@pytest.mark.parametrize("form", ["squared", "literal", "summed"])
def test_the_loss_of_a_step_by_hand(form, photographs):
    torch.manual_seed(0)
    encoder = open_encoder("vgg19", "embedded", "mean-1", CPU)
    decoder = Decoder(encoder.architecture, encoder.width)
    contents, styles = (CropSource(photographs, 32, 2, seed) for seed in (0, 1))
    recipe = RECIPE.model_copy(update={"loss": form, "style_weight": 3.0})
    total, content, *style = DecoderLoss(recipe, contents, styles, encoder, decoder, CPU)(4)
    given = encoder(styles.training(4), LAYERS)
    target = align(encoder(contents.training(4), [DEEPEST])[DEEPEST], given[DEEPEST])
    painted = encoder(decoder(target), LAYERS)
    difference = painted[DEEPEST] - target
    lengths = difference.flatten(1).norm(dim=1)
    expected = lengths.mean() if form == "literal" else (lengths**2).sum() / difference.numel()
    assert content.item() == pytest.approx(expected.item(), rel=1e-4)
    for layer, found in zip(LAYERS, style, strict=True):
        by_hand = 0.0
        for one, other in zip(channel_moments(painted[layer]), channel_moments(given[layer]), strict=True):
            lengths = (one - other).norm(dim=1)
            channels = 1 if form == "summed" else one.shape[1]
            by_hand += (lengths if form == "literal" else lengths**2 / channels).mean().item()
        assert found.item() == pytest.approx(by_hand, rel=1e-4)
    assert total.item() == pytest.approx(content.item() + 3 * sum(each.item() for each in style), rel=1e-4)


def test_the_identity_is_that_of_contents_decoded_from_their_own_features(photographs):
    torch.manual_seed(0)
    encoder = open_encoder("vgg19", "embedded", "none", CPU)
    decoder = Decoder(encoder.architecture, encoder.width)
    contents, styles = (CropSource(photographs, 32, 2, seed) for seed in (0, 1))
    without = DecoderLoss(RECIPE, contents, styles, encoder, decoder, CPU)
    recipe = RECIPE.model_copy(update={"identity_weight": 7.0})
    extended = DecoderLoss(recipe, contents, styles, encoder, decoder, CPU)
    assert extended.names == (*without.names, "identity")
    total, *others, identity = extended(4)
    crops = contents.training(4)
    rebuilt = decoder(encoder(crops, [DEEPEST])[DEEPEST])
    missed = (rebuilt - crops).detach().numpy()
    assert identity.item() == pytest.approx((missed**2).mean(), rel=1e-4)
    expected = [7 * identity.item() + without(4)[0].item(), *without(4)[1:].tolist()]
    assert [total.item(), *(each.item() for each in others)] == pytest.approx(expected, rel=1e-4)


class KilledError(Exception):
    """The machine died."""


def test_a_training_that_goes_on_ends_with_the_same_file(asked, monkeypatch):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)

    def killer(step, loss):
        if step == 4:
            raise KilledError

    changes = {"stages": 3, "relaunches": (0.5,), "relaunch_keeps": "weights"}
    whole, cut = asked("whole", **changes), asked("cut", killer, **changes)
    train_decoder(whole)
    with pytest.raises(KilledError):
        train_decoder(cut)
    seen = []
    train_decoder(replace(cut, watch=lambda step, loss: seen.append(step)))
    assert seen == [4, 5, 6]
    assert cut.output.read_bytes() == whole.output.read_bytes()


def learned(schedule, file):
    """A weight that Adam pulls to 0 from losses that say how many steps they are from their start."""
    torch.manual_seed(0)
    network, asked = nn.Linear(1, 1, bias=False), []

    def losses_at(step):
        asked.append(step)
        loss = (network.weight.sum() - step) ** 2
        return torch.stack([loss, loss])

    checkpoint = Checkpoint(file)
    training = train(network, losses_at, ["loss"], schedule, {}, lambda *_: None, checkpoint)
    return training, asked


def test_a_launch_with_all_that_a_checkpoint_has_changes_nothing(tmp_path):
    without, _ = learned(Schedule(9, 0.1), tmp_path / "a.pt")
    with_all, asked = learned(Schedule(9, 0.1, relaunches=(3, 5)), tmp_path / "b.pt")
    assert asked == list(range(9))
    assert torch.equal(torch.stack(with_all.curve.rows), torch.stack(without.curve.rows))


def test_a_launch_with_the_weights_alone_begins_adam_rate_and_order_again(tmp_path):
    schedule = Schedule(9, 0.1, "inverse", relaunches=(3, 5), relaunch_keeps="weights")
    training, asked = learned(schedule, tmp_path / "a.pt")
    assert asked == [0, 1, 2, 0, 1, 0, 1, 2, 3]
    (state,) = training.optimiser.state.values()
    assert state["step"].item() == 4
    assert training.optimiser.param_groups[0]["lr"] == pytest.approx(0.1 / (1 + 5e-5 * 3))


def test_the_rate_falls_as_in_the_authors_code():
    """adjust_learning_rate of AdaIN-style: lr / (1 + 5e-5 iteration)."""
    assert Schedule(160_000, 1e-4, "inverse").rate_at(20_000) == pytest.approx(0.5e-4)


def test_stages_end_where_the_document_has_them():
    """Soboleva, figure 2: after 20, 40, 60, 80 and 100 thousand iterations."""
    schedule = Schedule(100_000, 1e-4, stages=5)
    ends = [steps for steps in range(10_000, 100_001, 10_000) if schedule.ends_stage(steps)]
    assert ends == [20_000, 40_000, 60_000, 80_000, 100_000]


def test_contents_and_styles_are_drawn_by_different_numbers(asked, monkeypatch):
    seeds = []
    original = CropSource.__init__

    def spy(self, pictures, size, batch, seed):
        seeds.append(seed)
        original(self, pictures, size, batch, seed)

    monkeypatch.setattr(CropSource, "__init__", spy)
    train_decoder(asked(steps=1, seed=5))
    assert len(set(seeds)) == 2
    assert np.random.default_rng((seeds[0], 0)).random() != np.random.default_rng((seeds[1], 0)).random()


@pytest.mark.parametrize("stage", [0, 2])
def test_a_stage_that_was_not_kept_is_told(asked, stage):
    task = asked(steps=1)
    train_decoder(task)
    with pytest.raises(InputError, match=f"stage {stage} of .* was not kept; allowed: 1 to 1"):
        read_decoder(task.output, stage, CPU.device)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("width", 1e308, "width: Input should be less than or equal to 1"),
        ("width", 100_000, "width: Input should be less than or equal to 1"),
        ("width", None, "width: Input should be a valid number"),
        ("stages", [], "stages: List should have at least 1 item"),
        ("stages", [2, 0], "stages.1: Input should be greater than or equal to 1"),
        ("stages", [10**19], "stages.0: Input should be less than or equal to 1000000"),
        ("stages", "all", "stages: Input should be a valid list"),
        ("stages", {"1": 2}, "stages: Input should be a valid list"),
        ("norm", "layer", "norm: Input should be 'none', 'instance' or 'batch'"),
        ("normalisation", "port", "normalisation: Input should be 'mean-1' or 'none'"),
        ("backbone", "alexnet", "backbone: Input should be 'vgg16' or 'vgg19'"),
        ("backbone", ["vgg19"], "backbone: Input should be 'vgg16' or 'vgg19'"),
        ("weights", ["embedded"], "weights: Input should be a valid string"),
        ("weights", ..., "weights: Field required"),
        ("encoder_sha256", "abc", "encoder_sha256: String should match pattern"),
        ("stages", ..., "stages: Field required"),
    ],
)
def test_absurd_cards_are_refused_before_anything_is_built(tmp_path, monkeypatch, key, value, complaint):
    file = tmp_path / "absurd.safetensors"
    card = read_card(shipped_networks()["any_style"]) | {key: value}
    if value is ...:
        del card[key]
    save_file({"weight": torch.zeros(1)}, file, {CARD: json.dumps(card)})
    monkeypatch.delattr(network, "Decoder")
    for use in (
        lambda: read_decoder(file, None, CPU.device),
        AdaINParameters(network=str(file)).weight_files,
    ):
        with pytest.raises(InputError, match=complaint) as failure:
            use()
        assert str(failure.value).startswith(str(file))
        assert str(failure.value).endswith("train it again")
        assert "\n" not in str(failure.value)


@pytest.mark.parametrize("pictures", [0, 1])
def test_a_training_on_fewer_than_two_pictures_is_refused(pictures, photographs):
    with pytest.raises(InputError, match=f"at least 2 pictures, because .* held out; given: {pictures}$"):
        CropSource(photographs[:pictures], 32, 1, 0)


@pytest.mark.parametrize("share", [5.0, 1.0, 0.0, -1.0, float("nan")])
def test_a_launch_lies_within_the_training(share):
    with pytest.raises(InputError, match=r"relaunches\.1: Input should be"):
        TRAINER.configure("default", {"relaunches": [0.5, share]})


def test_an_output_of_another_kind_is_refused(asked, tmp_path):
    with pytest.raises(InputError, match=r"must end in \.safetensors"):
        train_decoder(replace(asked(), output=tmp_path / "decoder.pt"))
