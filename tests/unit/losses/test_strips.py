"""Strips give what the whole picture gives: losses, gradients and features."""

from functools import partial

import pytest
import torch
from torch import Tensor

from nstbench.core import hardware
from nstbench.core.hardware import Hardware
from nstbench.losses import strips
from nstbench.losses.chained_gram import ChainedGramLoss
from nstbench.losses.content import ContentLoss
from nstbench.losses.gram import GramLoss
from nstbench.losses.objective import IMAGE, Objective, Term
from nstbench.losses.strips import evaluate_by_strips, features_by_strips, losses_by_strips
from nstbench.losses.total_variation import TotalVariationLoss
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.loading import random_backbone
from nstbench.networks.stages import borders_behind, groups
from nstbench.optim.lockstep import Request, evaluate

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _low_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strips as low as they get, so that small pictures have several in the first stages."""
    monkeypatch.setattr(strips, "VALUES_AT_ONCE", 1)
    monkeypatch.setattr(strips, "ROWS", 4)


def network(id: str, pooling: str = "max", width: float = 0.125) -> Backbone:
    """A network with random weights in double precision."""
    backbone = random_backbone(ARCHITECTURES[id], width, pooling, seed=3).requires_grad_(False)
    return backbone.double().to(memory_format=torch.channels_last)


def picture(height: int, width: int, seed: int = 0) -> Tensor:
    """Noise in double precision."""
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed)).double()


def whole_gradient(objective: Objective, image: Tensor) -> tuple[Tensor, Tensor]:
    """Losses and gradient by autograd through the whole network."""
    probe = image.clone().requires_grad_()
    losses = objective(probe)
    return losses.detach(), torch.autograd.grad(losses[0], probe)[0]


@pytest.mark.parametrize("id", ARCHITECTURES)
@pytest.mark.parametrize("height", [131, 160, 197])
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_features_of_every_layer_are_those_of_the_whole(id: str, height: int, pooling: str) -> None:
    backbone, image = network(id, pooling), picture(height, 75)
    wanted = [name for name in ARCHITECTURES[id].layer_names if ARCHITECTURES[id].least_side(name) <= 75]
    stages = backbone.stages(wanted)
    assert len(stages[0].strips(height, 75)) > 3
    found = features_by_strips(backbone, image, wanted)
    for layer, whole in backbone(image, wanted).items():
        assert found[layer].shape == whole.shape, layer
        torch.testing.assert_close(found[layer], whole, rtol=1e-12, atol=1e-12, msg=layer)


@pytest.mark.parametrize(
    ("id", "content", "style"),
    [
        ("vgg19", "relu4_2", ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")),
        ("googlenet", "inception3b", ("relu1", "relu2", "inception3a", "inception4a")),
        ("alexnet", "relu3", ("relu1", "relu2", "relu5")),
    ],
)
@pytest.mark.parametrize("size", [(133, 92), (208, 80)])
def test_losses_and_gradient_are_those_of_the_whole(
    id: str, content: str, style: tuple[str, ...], size: tuple[int, int]
) -> None:
    backbone, image = network(id), picture(*size)
    backbone.input_blur = 3
    of_content, of_style = (
        backbone(picture(*shape, seed=seed), [content, *style])
        for seed, shape in ((1, size), (2, (100, 140)))
    )
    objective = Objective(
        backbone,
        [
            Term("content", 0.7, (content,), ContentLoss(of_content[content])),
            Term("first", 0.2, (style[0],), ContentLoss(of_content[style[0]])),
            Term("tv", 0.1, (IMAGE,), TotalVariationLoss()),
            *(
                Term(layer, 1 + number, (layer,), GramLoss(of_style[layer], -1))
                for number, layer in enumerate(style)
            ),
            Term("chain", 0.3, style[:2], ChainedGramLoss(of_style[style[0]], of_style[style[1]])),
        ],
    )
    losses, gradient = whole_gradient(objective, image)
    by_strips, gradient_by_strips = evaluate_by_strips(objective, backbone, image)
    torch.testing.assert_close(by_strips, losses, rtol=1e-12, atol=0)
    assert (gradient_by_strips - gradient).abs().max() <= 1e-12 * gradient.abs().max()


def test_gradient_is_the_slope_of_the_losses() -> None:
    backbone, image = network("vgg19", "average"), picture(150, 60)
    layers = ("relu1_1", "relu2_1", "relu3_1")
    target = backbone(picture(80, 90, seed=1), layers)
    objective = Objective(backbone, [Term(layer, 1.0, (layer,), GramLoss(target[layer])) for layer in layers])
    _, gradient = evaluate_by_strips(objective, backbone, image)
    direction = picture(150, 60, seed=2) - 0.5
    ahead, behind = (
        evaluate_by_strips(objective, backbone, image + step * direction)[0][0] for step in (1e-6, -1e-6)
    )
    assert ((ahead - behind) / 2e-6).item() == pytest.approx((gradient * direction).sum().item(), rel=1e-4)


def test_a_large_picture_is_evaluated_by_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = random_backbone(ARCHITECTURES["vgg19"], 0.25, "max", 1).requires_grad_(False)
    backbone.place(CPU, torch.float32)
    style, image = picture(90, 90, seed=1).float(), picture(180, 128).float()
    layers = ("relu1_1", "relu3_1", "relu4_1")

    def answer() -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            target, of_content = backbone(style, layers), backbone(image, ["relu3_1"])
        terms = [Term(layer, 1.0, (layer,), GramLoss(target[layer])) for layer in layers]
        terms.append(Term("content", 0.1, ("relu3_1",), ContentLoss(of_content["relu3_1"])))
        (given,) = evaluate([Request(Objective(backbone, terms), image.flip(3))])
        assert not isinstance(given, Exception)
        return given.losses, given.gradient

    losses, gradient = answer()
    monkeypatch.setattr(hardware, "LARGEST_WHOLE", 64**2)
    heights = []
    first = backbone.layers["conv1_1"].register_forward_hook(
        lambda _, given, made: heights.append(made.shape[2])
    )
    losses_by_strips, gradient_by_strips = answer()
    first.remove()
    assert max(heights) < 90
    torch.testing.assert_close(losses_by_strips, losses, rtol=1e-6, atol=0)
    assert (gradient_by_strips - gradient).norm() <= 1e-6 * gradient.norm()


def test_targets_are_those_of_the_whole() -> None:
    backbone, image = network("vgg19"), picture(150, 60)
    layers = ("relu1_1", "relu2_1", "relu3_1")
    whole = backbone(image, layers)
    by_strips = losses_by_strips(backbone, image, layers, partial(GramLoss, shift=-1))
    seen = backbone(picture(90, 90, seed=1), layers)
    for layer, loss in by_strips.items():
        torch.testing.assert_close(
            loss(seen[layer]), GramLoss(whole[layer], -1)(seen[layer]), rtol=1e-12, atol=0
        )
    # Where positions count, features are kept as they are.
    contents = losses_by_strips(backbone, image, layers, ContentLoss)
    assert all((contents[layer].target - whole[layer]).abs().max() <= 1e-12 for layer in layers)


def test_no_stage_is_run_on_more_rows_than_its_windows_need() -> None:
    # Two 3x3 convolutions and a pooling: two rows above and below, of which the pooling makes one.
    first = groups(ARCHITECTURES["vgg19"], ["pool1"])[0]
    assert borders_behind(first[:-1]) == (2, 2)
    assert borders_behind(first) == (1, 1)
    (stage, *_) = network("vgg19").stages(["relu1_1", "relu2_1"])
    assert (stage.above, stage.below) == (8, 8)


@pytest.mark.parametrize("height", [7, 16, 100, 1023, 1024, 4097])
def test_strips_cover_every_row_once(height: int) -> None:
    (stage, *_) = network("vgg19").stages(["pool1", "pool2"])
    covered = [row for strip in stage.strips(height, 50) for row in range(strip.first, strip.end)]
    assert covered == [*range(height)]


def test_hardware_says_what_is_large() -> None:
    assert hardware.largest_whole(CPU) == 1024**2
    assert Hardware(CPU, "fp32").pixels_at_once == 4 * 128**2
