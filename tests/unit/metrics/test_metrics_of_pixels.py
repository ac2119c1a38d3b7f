"""Metrics without a network, against closed forms and second formulations."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.linalg import sqrtm
from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude
from scipy.stats import wasserstein_distance
from skimage.color import lab2rgb, rgb2lab, yiq2rgb

from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, EvaluatedImage, NotMeasuredError
from nstbench.metrics.chroma_change import chroma_change
from nstbench.metrics.colour_distance import colour_distance
from nstbench.metrics.content_distance import content_distance
from nstbench.metrics.edge_correlation import edge_correlation
from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.metrics.noise import total_variation
from nstbench.metrics.orientation_divergence import BINS, FLOOR
from nstbench.metrics.self_similarity import shuffled
from nstbench.metrics.sliced_wasserstein import _distance, _pyramid, sliced_wasserstein
from nstbench.metrics.structural_similarity import ssim
from nstbench.metrics.style_distance import style_distance
from nstbench.metrics.style_leakage import style_leakage

LUMA = np.array([0.299, 0.587, 0.114])


def evaluated(picture):
    """Of a plane (H, W), or of (H, W, 3)."""
    picture = np.asarray(picture, dtype=np.float64)
    colours = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return EvaluatedImage(torch.from_numpy(colours).permute(2, 0, 1)[None], {})


def score(id, result, content=None, style=None, truth=None):
    sides = (result if side is None else side for side in (result, content, style, truth))
    return metrics()[id].measure(Comparison(*map(evaluated, sides)))


def flat(value, size=64):
    return np.full((size, size), value)


def noise(seed, *shape):
    """Smooth colourful noise in [0, 1]."""
    random = np.random.default_rng(seed).random((*shape, 3))
    smooth = gaussian_filter(random, (2, 2, 0))
    return (smooth - smooth.min()) / np.ptp(smooth)


def grating(right, down, size=96):
    """A sinusoid of `right` and `down` cycles per pixel, in [0.1, 0.9]."""
    rows, columns = np.mgrid[:size, :size]
    return 0.5 + 0.4 * np.sin(2 * np.pi * (right * columns + down * rows))


def luminance_term(a, b):
    """Of SSIM for flat pictures a and b, C1 = 0.01^2 (Wang et al. 2004, eq. 6)."""
    return (2 * a * b + 1e-4) / (a**2 + b**2 + 1e-4)


def test_ssim_written_out():
    """Eqs. 13 to 16 of Wang et al. 2004: an 11 x 11 window of 1.5 px, wherever it fits into the picture."""
    one, other = (noise(seed, 40, 33) @ LUMA for seed in (0, 1))
    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(taps, taps) / taps.sum() ** 2

    def local_mean(plane):
        return np.einsum("ijkl,kl->ij", np.lib.stride_tricks.sliding_window_view(plane, (11, 11)), window)

    a, b = local_mean(one), local_mean(other)
    var_a, var_b = local_mean(one**2) - a**2, local_mean(other**2) - b**2
    covariance = local_mean(one * other) - a * b
    c1, c2 = 0.01**2, 0.03**2
    expected = (2 * a * b + c1) * (2 * covariance + c2) / (a**2 + b**2 + c1) / (var_a + var_b + c2)
    assert score("SSIM", one, other) == pytest.approx(expected.mean(), rel=1e-6)


def test_metrics_take_tensors():
    """In somebody's own code: (1, 3, H, W), RGB in [0, 1]."""
    result, content = (
        torch.from_numpy(noise(seed, 48, 40)).permute(2, 0, 1)[None].float() for seed in (0, 1)
    )
    images = EvaluatedImage(result, {}), EvaluatedImage(content, {})
    for function in (ssim, chroma_change, edge_correlation, sliced_wasserstein, colour_distance):
        assert function(result, content) == function(*images)
    assert total_variation(result) == total_variation(images[0])
    assert content_distance(result, result) == style_distance(content, content) == 0
    assert style_leakage(result, result, INDEPENDENT) > style_leakage(content, result, INDEPENDENT)


