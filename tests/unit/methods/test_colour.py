"""Seven ways to keep the content's colours, by themselves and around a method."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from skimage.color import rgb2yiq, yiq2rgb
from small_runs import make, small_run

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.colour_spaces import luma
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_picture, to_tensor
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.colour import preservation
from nstbench.methods.colour.linear_matching import (
    LEAST_VARIANCE,
    cholesky,
    image_analogies,
    match_moments,
    moments,
    symmetric,
)
from nstbench.methods.colour.luminance_matching import (
    match_histogram,
    match_mean,
    match_mean_and_deviation,
)
from nstbench.methods.colour.preservation import (
    STRATEGIES,
    clipped_share,
    with_luminance_of,
)
from nstbench.metrics import metrics
from nstbench.metrics.base import Comparison, EvaluatedImage
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import Outcome

TRANSFORMS = {"cholesky": cholesky, "image-analogies": image_analogies, "symmetric": symmetric}
LUMINANCE_MODES = ("luminance", "luminance-mean", "luminance-mean-std", "histogram")
MODES = ("none", *LUMINANCE_MODES, *TRANSFORMS)


def covariance(seed, channels=3):
    """A random symmetric positive definite matrix."""
    factor = torch.from_numpy(np.random.default_rng(seed).standard_normal((channels, 2 * channels)))
    return factor @ factor.T / 20


def image(seed, height=24, width=20):
    """Correlated colours within [0.2, 0.8]."""
    random = np.random.default_rng(seed)
    pixels = random.random((height * width, 3)) @ random.random((3, 3))
    pixels = 0.2 + 0.6 * (pixels - pixels.min()) / np.ptp(pixels)
    return torch.from_numpy(pixels.T.reshape(1, 3, height, width))


def pixels_of(tensor):
    return tensor[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("transform", TRANSFORMS.values())
@pytest.mark.parametrize("channels", [1, 3])
def test_transforms_turn_one_covariance_into_the_other(transform, channels):
    style, content = covariance(1, channels), covariance(2, channels)
    linear = transform(style, content)
    np.testing.assert_allclose(linear @ style @ linear.T, content, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("transform", TRANSFORMS.values())
def test_matched_colours_have_the_moments_of_the_content(transform):
    """A (Sigma_S + eps) A^T = Sigma_C + eps, so that of the pixels is off by eps (1 - A A^T)."""
    content, style = image(1), image(2, 16, 30)
    matched = match_moments(content, style, transform)
    assert matched.shape == style.shape
    found, wanted = (pixels_of(each).reshape(-1, 3) for each in (matched, content))
    np.testing.assert_allclose(found.mean(0), wanted.mean(0), rtol=1e-12)
    linear = transform(moments(style)[1], moments(content)[1]).numpy()
    left_over = LEAST_VARIANCE * (np.eye(3) - linear @ linear.T)
    np.testing.assert_allclose(np.cov(found.T, bias=True), np.cov(wanted.T, bias=True) + left_over, rtol=1e-9)


def test_the_transforms_are_those_they_are_called():
    """L L^T from NumPy, matrix roots from SciPy's Schur method."""
    style, content = covariance(1).numpy(), covariance(2).numpy()
    lower = [np.linalg.cholesky(each) for each in (style, content)]
    wanted = {
        cholesky: lower[1] @ np.linalg.inv(lower[0]),
        image_analogies: sqrtm(content) @ np.linalg.inv(sqrtm(style)),
        symmetric: np.linalg.inv(style) @ sqrtm(style @ content),
    }
    for transform, matrix in wanted.items():
        found = transform(*map(torch.from_numpy, (style, content))).numpy()
        np.testing.assert_allclose(found, matrix, rtol=1e-8, atol=1e-10)


def test_the_symmetric_transform_is_symmetric_and_positive_definite():
    linear = symmetric(covariance(1), covariance(2))
    np.testing.assert_allclose(linear, linear.T, rtol=1e-12)
    assert torch.linalg.eigvalsh(linear).min() > 0
    assert not torch.allclose(image_analogies(covariance(1), covariance(2)), linear, rtol=1e-2)


