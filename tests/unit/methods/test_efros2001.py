import itertools
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image
from refusals import assert_refused

from nstbench.core.errors import InputError
from nstbench.methods.base import Task
from nstbench.methods.efros2001.method import METHOD
from nstbench.methods.efros2001.quilting import (
    Matcher,
    cheapest_path,
    choose_block,
    new_pixels,
    quilt,
    quilt_once,
)
from nstbench.methods.efros2001.schedule import Pass, schedule


@pytest.fixture
def random():
    return np.random.default_rng(0)


def noise(random, *shape):
    return random.random(shape, np.float32)


def quietly(cost):
    """Nobody watches."""


def best(costs):
    """The cheapest block, without chance."""
    return np.unravel_index(costs.argmin(), costs.shape)


def blocks(source, height, width):
    """Every block of a source (C, H, W) with its row and column."""
    for row in range(source.shape[1] - height + 1):
        for column in range(source.shape[2] - width + 1):
            yield (row, column), source[:, row : row + height, column : column + width].astype(float)


def pixels(image):
    """The colours of (3, H, W) as a set."""
    return {tuple(colour) for colour in np.asarray(image).reshape(3, -1).T.tolist()}


# How well blocks fit.


@pytest.mark.parametrize(("size", "block"), [((23, 31), (5, 7)), ((16, 9), (16, 9)), ((13, 40), (1, 1))])
def test_costs_are_weighted_squared_differences_at_every_position(random, size, block):
    source, wanted, weights = (
        noise(random, 4, *size),
        noise(random, 3, 4, *block),
        noise(random, 3, 4, *block),
    )
    matcher = Matcher(source)
    costs = matcher.costs(wanted, weights, matcher.energies(weights.sum(0)))
    assert costs.shape == (size[0] - block[0] + 1, size[1] - block[1] + 1)
    for place, here in blocks(source, *block):
        assert costs[place] == pytest.approx((weights * (here - wanted) ** 2).sum(), rel=1e-4)


def test_a_block_of_the_source_costs_no_more_than_rounding(random):
    source = noise(random, 4, 40, 50)
    wanted, weights = source[None, :, 7:19, 30:42], np.ones((1, 4, 12, 12), np.float32)
    matcher = Matcher(source)
    costs = matcher.costs(wanted, weights, matcher.energies(weights.sum(0)))
    assert best(costs) == (7, 30)
    assert 0 < costs[7, 30] < 1e-3 < np.partition(costs.ravel(), 1)[1]


@pytest.mark.parametrize(("tolerance", "allowed"), [(0.1, {(0, 1), (1, 0), (1, 2)}), (0.0, {(0, 1), (1, 0)})])
def test_choice_is_uniform_among_those_within_tolerance(random, tolerance, allowed):
    costs = np.array([[3.0, 1.0, 1.2], [1.0, 9.0, 1.09]])
    chosen = [choose_block(costs, tolerance, random) for _ in range(600)]
    assert set(chosen) == allowed
    assert min(chosen.count(place) for place in allowed) > 600 / len(allowed) * 0.8


# Where blocks are cut.


def all_paths(rows, columns):
    for path in itertools.product(range(columns), repeat=rows):
        if all(abs(a - b) <= 1 for a, b in itertools.pairwise(path)):
            yield list(path)


@pytest.mark.parametrize("shape", [(1, 4), (5, 4), (6, 3), (5, 1)])
def test_the_cut_is_the_cheapest_of_all_paths(random, shape):
    for _ in range(10):
        errors = noise(random, *shape)
        along = {tuple(path): errors[np.arange(shape[0]), path].sum() for path in all_paths(*shape)}
        path = tuple(cheapest_path(errors))
        assert path in along
        assert along[path] == pytest.approx(min(along.values()))


def test_a_cut_costs_no_more_than_a_straight_seam(random):
    for _ in range(20):
        errors = noise(random, 36, 6)
        cut = errors[np.arange(36), cheapest_path(errors)].sum()
        assert cut <= errors.sum(0).min()


def test_blocks_meet_where_they_agree():
    difference = np.ones((6, 6))
    line = [1, 2, 2, 1, 0, 1]
    difference[np.arange(6), line] = 0.01
    new = new_pixels(difference, 3, True, False)
    assert [list(row).index(True) for row in new] == line
    assert (new_pixels(difference.T, 3, False, True) == new.T).all()


