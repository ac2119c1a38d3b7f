"""The objective against formulas written down independently, in fp64."""

import pytest
import torch

from nstbench.losses.gram import gram
from nstbench.losses.objective import Objective
from nstbench.methods.gatys2015.algorithm import canonical_ratio, content_terms, style_terms
from nstbench.methods.gatys2015.parameters import INVERSE_SQUARE_WEIGHTS
from nstbench.networks.vgg import VGG19

STYLE_LAYERS = VGG19.style_layers
STYLE = dict(zip(STYLE_LAYERS, (0.1, 0.3, 0.2, 0.25, 0.15), strict=True))


@pytest.fixture
def images():
    torch.manual_seed(1)
    return [torch.rand(1, 3, 32, 32, dtype=torch.float64) for _ in range(3)]


def raw_losses(backbone, image, content, style):
    """L_c = 1/2 sum (F - P)^2 and E_l = 1/(4 N^2 M^2) sum (G - A)^2, G = F F', as Gatys et al. print."""
    with torch.no_grad():
        found, wanted, painted = (backbone(i, [*STYLE_LAYERS, "relu4_2"]) for i in (image, content, style))
    content_loss = 0.5 * (found["relu4_2"] - wanted["relu4_2"]).square().sum()
    style_losses = {}
    for layer in STYLE_LAYERS:
        f, r = found[layer][0].flatten(1), painted[layer][0].flatten(1)
        n, m = f.shape
        style_losses[layer] = ((f @ f.T - r @ r.T).square().sum() / (4 * n**2 * m**2)).item()
    return content_loss.item(), style_losses, found["relu4_2"].numel()


def objective(backbone, content, style, alpha, weights):
    terms = [
        *content_terms(backbone, content, {"relu4_2": 1.0}, alpha),
        *style_terms(backbone, style, weights),
    ]
    return Objective(backbone, terms), terms


def test_equals_the_printed_loss_at_the_canonical_ratio(narrow_vgg, images):
    image, content, style = images
    ours, terms = objective(narrow_vgg, content, style, 0.7, STYLE)
    content_loss, style_losses, count = raw_losses(narrow_vgg, image, content, style)
    assert canonical_ratio(terms) == pytest.approx(0.7 / count)
    printed = canonical_ratio(terms) * content_loss + sum(
        STYLE[layer] * style_losses[layer] for layer in STYLE
    )
    total, first, *styles = ours(image).tolist()
    assert total == pytest.approx(printed, rel=1e-6)
    assert styles == pytest.approx([style_losses[layer] for layer in STYLE], rel=1e-6)
    assert total == pytest.approx(
        0.7 * first + sum(w * e for w, e in zip(STYLE.values(), styles, strict=True)), rel=1e-6
    )


def test_gatys_notebook_up_to_a_factor(narrow_vgg, images):
    """mean((F - P)^2) + beta sum 1e3/n^2 mean((G/M - A/M)^2), n of the full-width network."""
    image, content, style = images
    beta = 100.0
    content_loss, style_losses, count = raw_losses(narrow_vgg, image, content, style)
    full_width = dict(zip(STYLE_LAYERS, (64, 128, 256, 512, 512), strict=True))
    notebook = content_loss * 2 / count
    notebook += beta * sum(1e3 / full_width[layer] ** 2 * 4 * style_losses[layer] for layer in STYLE_LAYERS)
    scale = beta * sum(4e3 / n**2 for n in full_width.values())
    ours, _ = objective(narrow_vgg, content, style, 2 / scale, INVERSE_SQUARE_WEIGHTS)
    assert ours(image)[0].item() * scale == pytest.approx(notebook, rel=2e-3)
    assert 2 / scale == pytest.approx(1.524e-2, rel=1e-3)


@pytest.mark.parametrize("alpha", [5.25e-7, 1.0, 1e4])
def test_jain_up_to_nothing(narrow_vgg, images, alpha):
    """alpha / (2 N M) sum (F - P)^2 + 1/5 sum E_l: the first document's equations are ours."""
    image, content, style = images
    content_loss, style_losses, count = raw_losses(narrow_vgg, image, content, style)
    jain = alpha * content_loss / count + sum(style_losses.values()) / 5
    ours, _ = objective(narrow_vgg, content, style, alpha, dict.fromkeys(STYLE_LAYERS, 0.2))
    assert ours(image)[0].item() == pytest.approx(jain, rel=1e-6)


def test_tai_carried_over_by_size():
    """alpha/beta = 5e-10 with N = 512 and M = 64 x 64 is alpha = 1.05e-3 per content feature."""
    assert pytest.approx(1.05e-3, rel=2e-3) == 5e-10 * 512 * 64 * 64


def test_gradient_by_finite_differences(narrow_vgg, images):
    image, content, style = images
    ours, _ = objective(narrow_vgg, content, style, 0.7, STYLE)
    probe = image.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(ours(probe)[0], probe)
    direction = torch.randn_like(image)
    step = 1e-6
    with torch.no_grad():
        slope = (ours(image + step * direction)[0] - ours(image - step * direction)[0]) / (2 * step)
    assert (gradient * direction).sum().item() == pytest.approx(slope.item(), rel=1e-4)


def test_targets_have_no_loss(narrow_vgg, images):
    _, content, style = images
    ours, _ = objective(narrow_vgg, content, style, 0.7, STYLE)
    assert ours(content)[1].item() == 0
    assert ours(style)[2:].abs().max().item() < 1e-25


def test_gram_targets_are_per_position():
    """A picture and its tiling have the same Gram matrix, so content and style may differ in size."""
    features = torch.rand(1, 4, 6, 6, dtype=torch.float64)
    torch.testing.assert_close(gram(features), gram(features.repeat(1, 1, 2, 3)))