def test_the_symmetric_transform_moves_colours_least():
    """The squared way of normal distributions is at least their Bures distance."""
    style, content = covariance(1), covariance(2)

    def way(transform):
        step = transform(style, content) - torch.eye(3)
        return float((step @ style @ step.T).trace())

    root = sqrtm(style.numpy())
    bures = np.trace(style + content) - 2 * np.trace(sqrtm(root @ content.numpy() @ root)).real
    assert way(symmetric) == pytest.approx(bures)
    assert all(way(other) > bures * 1.001 for other in (cholesky, image_analogies))


def test_covariances_of_flat_pictures_can_be_inverted():
    _, flat = moments(torch.full((1, 3, 8, 8), 0.5))
    np.testing.assert_allclose(flat, LEAST_VARIANCE * torch.eye(3, dtype=torch.float64))


def test_luminance_gets_the_mean_and_the_deviation():
    content, style = luma(image(1)), luma(image(2))
    both = match_mean_and_deviation(content, style)
    assert both.mean().item() == pytest.approx(content.mean().item(), rel=1e-12)
    assert both.std().item() == pytest.approx(content.std().item(), rel=1e-3)
    regularised = (content.var() + LEAST_VARIANCE) / (style.var() + LEAST_VARIANCE)
    assert both.std().item() == pytest.approx(style.std().item() * regularised.sqrt().item(), rel=1e-6)
    mean = match_mean(content, style)
    assert mean.mean().item() == pytest.approx(content.mean().item(), rel=1e-12)
    np.testing.assert_allclose(mean - style, torch.full_like(style, (content - style).mean().item()))


def test_matched_histograms_have_the_same_sorted_values():
    content, style = luma(image(1)), luma(image(2))
    matched = match_histogram(content, style)
    np.testing.assert_allclose(matched.flatten().sort().values, content.flatten().sort().values)
    assert torch.equal(matched.flatten().argsort(), style.flatten().argsort())


def test_recombined_pictures_have_the_luminance_of_one_and_the_chroma_of_the_other():
    """Against scikit-image's YIQ, in which nothing is clipped here."""
    content = image(1)
    painted = content + 0.1 * (image(2) - 0.5)
    wanted = rgb2yiq(pixels_of(content))
    wanted[..., 0] = rgb2yiq(pixels_of(painted))[..., 0]
    found = with_luminance_of(content, painted)
    assert clipped_share(found) == 0
    np.testing.assert_allclose(rgb2yiq(pixels_of(found)), wanted, atol=1e-7)
    np.testing.assert_allclose(pixels_of(found), yiq2rgb(wanted), atol=1e-7)
    np.testing.assert_allclose(with_luminance_of(content, content), content)


def test_what_a_picture_has_outside_its_range_does_not_reach_the_colours():
    content = image(1)
    np.testing.assert_allclose(with_luminance_of(content, content + 9), content + 1 - luma(content))


def test_clipped_pixels_are_counted_once_and_rounding_is_not():
    picture = torch.full((1, 3, 2, 5), 0.5)
    picture[0, :, 0, 0] = torch.tensor([1.2, -0.3, 0.5])
    picture[0, 1, 1, 3] = 1.01
    picture[0, 0, 0, 1] = 1 + 1e-3
    picture[0, 0, 0, 2] = -1e-7
    assert clipped_share(picture) == pytest.approx(0.2)


# Around a method.


def task(mode, content=None, style=None, **further):
    parameters = method("gatys2015").configure("nikulin", {"preserve_colour": mode})
    content, style = (image(1) if content is None else content), (image(2) if style is None else style)
    hardware = Hardware(torch.device("cpu"), "fp32")
    return Task(content.float(), style.float(), parameters, 0, hardware, **further)


def painted(image, facts=None):
    """An outcome of which only the picture and the facts count."""
    return Outcome(image, (), torch.zeros(1, 1), torch.zeros(1), [0.0], 0, facts or {})


def copying(seen, facts=None):
    """A method that paints the style over the content, half and half, and notes what it was given."""

    def stylize(given):
        seen.append(given)
        return painted((given.content + given.style) / 2, facts)

    return stylize