def test_old_pixels_stay_left_of_one_cut_and_above_the_other():
    difference = np.ones((7, 8))
    difference[:, 2] = difference[1, :] = 0.1
    difference[1, 2] = 0
    left, top, both = (
        new_pixels(difference, 3, *sides) for sides in ((True, False), (False, True), (True, True))
    )
    assert (left == (np.arange(8) >= 2)).all()
    assert (top == (np.arange(7) >= 1)[:, None]).all()
    assert (both == left & top).all()
    assert new_pixels(difference, 3, False, False).all()


# Blocks and passes.


def test_blocks_shrink_by_a_third_and_alpha_rises_from_a_tenth_to_nine_tenths():
    assert schedule(36, 3) == [Pass(36, 6, 0.1), Pass(24, 4, 0.5), Pass(16, 3, 0.9)]
    assert [each.block for each in schedule(48, 5)] == [48, 32, 21, 14, 9]
    assert [each.alpha for each in schedule(48, 5)] == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert schedule(24, 1) == [Pass(24, 4, 0.3)]
    assert all(each.overlap >= 1 for each in schedule(4, 8))


@pytest.mark.parametrize("size", [(1, 1), (3, 20), (10, 10), (18, 26), (19, 27), (26, 18), (11, 12)])
def test_blocks_cover_a_picture_of_any_size_and_overlap(size):
    settings = Pass(block=10, overlap=2, alpha=0.5)
    painted = np.zeros(size, int)
    for row, column in settings.corners(*size):
        there = painted[row : row + 10, column : column + 10]
        old = there > 0
        there += 1
        assert old[:, :2].all() == (column > 0)
        assert old[:2].all() == (row > 0)
        assert not old[2:, 2:].any()
        assert not old.all()
    assert painted.min() > 0


# Pictures.


def parts(random, content=(50, 43), style=(40, 61)):
    """Planes of a style and the map of a content."""
    return noise(random, 4, *style), noise(random, *content)


def test_every_pixel_is_one_of_the_source(random):
    source, target = parts(random)
    draw = partial(choose_block, tolerance=0.1, random=random)
    for painted, _ in quilt(source, target, schedule(12, 3), draw, quietly):
        assert painted.shape == (4, 50, 43)
        assert pixels(painted[:3]) <= pixels(source[:3])
        assert len(pixels(painted[:3])) > 100


def test_a_texture_whose_map_is_the_content_reproduces_itself(random):
    source = noise(random, 4, 45, 38)
    draw = partial(choose_block, tolerance=0.1, random=random)
    passes = [Pass(12, 2, alpha=1e-3), Pass(8, 1, alpha=1e-3)]
    for painted, costs in quilt(source, source[3], passes, draw, quietly):
        assert (painted == source).all()
        assert costs == pytest.approx([0, 0, 0, 0])


def test_a_first_block_follows_the_map_alone_and_a_second_one_its_neighbour_too(random):
    """Against a search over all positions with the terms written out."""
    source, target = parts(random, content=(9, 15))
    painted, _ = quilt_once(Matcher(source), target, None, Pass(9, 3, alpha=0.4), best, quietly)

    def first_cost(found):
        return (3 * (found[1][3] - target[:, :9]) ** 2).sum()

    (row, column), _ = min(blocks(source, 9, 9), key=first_cost)
    left = source[:, row : row + 9, column : column + 9]
    assert (painted[:, :, :6] == left[:, :, :6]).all()

    def second_cost(found):
        overlap = ((found[1][:3, :, :3] - left[:3, :, 6:]) ** 2).sum()
        return 0.4 * overlap + 0.6 * 3 * ((found[1][3] - target[:, 6:]) ** 2).sum()

    (row, column), right = min(blocks(source, 9, 9), key=second_cost)
    assert painted[:, :, 9:] == pytest.approx(right[:, :, 3:])


def test_a_later_pass_looks_at_the_one_before(random):
    source, target = parts(random, content=(9, 9))
    previous = noise(random, 4, 9, 9)
    painted, costs = quilt_once(Matcher(source), target, previous, Pass(9, 2, alpha=0.7), best, quietly)

    def terms(block):
        return ((block[:3] - previous[:3]) ** 2).sum() / 81, 3 * ((block[3] - target) ** 2).sum() / 81

    def cost(found):
        before, correspondence = terms(found[1])
        return 0.7 * before + 0.3 * correspondence

    found = min(blocks(source, 9, 9), key=cost)
    assert painted == pytest.approx(found[1])
    assert costs == pytest.approx([cost(found), 0, *terms(found[1])])


