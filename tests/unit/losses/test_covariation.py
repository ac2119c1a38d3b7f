"""The covariation of content and style features against the formula written out."""

import pytest
import torch

from nstbench.losses import covariation
from nstbench.losses.covariation import (
    CovariationLoss,
    DenseCovariation,
    KernelCovariation,
    dense_cost,
    kernel_cost,
)
from nstbench.losses.gram import gram
from nstbench.losses.objective import Objective, Term
from nstbench.methods import method
from nstbench.methods.nikulin2016.spatial_style import covariation_terms

FORMS = [DenseCovariation, KernelCovariation]
# Style and content layer of the picture, and of the style picture: content coarser, as fine, and finer.
SHAPES = [
    [(1, 3, 8, 6), (1, 2, 4, 3), (1, 3, 6, 10), (1, 2, 3, 5)],
    [(1, 4, 7, 5), (1, 3, 3, 2), (1, 4, 5, 5), (1, 3, 2, 2)],
    [(1, 2, 5, 4), (1, 3, 5, 4), (1, 2, 5, 4), (1, 3, 5, 4)],
    [(1, 3, 3, 4), (1, 2, 6, 8), (1, 3, 4, 4), (1, 2, 8, 8)],
]


@pytest.fixture(params=SHAPES, ids=str)
def layers(request):
    """Style and content features of a picture, then of the style picture."""
    torch.manual_seed(3)
    return tuple(torch.randn(shape, dtype=torch.float64) for shape in request.param)


def tensor(style, content):
    """T/M, (K, N, N), of features (1, N, H, W) and (1, K, h, w)."""
    reached = torch.nn.functional.interpolate(content, style.shape[-2:], mode="bilinear", antialias=True)
    f, c = style[0].flatten(1), reached[0].flatten(1)
    return torch.einsum("kp,ip,jp->kij", c, f, f) / f.shape[1]


def written_out(style, content, style_target, content_target):
    return (tensor(style, content) - tensor(style_target, content_target)).square().sum().item()


@pytest.mark.parametrize("form", FORMS)
def test_distance_is_that_of_the_tensors(layers, form):
    style, content, *targets = layers
    assert form(*targets)(style, content).item() == pytest.approx(written_out(*layers), rel=1e-10)


def test_loss_is_the_distance_over_four_times_the_number_of_products(layers):
    style, content, *targets = layers
    products = style.shape[1] ** 2 * content.shape[1]
    expected = written_out(*layers) / (4 * products)
    assert CovariationLoss(*targets)(style, content).item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("form", FORMS)
def test_gradients_with_respect_to_both_layers_by_finite_differences(layers, form):
    style, content, *targets = layers
    inputs = style.requires_grad_(), content.requires_grad_()
    assert torch.autograd.gradcheck(form(*targets), inputs)


def test_both_forms_agree_in_fp32():
    torch.manual_seed(4)
    shapes = (1, 24, 32, 32), (1, 16, 8, 8), (1, 24, 20, 28), (1, 16, 5, 7)
    layers = [torch.rand(shape) for shape in shapes]
    values, gradients = [], []
    for form in FORMS:
        probes = [layer.clone().requires_grad_() for layer in layers[:2]]
        distance = form(*layers[2:])(*probes)
        values.append(distance.item())
        gradients.append(torch.autograd.grad(distance, probes))
    assert values[0] == pytest.approx(values[1], rel=1e-5)
    for dense, kernel in zip(*gradients, strict=True):
        assert (dense - kernel).norm() < 1e-4 * dense.norm()


@pytest.mark.parametrize("form", FORMS)
def test_without_content_it_is_the_distance_of_the_gram_matrices(layers, form):
    style, _, style_target, _ = layers
    ones = torch.ones(1, 1, 2, 3, dtype=torch.float64)
    expected = (gram(style) - gram(style_target)).square().sum().item()
    assert form(style_target, ones)(style, ones).item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("form", FORMS)
def test_target_has_no_distance_and_no_slope(layers, form):
    targets = [layer.requires_grad_() for layer in layers[2:]]
    with torch.no_grad():
        distance_from = form(*targets)
    distance = distance_from(*targets)
    assert distance.item() == pytest.approx(0, abs=1e-20)
    for gradient in torch.autograd.grad(distance, targets):
        assert gradient.abs().max().item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_content_decides_where_a_style_belongs(form):
    """A style may move anywhere with its content. Alone, it keeps its Gram matrix but not its covariation."""
    torch.manual_seed(5)
    style, content = torch.rand(1, 3, 6, 6).double(), torch.rand(1, 2, 6, 6).double()
    distance_from = form(style, content)
    assert distance_from(style.flip(-1), content.flip(-1)).item() == pytest.approx(0, abs=1e-14)
    assert distance_from(style.flip(-1), content).item() > 1e-6