def test_ssim_of_flat_pictures_is_the_luminance_term():
    assert score("SSIM", flat(0.4), flat(0.6)) == pytest.approx(luminance_term(0.4, 0.6), rel=1e-5)


def test_ms_ssim_of_flat_pictures_is_the_luminance_term_to_the_last_weight():
    """The luminance counts at the coarsest scale only, to the power 0.1333 (Wang et al. 2003)."""
    found = score("MS-SSIM", flat(0.4, 176), flat(0.6, 176))
    assert found == pytest.approx(luminance_term(0.4, 0.6) ** 0.1333, rel=1e-4)


def test_ms_ssim_starts_at_161_pixels():
    assert score("MS-SSIM", flat(0.5, 161)) == pytest.approx(1)
    with pytest.raises(NotMeasuredError, match="needs 161 px, the result has 160 px"):
        score("MS-SSIM", flat(0.5, 160))


def test_edges_correlate_with_themselves_and_with_their_negative():
    picture = noise(0, 64, 80)
    assert score("EDGE", picture, picture) == pytest.approx(1)
    assert score("EDGE", 1 - picture, picture) == pytest.approx(1)
    assert abs(score("EDGE", noise(1, 64, 80), picture)) < 0.5


def test_edge_correlation_against_scipy():
    pictures = noise(0, 64, 80), noise(1, 64, 80)
    edges = [gaussian_gradient_magnitude(picture @ LUMA, 1.5).ravel() for picture in pictures]
    assert score("EDGE", *pictures) == pytest.approx(np.corrcoef(*edges)[0, 1], abs=1e-6)


@pytest.mark.parametrize("id", ["EDGE", "ORI", "HF"])
def test_flat_pictures_have_neither_edges_nor_frequencies(id):
    with pytest.raises(NotMeasuredError):
        score(id, flat(0.3))


def mixture(white):
    """Black and white pixels in given parts: L of 0 and 100, a = b = 0."""
    picture = np.zeros(100)
    picture[: round(100 * white)] = 1
    return picture.reshape(10, 10)


@pytest.mark.parametrize(("one", "other"), [(0.5, 0.5), (0.5, 0.2), (0.0, 1.0), (0.1, 0.9)])
def test_colour_distance_of_greys_is_that_of_normal_distributions(one, other):
    """On one axis W2^2 = (difference of means)^2 + (difference of standard deviations)^2."""
    deviation = [math.sqrt(part * (1 - part)) for part in (one, other)]
    expected = 100 * math.hypot(one - other, deviation[0] - deviation[1])
    assert score("COLs", mixture(one), style=mixture(other)) == pytest.approx(expected, abs=1e-2)
    assert score("COLc", mixture(one), content=mixture(other)) == pytest.approx(expected, abs=1e-2)


def test_colour_distance_against_matrix_square_roots():
    pictures = noise(0, 40, 40), noise(1, 40, 40) ** 2 * [0.2, 1, 0.6]
    pixels = [rgb2lab(picture).reshape(-1, 3) for picture in pictures]
    means = [each.mean(0) for each in pixels]
    a, b = (np.cov(each.T, bias=True) for each in pixels)
    root = sqrtm(a)
    squared = ((means[0] - means[1]) ** 2).sum() + np.trace(a + b - 2 * sqrtm(root @ b @ root).real)
    assert score("COLs", pictures[0], style=pictures[1]) == pytest.approx(math.sqrt(squared), rel=1e-6)


def test_chroma_change_of_a_known_shift():
    content = np.tile([0.5, 0.02, 0.03], (20, 20, 1))
    result = content + np.array([0.1, 0.05, -0.02])  # Y, I, Q
    assert score("CHRc", yiq2rgb(result), yiq2rgb(content)) == pytest.approx(0.07, abs=1e-6)