# The method.


def task(content=(40, 33), style=(37, 50), seed=0, watch=None, **changes):
    random = np.random.default_rng(1)
    images = (
        torch.from_numpy(random.integers(0, 256, (1, 3, *size)) / 255).float() for size in (content, style)
    )
    parameters = METHOD.configure("paper", {"block": 12} | changes)
    return Task(*images, parameters, seed, METHOD.hardware(), watch)


def test_a_picture_has_the_content_s_size_and_the_style_s_pixels():
    made = task()
    image = METHOD.stylize(made).image
    assert image.shape == made.content.shape
    assert pixels(image[0]) <= pixels(made.style[0])


def test_the_seed_decides():
    first, again, other = (METHOD.stylize(task(seed=seed)).image for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_trace_has_a_row_a_pass_and_the_bar_a_step_a_block():
    seen = []
    made = task(passes=4, watch=lambda done, cost: seen.append((done, float(cost))))
    outcome = METHOD.stylize(made)
    assert outcome.terms == ("style/overlap", "style/previous", "content/correspondence")
    assert outcome.trace.shape == (4, 4)
    assert len(outcome.seconds) == 4 and torch.equal(outcome.final, outcome.trace[-1])
    alphas = torch.tensor([each.alpha for each in schedule(12, 4)])
    overlap, previous, correspondence = outcome.trace[:, 1:].T
    total = alphas * (overlap + previous) + (1 - alphas) * correspondence
    assert outcome.trace[:, 0].tolist() == pytest.approx(total.tolist())
    assert previous[0] == 0 < previous[1:].min()
    assert [done for done, _ in seen] == list(range(1, made.parameters.steps(40, 33) + 1))
    assert min(cost for _, cost in seen) > 0


def test_dark_and_bright_of_a_content_find_dark_and_bright_pieces():
    """A texture of much less contrast still has a darker and a brighter half."""
    made = task(content=(48, 48), style=(48, 48), passes=2)
    made.content[:] = torch.linspace(0, 1, 48).ge(0.5).float()
    made.style[:] = 0.5 + 0.02 * made.style
    made.style[:, :, 24:] += 0.1
    halves = METHOD.stylize(made).image.mean((0, 1, 2))
    assert halves[:20].max() < 0.56 < halves[28:].min()


def test_a_texture_does_not_follow_the_content():
    """Another content of the same size gives the same picture, and the first block is any."""
    one, other = (task(passes=1, follows_content=False) for _ in range(2))
    other.content[:] = 1 - other.content
    texture = METHOD.stylize(one).image
    assert torch.equal(texture, METHOD.stylize(other).image)
    assert not torch.equal(texture, METHOD.stylize(task(passes=1)).image)
    firsts = {
        tuple(METHOD.stylize(task(seed=seed, passes=1, follows_content=False)).image[0, :, 0, 0].tolist())
        for seed in range(5)
    }
    assert len(firsts) > 1
    with pytest.raises(InputError, match="follows no content takes one pass; set passes to 1"):
        METHOD.configure("paper", {"follows_content": False})


def test_a_style_smaller_than_a_block_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"the style is 50x11 px.*block of 12 px.*at most 11") as failure:
        METHOD.stylize(task(style=(11, 50)))
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("change", [{"block": 3}, {"passes": 0}, {"tolerance": -0.1}, {"evaluations": 5}])
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(InputError, match=f"efros2001: {next(iter(change))}: "):
        METHOD.configure("paper", change)


def test_it_runs_on_the_cpu_in_fp32_whatever_the_machine_does_well():
    hardware = METHOD.hardware("auto", "bf16")
    assert (hardware.device.type, hardware.precision) == ("cpu", "fp32")
    with pytest.raises(InputError, match="fp8"):
        METHOD.hardware("auto", "fp8")


def test_the_command_quilts_two_pictures_of_different_shapes(run, photo, painting, tmp_path):
    out = tmp_path / "out.png"
    finished = run("stylize", photo, painting, "-o", out, "--method", "efros2001", "--size", "48")
    assert finished.returncode == 0, finished.stderr
    with Image.open(out) as picture:
        assert picture.size == (48, 32)
    refused = run("stylize", painting, painting, "-o", out, "--method", "efros2001", "--size", "20")
    assert_refused(refused, "20x20 px", "block of 24 px", "at most 20")
