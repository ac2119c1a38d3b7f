import pytest
import torch

from nstbench.losses.gram import ROWS_PER_PRODUCT, gram


def naive_gram(features):
    flat = features.flatten(2)
    return flat @ flat.mT / flat.shape[-1]


@pytest.mark.parametrize("shape", [(1, 3, 4, 5), (2, 8, 64, 64), (1, 5, 50, ROWS_PER_PRODUCT // 25 + 7)])
def test_equals_the_product_of_flattened_features(shape):
    features = torch.randn(shape, dtype=torch.float64)
    torch.testing.assert_close(gram(features), naive_gram(features))


def test_symmetric_positive_semidefinite_with_squared_norms_on_the_diagonal():
    features = torch.randn(1, 6, 9, 7, dtype=torch.float64)
    matrix = gram(features)[0]
    torch.testing.assert_close(matrix, matrix.T)
    assert torch.linalg.eigvalsh(matrix).min() > -1e-12
    torch.testing.assert_close(matrix.diagonal(), features.square().mean((0, 2, 3)))


def test_gradient_by_finite_differences():
    features = torch.randn(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(gram, features)


def test_gradient_of_the_style_loss_is_the_published_one():
    """dE/dF = (G - A) F / (N^2 M^2) for E = |G - A|^2 / (4 N^2 M^2) (Gatys et al. 2015, eq. 6)."""
    channels, positions = 4, 30
    features = torch.randn(1, channels, 5, 6, dtype=torch.float64, requires_grad=True)
    target = torch.randn(channels, channels, dtype=torch.float64)
    target = target + target.T
    difference = gram(features)[0] - target / positions
    (difference.square().sum() / (4 * channels**2)).backward()
    flat = features.detach()[0].flatten(1)
    expected = (flat @ flat.T - target) @ flat / (channels**2 * positions**2)
    torch.testing.assert_close(features.grad[0].flatten(1), expected)


def test_bf16_features_accumulate_in_fp32():
    """The error of half a million products stays below the rounding of one bf16 number, 2^-9."""
    features = torch.rand(1, 16, 512, 1024).to(torch.bfloat16)
    matrix = gram(features)
    assert matrix.dtype == torch.float32
    exact = naive_gram(features.double())
    assert ((matrix - exact).abs() / exact).max() < 2**-10


def test_layout_does_not_matter():
    features = torch.randn(1, 8, 16, 16)
    torch.testing.assert_close(gram(features), gram(features.contiguous(memory_format=torch.channels_last)))