def test_chroma_change_is_greatest_between_complementary_colours():
    """The Q and I rows of YIQ differ most where R turns 1 while G and B turn 0: 0.596 + 0.274 + 0.322 +
    0.211 + 0.523 - 0.312."""
    red, cyan = np.tile([1.0, 0, 0], (9, 9, 1)), np.tile([0, 1.0, 1.0], (9, 9, 1))
    assert score("CHRc", red, cyan) == pytest.approx(1.614, abs=2e-3)


def test_the_truth_itself_is_at_no_distance():
    truth = noise(0, 40, 50)
    assert score("SSIMt", truth, content=noise(1, 40, 50), truth=truth) == pytest.approx(1)
    assert score("DE00t", truth, content=noise(1, 40, 50), truth=truth) == 0


def test_similarity_to_a_flat_truth_is_the_luminance_term():
    found = score("SSIMt", flat(0.4), content=flat(0.4), truth=flat(0.6))
    assert found == pytest.approx(luminance_term(0.4, 0.6), rel=1e-5)


def lab(*colours):
    """A picture (9, 9 n, 3) in RGB of n colours of CIE Lab side by side."""
    return np.hstack([lab2rgb(np.tile(np.array(colour, float), (9, 9, 1))) for colour in colours])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Greys: dL / S_L with S_L = 1 + 0.015 (L - 50)^2 / sqrt(20 + (L - 50)^2), L the mean of both.
        ((45, 0, 0), (55, 0, 0), 10),
        ((60, 0, 0), (80, 0, 0), 20 / (1 + 6 / math.sqrt(420))),
        ((0, 0, 0), (100, 0, 0), 100),
        # Pairs 16 and 17 of Sharma, Wu and Dalal 2005, table 1.
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ],
)
def test_colour_difference_from_the_truth_of_a_uniform_shift(one, other, expected):
    assert score("DE00t", lab(one), truth=lab(other)) == pytest.approx(expected, abs=1e-3)


def test_colour_difference_from_the_truth_is_a_mean_over_places():
    dark, light = (45, 0, 0), (55, 0, 0)
    one_third = score("DE00t", lab(dark, dark, light), truth=lab(dark, dark, dark))
    assert one_third == pytest.approx(10 / 3, abs=1e-3)
    assert score("DE00t", lab(dark, light), truth=lab(light, dark)) == pytest.approx(10, abs=1e-3)


@pytest.mark.parametrize(
    ("right", "down", "share"), [(0.2, 0, 0), (0, 0.2, 0), (0.3, 0, 1), (0, 0.3, 1), (0.2, 0.2, 1)]
)
def test_high_frequencies_start_at_half_nyquist_in_every_direction(right, down, share):
    assert score("HF", grating(right, down)) == pytest.approx(share, abs=1e-3)


def test_high_frequency_share_is_a_share_of_power():
    mixed = 0.5 + 3 / 8 * (grating(0.1, 0) - 0.5) + (grating(0, 0.35) - 0.5) / 8
    assert score("HF", mixed) == pytest.approx(1 / (1 + 3**2), rel=5e-3)


def checkerboard(size=64, contrast=0.2):
    """Black and white pixels around 0.5, without any low frequency."""
    return 0.5 + contrast * ((-1.0) ** np.indices((size, size)).sum(0))


def test_texture_counts_where_the_content_is_flat():
    """A checkerboard less its mean over many pixels is itself: contrast squared."""
    content = np.tile(np.clip(np.arange(64) - 10, 0, None) / 64, (64, 1))
    sky, ground = np.arange(64) < 16, np.arange(64) >= 16
    for where, expected in ((sky, 0.04), (ground, 0.0)):
        result = np.where(where, checkerboard(), 0.5)
        assert score("HFflat", result, content) == pytest.approx(expected, rel=0.02, abs=1e-4)