def transfer(stylize, given):
    return finish(preservation.stylize(replace(method("gatys2015"), stylize=stylize), given))


def test_without_colour_preservation_a_method_is_left_alone():
    seen, given = [], task("none")
    outcome = transfer(copying(seen), given)
    assert seen[0] is given
    assert outcome.facts == {}


def test_every_mode_is_known_to_parameters():
    assert set(MODES) == {"none", *STRATEGIES}
    for mode in MODES:
        assert method("gatys2015").configure("paper", {"preserve_colour": mode}).preserve_colour == mode
    assert method("gatys2015").configure("paper", {}).preserve_colour == "none"


@pytest.mark.parametrize("mode", LUMINANCE_MODES)
def test_only_luminance_is_transferred(mode):
    seen, given = [], task(mode)
    outcome = transfer(copying(seen, {"canonical_ratio": 1.0}), given)
    (grey,) = seen
    assert all(torch.equal(side, side[:, :1].expand_as(side)) for side in (grey.content, grey.style))
    np.testing.assert_allclose(grey.content[:, :1], luma(given.content))
    assert (grey.style >= 0).all() and (grey.style <= 1).all()
    found, content = (rgb2yiq(pixels_of(each)) for each in (outcome.image, given.content))
    np.testing.assert_allclose(found[..., 1:], content[..., 1:], atol=1e-6)
    luminance = (grey.content + grey.style)[0, 0] / 2
    np.testing.assert_allclose(found[..., 0], luminance, atol=1e-6)
    assert outcome.facts["canonical_ratio"] == 1
    assert outcome.facts["clipped_result"] == clipped_share(outcome.image)


def test_luminance_is_matched_as_it_is_called():
    content, style = luma(image(1).float()), luma(image(2).float())
    wanted = {
        "luminance": style,
        "luminance-mean": match_mean(content, style),
        "luminance-mean-std": match_mean_and_deviation(content, style),
        "histogram": match_histogram(content, style),
    }
    assert wanted.keys() == set(LUMINANCE_MODES)
    for mode, luminance in wanted.items():
        seen = []
        transfer(copying(seen), task(mode))
        np.testing.assert_allclose(seen[0].style[:, :1], luminance.clamp(0, 1))


@pytest.mark.parametrize(("mode", "transform"), TRANSFORMS.items())
def test_the_style_gets_the_colours_of_the_content(mode, transform):
    seen, given = [], task(mode)
    outcome = transfer(copying(seen), given)
    matched = match_moments(given.content, given.style, transform)
    assert torch.equal(seen[0].content, given.content)
    assert torch.equal(seen[0].style, matched.clamp(0, 1))
    assert torch.equal(outcome.image, (seen[0].content + seen[0].style) / 2)
    assert outcome.facts == {"clipped_style": clipped_share(matched)}


def test_clipping_is_recorded():
    """A red has room for its own luminance, but not for that of white; a white has none above it."""
    red = torch.tensor([0.9, 0.1, 0.1]).view(1, 3, 1, 1).expand(1, 3, 24, 20)
    white = torch.ones(1, 3, 24, 20)
    striped = white.clone()
    striped[..., ::2] = 0

    def facts(mode, content, style):
        seen = []
        outcome = transfer(copying(seen), task(mode, content, style))
        assert 0 <= seen[0].style.min() <= seen[0].style.max() <= 1
        return outcome.facts

    assert facts("luminance", red, red) == {"clipped_style": 0, "clipped_result": 0}
    assert facts("luminance", red, white) == {"clipped_style": 0, "clipped_result": 1}
    assert facts("luminance-mean", white, striped) == {"clipped_style": 0.5, "clipped_result": 0}
    assert facts("luminance-mean", white - 0.9, striped)["clipped_style"] == 0.5
    assert facts("symmetric", white, striped) == {"clipped_style": 0}
    assert facts("symmetric", striped, image(1))["clipped_style"] > 0.1


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "none"])
@pytest.mark.parametrize("flat", ["content", "style", "both"])
@pytest.mark.parametrize("colour", [(0.5, 0.5, 0.5), (0.9, 0.1, 0.3), (0.0, 0.0, 0.0)])
def test_pictures_of_one_colour_are_no_trouble(mode, flat, colour):
    plain = torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, 24, 20)
    sides = dict.fromkeys(("content", "style") if flat == "both" else (flat,), plain)
    seen = []
    outcome = transfer(copying(seen), task(mode, **sides))
    for tensor in (seen[0].style, seen[0].content, outcome.image):
        assert torch.isfinite(tensor).all()
    if flat == "content" and mode in TRANSFORMS:
        assert (seen[0].style - plain).abs().max() < 0.05


