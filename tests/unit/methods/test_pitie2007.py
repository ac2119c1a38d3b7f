"""Colour transfer: means and covariances against those of the style, and nothing moved but colours."""

from dataclasses import replace

import pytest
import torch

from nstbench.core.hardware import Hardware
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.conformance import check_method
from nstbench.methods.pitie2007.method import ColourParameters, stylize

CPU = Hardware(torch.device("cpu"), "fp32")


@pytest.fixture
def task():
    """Colours far from black and white, so that none is clipped."""
    torch.manual_seed(0)
    content = 0.5 + 0.02 * torch.randn(1, 3, 20, 30)
    mixing = torch.tensor([[1.0, 0.5, 0.0], [0.0, 1.0, -0.5], [0.3, 0.0, 1.0]])
    style = 0.4 + 0.03 * torch.einsum("ij,bjhw->bihw", mixing, torch.randn(1, 3, 25, 15))
    return Task(content, style, ColourParameters(), 0, CPU)


def statistics(picture):
    return picture[0].flatten(1).mean(1), picture[0].flatten(1).cov(correction=0)


def test_colours_have_the_style_s_mean_and_covariance(task):
    for found, wanted in zip(statistics(stylize(task).image), statistics(task.style), strict=True):
        torch.testing.assert_close(found, wanted, rtol=0, atol=3e-5)


def test_equal_colours_stay_equal_and_a_style_of_the_content_s_colours_changes_nothing(task):
    """A linear map of colours knows nothing of where they are."""
    turned = stylize(replace(task, content=task.content.flip(3))).image
    torch.testing.assert_close(turned, stylize(task).image.flip(3), atol=1e-6, rtol=0)
    torch.testing.assert_close(
        stylize(replace(task, style=task.content)).image, task.content, atol=1e-4, rtol=0
    )


def test_of_all_maps_that_do_so_this_one_moves_colours_least(task):
    """The optimal transport of normal distributions: |m - n|^2 + tr(S + T - 2 (S^1/2 T S^1/2)^1/2)."""
    (mean, covariance), (wanted, target) = statistics(task.content.double()), statistics(task.style.double())
    values, axes = torch.linalg.eigh(covariance)
    root = axes @ torch.diag(values.sqrt()) @ axes.T
    cross = torch.linalg.eigvalsh(root @ target @ root).clamp(min=0).sqrt().sum()
    least = (mean - wanted).square().sum() + covariance.trace() + target.trace() - 2 * cross
    moved = (stylize(task).image - task.content).square().sum(1).mean()
    assert moved.item() == pytest.approx(least.item(), rel=1e-2)


def test_strength_and_shares_are_linear(task):
    other = task.style.flip(1)
    mixed = replace(task, parameters=ColourParameters(strength=0.5, blend={"b": 0.25}), others={"b": other})
    one, two = stylize(task).image, stylize(replace(task, style=other)).image
    expected = 0.5 * task.content + 0.5 * (0.75 * one + 0.25 * two)
    torch.testing.assert_close(stylize(mixed).image, expected, atol=1e-5, rtol=0)


def test_a_region_has_the_colours_of_its_own_style(task):
    left = torch.zeros(1, 1, 20, 30)
    left[..., :15] = 1
    other = task.style.flip(1)
    parts = {"style": 1 - left, "region 1": left}
    image = stylize(replace(task, others={"region 1": other}, regions=parts)).image
    for half, style in ((image[..., :15], other), (image[..., 15:], task.style)):
        torch.testing.assert_close(statistics(half)[0], statistics(style)[0], rtol=0, atol=1e-4)


def test_it_keeps_the_promises_of_a_method():
    assert [finding for finding in check_method(method("pitie2007")) if not finding.passed] == []
