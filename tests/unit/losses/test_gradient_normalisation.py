"""The control arms of figure 2: Tai's normalised gradients, and a blurred view of the picture."""

import pytest
import torch
from scipy.ndimage import uniform_filter

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.losses.content import ContentLoss
from nstbench.losses.distances import gradient_normalised_distance
from nstbench.losses.gram import GramLoss, gram
from nstbench.losses.objective import Objective
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.descent import open_backbone
from nstbench.methods.gatys2015.algorithm import terms_of
from nstbench.networks.backbone import box_blur

GATYS = method("gatys2015")


def tai(features, target):
    """neuralart's `content_grad` for GoogLeNet, step by step: value and gradient over mean |2 d|."""
    difference = features - target
    gradient = 2 * difference
    norm = gradient.abs().mean()
    return difference.square().sum() / norm, gradient / norm


def test_value_and_gradient_are_tais():
    features = torch.randn(1, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    target = torch.randn_like(features)
    value = gradient_normalised_distance(features, target)
    (gradient,) = torch.autograd.grad(value, features)
    expected_value, expected_gradient = tai(features.detach(), target)
    torch.testing.assert_close(value.detach(), expected_value)
    torch.testing.assert_close(gradient, expected_gradient)
    assert gradient.abs().mean().item() == pytest.approx(1)


def test_the_gram_matrix_pulls_by_its_direction_only():
    """Closer to the target the ordinary gradient vanishes, the normalised one does not."""
    target = torch.rand(1, 4, 6, 6, dtype=torch.float64)
    near = (target + 1e-3 * torch.rand_like(target)).requires_grad_()
    far = (target + 1e-1 * torch.rand_like(target)).requires_grad_()

    def length(loss, features):
        return torch.autograd.grad(loss(features), features)[0].norm().item()

    plain, normalised = GramLoss(target), GramLoss(target, distance=gradient_normalised_distance)
    assert length(plain, near) < 0.1 * length(plain, far)
    assert length(normalised, near) == pytest.approx(length(normalised, far), rel=0.5)


def test_at_the_target_the_loss_and_its_gradient_are_zero():
    features = torch.rand(1, 4, 6, 6, requires_grad=True)
    value = ContentLoss(features.detach(), gradient_normalised_distance)(features)
    (gradient,) = torch.autograd.grad(value, features)
    assert value.item() == 0
    assert not gradient.any()


@pytest.mark.parametrize("side", [1, 3, 4])
def test_blur_is_the_mean_over_a_box(side):
    """As SciPy's uniform filter, whose box of even side reaches one pixel further up and left."""
    image = torch.rand(1, 3, 9, 11, dtype=torch.float64)
    origin = -1 if side % 2 == 0 else 0
    expected = uniform_filter(
        image.numpy(), (1, 1, side, side), mode="nearest", origin=(0, 0, origin, origin)
    )
    torch.testing.assert_close(box_blur(image, side), torch.from_numpy(expected))


def objective_with(**changes):
    torch.manual_seed(0)
    images = torch.rand(3, 1, 3, 48, 48)
    parameters = GATYS.configure("nikulin", {"weights": "random-half", "backbone": "alexnet", **changes})
    task = Task(images[0], images[1], parameters, 0, Hardware(torch.device("cpu"), "fp32"))
    backbone = open_backbone(task)
    return Objective(backbone, terms_of(task, backbone)), images[2].requires_grad_()


def test_a_blurred_view_has_no_use_for_a_checkerboard():
    """The gradient has no part at the highest frequency when every 4 x 4 box is averaged first."""
    checks = (torch.arange(48)[:, None] + torch.arange(48)) % 2 * 2.0 - 1

    def sharpness(blur):
        objective, image = objective_with(input_blur=blur)
        (gradient,) = torch.autograd.grad(objective(image)[0], image)
        inner = gradient[..., 8:-8, 8:-8]
        return ((inner * checks[8:-8, 8:-8]).mean().abs() / inner.abs().mean()).item()

    assert sharpness(4) < 1e-2
    assert sharpness(4) < 0.2 * sharpness(1)


def test_normalised_terms_are_the_ordinary_ones_over_their_mean_difference():
    (plain, image), (normalised, _) = objective_with(), objective_with(gradient_normalisation=True)
    for ordinary, other in zip(plain.terms, normalised.terms, strict=True):
        (features,) = plain.extractor(image, ordinary.layers).values()
        statistic = gram if ordinary.name.startswith("style/") else lambda features: features
        mean = 2 * (statistic(features) - ordinary.loss.target).abs().mean()
        assert other.loss(features).item() == pytest.approx((ordinary.loss(features) / mean).item())


def test_a_blur_of_nothing_is_refused():
    with pytest.raises(InputError, match="input_blur"):
        GATYS.configure("nikulin", {"input_blur": 0})