@pytest.mark.parametrize("mode", TRANSFORMS)
def test_a_grey_painting_stays_grey_on_a_grey_photograph(mode):
    grey = [luma(image(seed)).repeat(1, 3, 1, 1) for seed in (1, 2)]
    seen = []
    transfer(copying(seen), task(mode, *grey))
    chroma = rgb2yiq(pixels_of(seen[0].style))[..., 1:]
    assert np.abs(chroma).max() < 0.5 / 255


def test_pictures_on_the_way_are_shown_with_their_colours():
    shown = []
    given = task("histogram", show=lambda done, picture: shown.append((done, picture)))

    def stylize(inner):
        outcome = copying([])(inner)
        inner.show(7, outcome.image)
        return outcome

    outcome = transfer(stylize, given)
    ((done, picture),) = shown
    assert done == 7
    assert torch.equal(picture, outcome.image)
    assert transfer(copying([]), task("histogram")).image.shape == given.content.shape


# On the embedded network.


@pytest.fixture
def pictures(painting):
    """The folder of `photo`, whose colours have room around them, and of `painting`."""
    to_picture(image(1, 40, 40)).save(painting.parent / "photo.png")
    return painting.parent


def test_a_descent_keeps_the_colours(pictures, tmp_path):
    """I and Q change by rounding to 8 bits, about 0.0012, and by clipping."""
    content, style = (
        EvaluatedImage(to_tensor(load_picture(pictures / f"{name}.png", 32, True)), {})
        for name in ("photo", "painting")
    )
    changed, facts = {}, {}
    for mode in ("none", "luminance", "histogram"):
        run = small_run(evaluations=8, preserve_colour=mode)
        folder = make(run, pictures, tmp_path / "results")
        result = EvaluatedImage(to_tensor(load_picture(folder.image, 32)), {})
        changed[mode] = metrics()["CHRc"].measure(Comparison(result, content, style))
        facts[mode] = folder.record["facts"]
    assert "clipped_result" not in facts["none"]
    for mode in ("luminance", "histogram"):
        assert facts[mode]["clipped_result"] < 0.1
        assert changed[mode] < 0.002 + 0.2 * facts[mode]["clipped_result"]
        assert changed[mode] < 0.2 * changed["none"]


def test_the_command_takes_the_same_names(run, photo, painting, tmp_path):
    quick = ("--size", "32", "--iterations", "6", "--precision", "fp32")
    pictures = {}
    for mode in ("none", "luminance", "histogram", "symmetric"):
        out = tmp_path / f"{mode}.png"
        process = run("stylize", photo, painting, "-o", out, *quick, "--preserve-colour", mode, "--json")
        assert process.returncode == 0, process.stderr
        assert json.loads(process.stdout)["parameters"]["preserve_colour"] == mode
        pictures[mode] = out.read_bytes()
    assert len(set(pictures.values())) == 4
    plain = tmp_path / "plain.png"
    run("stylize", photo, painting, "-o", plain, *quick)
    assert plain.read_bytes() == pictures["none"]


def test_unknown_names_are_refused(run, photo, painting, tmp_path):
    with pytest.raises(InputError, match=r"preserve_colour: .*'luminance-mean-std'.*given: 'hue'"):
        method("gatys2015").configure("paper", {"preserve_colour": "hue"})
    process = run("stylize", photo, painting, "-o", tmp_path / "o.png", "--preserve-colour", "hue")
    assert process.returncode == 2
    assert len(process.stderr.strip().splitlines()) == 1
    assert all(repr(mode) in process.stderr for mode in MODES)