def test_autocorrelation_of_blurred_noise():
    """White noise behind a Gaussian of s px has the autocorrelation exp(-r^2 / 4 s^2): 1 / e at 2 s."""
    for sigma in (1.5, 2.5, 4):
        smooth = gaussian_filter(np.random.default_rng(0).standard_normal((512, 512)), sigma)
        picture = 0.5 + 0.1 * smooth / smooth.std()
        assert score("ACL", picture) == pytest.approx(2 * sigma, rel=0.06)
        assert score("ACL", 0.5 * picture + np.linspace(0, 0.4, 512)) == pytest.approx(2 * sigma, rel=0.06)
    assert score("ACL", np.random.default_rng(0).random((128, 128))) < 1


def test_gratings_of_the_filters_take_part_each():
    """Waves at the centres of filters: one filter answers to one, k to k, whatever mean and contrast."""
    upright, level, coarse = grating(1 / 8, 0, 128), grating(0, 1 / 8, 128), grating(1 / 32, 0, 128)
    assert score("GABOR", upright) == pytest.approx(1, abs=0.2)
    assert score("GABOR", 0.2 + 0.5 * upright) == pytest.approx(score("GABOR", upright), rel=1e-6)
    assert score("GABOR", (upright + level) / 2) == pytest.approx(2 * score("GABOR", upright), rel=0.02)
    three = score("GABOR", (upright + level + coarse) / 3)
    assert three == pytest.approx(3 * score("GABOR", upright), rel=0.1)


def test_pink_noise_has_all_scales_and_white_noise_the_finest():
    """Filters are an octave wide and take 1 : 4 : 16 : 64 of white noise: 6 (85)^2 / 4369 = 9.9 of 24."""
    white = np.random.default_rng(0).standard_normal((256, 256))
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(256), np.fft.fftfreq(256), indexing="ij"))
    frequency[0, 0] = 1
    pink = np.fft.ifft2(np.fft.fft2(white) / frequency).real
    found = [score("GABOR", 0.5 + 0.1 * noise / noise.std()) for noise in (white, pink)]
    assert found[0] == pytest.approx(6 * 85**2 / 4369, rel=0.05)
    assert 20 < found[1] <= 24


def test_what_is_random_cannot_be_compressed():
    """Eight grey levels at random are 3 bits a pixel, and no code is shorter; a flat picture is a header."""
    assert 3 < score("PNG", np.random.default_rng(0).random((128, 128))) < 4
    assert score("PNG", flat(0.3, 128)) < 0.1
    assert 0.1 < score("PNG", noise(0, 128, 128)) < 2