@pytest.mark.parametrize("pairs", [1, 50, 333])
def test_chunks_change_nothing(layers, pairs, monkeypatch):
    style, content, *targets = layers
    monkeypatch.setattr(covariation, "PAIRS_AT_ONCE", pairs)
    probes = style.requires_grad_(), content.requires_grad_()
    distance = KernelCovariation(*targets)(*probes)
    assert distance.item() == pytest.approx(written_out(*layers), rel=1e-10)
    expected = torch.autograd.grad(DenseCovariation(*targets)(*probes), probes)
    torch.testing.assert_close(torch.autograd.grad(distance, probes), expected)


def meta(*shape):
    return torch.empty(1, *shape, device="meta")


@pytest.mark.parametrize(
    ("channels", "side", "cheaper"),
    [(32, 256, "dense"), (64, 128, "dense"), (128, 64, "dense"), (256, 32, "kernel"), (256, 16, "kernel")],
)
def test_cheaper_form_at_each_layer_of_a_half_width_vgg19(channels, side, cheaper):
    style, content = meta(channels, side, side), meta(256, 32, 32)
    costs = {"dense": dense_cost(style, content), "kernel": kernel_cost(style, content, style)}
    assert min(costs, key=costs.__getitem__) == cheaper


@pytest.mark.parametrize(
    ("channels", "side", "taken"), [(1, 8, DenseCovariation), (8, 2, KernelCovariation)], ids=str
)
def test_cheaper_form_is_taken(channels, side, taken, monkeypatch):
    style, content = torch.rand(1, channels, side, side), torch.rand(1, 2, 2, 2)
    monkeypatch.setattr(taken, "forward", lambda *_: torch.tensor(-1.0))
    loss = CovariationLoss(style, content)
    assert loss(style, content).item() == -loss.factor


@pytest.mark.parametrize("form", FORMS)
def test_bf16_features_are_compared_in_fp32(form):
    torch.manual_seed(6)
    layers = [torch.rand(1, n, 8, 8).bfloat16() for n in (4, 3, 4, 3)]
    distance = form(*layers[2:])(*layers[:2])
    assert distance.dtype == torch.float32
    assert distance.item() == pytest.approx(written_out(*(layer.double() for layer in layers)), rel=1e-4)


def test_term_reads_two_layers_and_its_gradient_reaches_the_image(narrow_vgg):
    torch.manual_seed(7)
    image, painting = torch.rand(1, 3, 32, 32).double(), torch.rand(1, 3, 48, 32).double()
    names = ("relu2_1", "relu4_2")
    with torch.no_grad():
        found, targets = ([narrow_vgg(i, names)[name] for name in names] for i in (image, painting))
    loss = CovariationLoss(*targets)
    term = Term("covariation/relu2_1", 2.0, names, loss)
    objective = Objective(narrow_vgg, [term])

    printed = loss.factor * written_out(*found, *targets)
    assert objective.layers == names
    assert objective(image).tolist() == pytest.approx([2 * printed, printed], rel=1e-8)

    direction, step = torch.randn_like(image), 1e-6
    (gradient,) = torch.autograd.grad(objective(image.requires_grad_())[0], image)
    with torch.no_grad():
        slope = (objective(image + step * direction)[0] - objective(image - step * direction)[0]) / (2 * step)
    assert (gradient * direction).sum().item() == pytest.approx(slope.item(), rel=1e-4)


def test_pictures_of_one_size_give_the_printed_normalisation(narrow_vgg):
    """1/(4 N^2 K M^2) |T - U|^2 with sums over positions."""
    torch.manual_seed(8)
    image, painting = torch.rand(2, 1, 3, 32, 32, dtype=torch.float64)
    parameters = method("nikulin2016").configure("content-aware", {"style_layers": {"relu2_1": 1.0}})
    (term,) = covariation_terms(parameters, narrow_vgg, painting)
    found, wanted = (narrow_vgg(each, term.layers) for each in (image, painting))
    style, content = (found[layer] for layer in term.layers)
    positions, (channels, depth) = style[0, 0].numel(), (style.shape[1], content.shape[1])
    sums = positions * (tensor(style, content) - tensor(*(wanted[layer] for layer in term.layers)))
    printed = sums.square().sum().item() / (4 * channels**2 * depth * positions**2)
    assert term.loss(style, content).item() == pytest.approx(printed, rel=1e-8)