def test_png_has_eight_greys():
    """The middles of eighths become 0 to 7, and so do both ends of each; Pillow writes the same file."""
    greys = np.random.default_rng(0).integers(0, 8, (64, 48), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(greys).save(file, "PNG", compress_level=9)
    expected = 8 * len(file.getvalue()) / greys.size
    for place in (0.01, 0.5, 0.99):
        assert score("PNG", (greys + place) / 8) == expected


def test_similarity_to_the_style_is_that_to_the_content_with_roles_changed():
    one, other = noise(0, 64, 64), noise(1, 64, 64)
    assert score("SSIMs", one, content=other, style=other) == pytest.approx(score("SSIM", one, other))
    assert score("SSIMs", one, content=other, style=one) == pytest.approx(1)


def test_coarse_similarity_does_not_see_fine_texture():
    smooth = gaussian_filter(np.random.default_rng(0).random((128, 128)), 8)
    style = (smooth - smooth.min()) / np.ptp(smooth) * 0.6 + 0.2
    rough = style + checkerboard(128) - 0.5
    assert score("SSIMs32", rough, style=style) == pytest.approx(1, abs=1e-6)
    assert score("SSIMs", rough, style=style) < 0.6
    assert score("SSIMs32", style[::-1], style=style) < 0.5


def test_low_frequencies_correlate_whatever_the_texture():
    """Of a wave of f = 1/8 exp(-(2 pi f sigma)^2 / 2) is left: nothing but at borders."""
    style = grating(1 / 96, 0)
    painted = 0.2 * style + 0.3 + 0.2 * grating(0, 1 / 8)
    assert score("LOWs", painted, style=style) == pytest.approx(1, abs=0.01)
    assert score("LOWs", 1 - style, style=style) == pytest.approx(-1)
    assert score("LOWs", grating(0, 1 / 96), style=style) == pytest.approx(0, abs=1e-6)
    with pytest.raises(NotMeasuredError, match="no low frequencies"):
        score("LOWs", flat(0.4, 96), style=style)


def test_a_shuffled_picture_has_the_values_and_nearly_the_spectrum():
    picture = noise(5, 64, 48)
    made = shuffled(picture)
    assert np.array_equal(np.sort(made.reshape(-1, 3), 0), np.sort(picture.reshape(-1, 3), 0))
    spectra = [np.log(np.abs(np.fft.rfft2(each.mean(2)))[:6, :6].ravel()) for each in (made, picture)]
    assert np.corrcoef(*spectra)[0, 1] > 0.9
    assert abs(np.corrcoef(made.ravel(), picture.ravel())[0, 1]) < 0.3


def test_a_style_of_another_size_is_resized():
    style = gaussian_filter(np.random.default_rng(0).random((128, 128)), 4)
    half = style.reshape(64, 2, 64, 2).mean((1, 3))
    assert score("SSIMs", half, style=style) > 0.99
    assert score("SSIMs32", half, style=style) == pytest.approx(1, abs=1e-3)


def test_total_variation_of_a_ramp_is_its_slope():
    ramp = np.tile(np.linspace(0, 1, 51), (40, 1))
    assert score("TV1", ramp) == pytest.approx(1 / 50)
    assert score("TV1", ramp.T) == pytest.approx(1 / 50)
    steps = np.indices((40, 40)).sum(0) % 2
    assert score("TV1", steps) == pytest.approx(2)


def test_orientations_of_crossed_gratings():
    """Each has all its weight in one bin: 1 - FLOOR + FLOOR / BINS there and FLOOR / BINS elsewhere."""
    rest = FLOOR / BINS
    peak = 1 - FLOOR + rest
    expected = (peak - rest) * math.log(peak / rest)
    assert score("ORI", grating(0.05, 0), style=grating(0, 0.05)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("degrees", range(0, 180, 15))
def test_orientations_have_no_sign_and_no_contrast(degrees):
    direction = 0.05 * math.cos(math.radians(degrees)), 0.05 * math.sin(math.radians(degrees))
    stripes = grating(*direction)
    assert score("ORI", 1 - stripes, style=stripes) == pytest.approx(0, abs=1e-6)
    assert score("ORI", 0.3 + 0.2 * stripes, style=stripes) == pytest.approx(0, abs=1e-6)
    turned = math.radians(degrees + 45)
    assert score("ORI", grating(0.05 * math.cos(turned), 0.05 * math.sin(turned)), style=stripes) > 3


def test_orientation_divergence_is_of_the_result_from_the_style():
    """A style with two equal orientations, of which the result has one: KL = log 2, but not the other way."""
    one, other = grating(0.05, 0), grating(0, 0.05)
    both = np.vstack([one, other])
    assert score("ORI", one, style=both) == pytest.approx(math.log(2), rel=0.1)
    assert score("ORI", both, style=one) > 2


def test_patches_of_the_style_itself_are_at_no_distance():
    style = noise(0, 100, 70)
    assert score("SWD", style, style=style) == 0
    assert score("SWD_fine", style, style=style) == 0


def test_patches_part_as_a_picture_departs_from_the_style():
    style, other = noise(0, 96, 96), noise(1, 96, 96)[::-1] ** 2
    distances = [score("SWD", (1 - w) * style + w * other, style=style) for w in (0.1, 0.3, 0.6, 1.0)]
    assert distances == sorted(distances)
    assert distances[0] > 0


def test_a_shift_of_grey_moves_the_last_level_by_its_projection():
    """Bands of a flat picture are 0. The sum of a random unit vector's n entries has the mean magnitude
    sqrt(2 / pi), nearly; the distance of the fourth level is that times the shift, the average a quarter."""
    expected = 0.2 * math.sqrt(2 / math.pi) / 4
    assert score("SWD", flat(0.6), style=flat(0.4)) == pytest.approx(expected, rel=0.1)
    assert score("SWD_fine", flat(0.6), style=flat(0.4)) == pytest.approx(0, abs=1e-6)


def test_patches_of_luma_do_not_see_colours():
    style = np.full((64, 64, 3), 0.4)
    tinted = yiq2rgb(np.tile([0.4, 0.05, -0.05], (64, 64, 1)))
    assert score("SWD_luma", tinted, style=style) == pytest.approx(0, abs=1e-6)
    assert score("SWD", tinted, style=style) > 1e-3
    expected = 0.2 * math.sqrt(2 / math.pi) / 4
    assert score("SWD_luma", flat(0.6), style=flat(0.4)) == pytest.approx(expected, rel=0.1)


def test_patches_of_any_size_are_compared():
    style = noise(0, 64, 64)
    tiled = np.tile(style, (2, 3, 1))
    assert score("SWD", style, style=tiled) < 0.2 * score("SWD", noise(1, 64, 64) ** 3, style=tiled)


def test_small_pictures_have_fewer_levels():
    assert score("SWD", flat(0.6, 13), style=flat(0.4)) == pytest.approx(0.2 * 0.798 / 2, rel=0.1)
    with pytest.raises(NotMeasuredError, match="patches need 7 px, a picture has 6 px"):
        score("SWD", flat(0.6, 6), style=flat(0.4))


def test_fine_patches_hear_grain_more_than_broad_shapes():
    grain = np.random.default_rng(0).normal(0, 0.05, (96, 96, 1))
    broad = gaussian_filter(np.random.default_rng(1).normal(0, 0.05, (96, 96, 1)), (12, 12, 0)) * 40
    style = noise(0, 96, 96)
    assert score("SWD_fine", style + grain, style=style) > 10 * score("SWD_fine", style + broad, style=style)
    assert score("SWD", style + broad, style=style) > score("SWD_fine", style + broad, style=style)


def blurred(image):
    """The 5 x 5 binomial filter, mirrored at the border, tap by tap."""
    taps = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
    padded = np.pad(image, ((2, 2), (2, 2), (0, 0)), "reflect")
    height, width = image.shape[:2]
    return sum(taps[i, j] * padded[i : i + height, j : j + width] for i, j in np.ndindex(5, 5))


@pytest.mark.parametrize("shape", [(64, 64), (61, 75)])
def test_the_pyramid_is_that_of_burt_and_adelson(shape):
    picture = noise(0, *shape).astype(np.float32)
    band, rest = _pyramid(picture, 2)
    assert rest.shape == (-(-shape[0] // 2), -(-shape[1] // 2), 3)
    np.testing.assert_allclose(rest, blurred(picture)[::2, ::2], atol=1e-6)
    sparse = np.zeros((2 * rest.shape[0], 2 * rest.shape[1], 3))
    sparse[::2, ::2] = rest
    np.testing.assert_allclose(band, picture - 4 * blurred(sparse)[: shape[0], : shape[1]], atol=1e-6)


@pytest.mark.parametrize("counts", [(500, 500), (400, 200), (700, 300)])
def test_distance_of_projections_against_scipy(counts):
    random = np.random.default_rng(0)
    found, wanted = (np.sort(random.normal(shift, 1 + shift, (3, n))) for shift, n in enumerate(counts))
    expected = np.mean(list(map(wasserstein_distance, found, wanted)))
    assert _distance(found, wanted) == pytest.approx(expected, rel=1e-9 if counts == (500, 500) else 0.03)
