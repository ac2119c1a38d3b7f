"""Graph cuts against all cuts of tiny pictures, and offsets against a loop over them."""

import itertools

import numpy as np
import pytest
import torch
from pixel_loops import noise

from nstbench.core.errors import InputError
from nstbench.methods.base import Task
from nstbench.methods.kwatra2003.method import METHOD
from nstbench.methods.kwatra2003.placing import Canvas, lay, offset_costs
from nstbench.methods.kwatra2003.seams import UNIT, cut, old_side


@pytest.fixture
def random():
    return np.random.default_rng(0)


def colour(texture, offset, pixel):
    """That of the patch at an offset; beyond it goes on its border."""
    height, width, _ = texture.shape
    row, column = np.subtract(pixel, offset)
    return texture[min(max(row, 0), height - 1), min(max(column, 0), width - 1)].astype(float)


def cost_of_seams(texture, offsets):
    """Over all neighbours: how much their patches differ at both pixels, in the units of the cut."""
    total = 0
    for s in np.ndindex(offsets.shape[:2]):
        for t in ((s[0] + 1, s[1]), (s[0], s[1] + 1)):
            if t[0] < offsets.shape[0] and t[1] < offsets.shape[1]:
                for pixel in (s, t):
                    difference = colour(texture, offsets[s], pixel) - colour(texture, offsets[t], pixel)
                    total += np.ceil(UNIT * np.linalg.norm(difference.astype(np.float32)))
    return int(total)


def beside(pixel):
    return [(pixel[0] + y, pixel[1] + x) for y, x in ((0, 1), (0, -1), (1, 0), (-1, 0))]


def test_the_least_is_paid_of_all_divisions(random):
    at_s, at_t = np.array(list(itertools.combinations(range(7), 2))).T
    for _ in range(20):
        costs_of_new, costs = random.integers(-9, 9, 7), random.integers(0, 6, len(at_s))

        def paid(old, costs_of_new=costs_of_new, costs=costs):
            return (costs_of_new * ~old).sum() + (costs * (old[at_s] & ~old[at_t])).sum()

        every = [np.array(old) for old in itertools.product([False, True], repeat=7)]
        found = old_side(costs_of_new, at_s, at_t, costs)
        assert paid(found) == min(map(paid, every))


def test_a_cut_costs_the_least_of_all_cuts_and_old_seams_count(random):
    """A picture of three patches, over which a new one is laid that reaches all but a column."""
    for _ in range(3):
        texture = noise(random, 6, 5, 3)
        offsets = np.zeros((3, 4, 2), np.intp)
        offsets[:, 2:], offsets[2:, :2] = (-1, -1), (0, -1)
        new = np.array([-2, -2])  # It covers rows 0 to 2 and columns 0 to 2.
        taken = cut(texture, offsets, np.ones((3, 4), bool), new)
        free = list(np.ndindex(3, 2))  # Column 2 is beside what stays.

        def laid(pixels, offsets=offsets, new=new):
            changed = offsets.copy()
            for pixel in pixels:
                changed[pixel] = new
            return changed

        subsets = itertools.chain.from_iterable(
            itertools.combinations(free, count) for count in range(len(free) + 1)
        )
        least = min(cost_of_seams(texture, laid(pixels)) for pixels in subsets)
        assert not taken[:, 2:].any()
        assert cost_of_seams(texture, laid(list(zip(*np.nonzero(taken), strict=True)))) == least
        assert least <= cost_of_seams(texture, offsets)


def test_what_is_missing_is_filled_and_seams_lie_where_both_patches_are(random):
    texture = noise(random, 5, 6, 3)
    filled = np.zeros((5, 9), bool)
    filled[:, :6] = True
    taken = cut(texture, np.zeros((5, 9, 2), np.intp), filled, np.array([0, 3]))
    assert taken[:, 5:].all()  # Missing, and beside what is missing.
    assert not taken[:, :4].any()  # Not covered, and beside what is not covered.


def test_patches_that_agree_join_at_no_cost(random):
    """A pattern that repeats itself: one of its offsets continues it, and that is the one that is drawn."""
    tile = noise(random, 4, 4, 3)
    texture = np.tile(tile, (4, 4, 1))[:13, :14]
    for placement in ("entire", "sub-patch"):
        *_, (made, cost) = lay(texture, 30, 27, 8, placement, 1e-4, 0, random)
        assert cost == pytest.approx(0, abs=1e-2)
        assert (made[4:] == made[:-4]).all() and (made[:, 4:] == made[:, :-4]).all()


def test_offsets_cost_the_mean_squared_difference_of_what_is_compared(random):
    texture, picture, compared = noise(random, 4, 3, 3), noise(random, 5, 6, 3), random.random((5, 6)) < 0.5
    costs = offset_costs(texture, picture, compared)
    assert costs.shape == (8, 8)
    for i, j in np.ndindex(costs.shape):
        overlaps = [
            pixel
            for pixel in np.ndindex(5, 6)
            if compared[pixel] and 0 <= pixel[0] - i + 3 < 4 and 0 <= pixel[1] - j + 2 < 3
        ]
        squares = [((picture[p] - texture[p[0] - i + 3, p[1] - j + 2]) ** 2).sum() for p in overlaps]
        assert costs[i, j] == pytest.approx(np.mean(squares) if squares else 0, abs=1e-6)


def test_further_patches_never_make_seams_cost_more(random):
    costs = [cost for _, cost in lay(noise(random, 20, 20, 3), 24, 24, 8, "sub-patch", 1.0, 15, random)]
    assert len(costs) == 16
    assert all(after <= before + 1e-9 for before, after in itertools.pairwise(costs))
    assert costs[-1] < costs[0]


def test_seams_are_counted_once(random):
    canvas = Canvas(noise(random, 8, 8, 3), 6, 7)
    canvas.offsets = random.integers(-1, 1, (6, 7, 2))
    expected = cost_of_seams(canvas.texture, canvas.offsets) / UNIT
    assert canvas.seams().sum() == pytest.approx(expected)


def task(content=(20, 23), style=(17, 26), seed=0, watch=None, **changes):
    random = np.random.default_rng(1)
    images = (torch.from_numpy(noise(random, 1, 3, *size)) for size in (content, style))
    parameters = METHOD.configure("sub-patch", {"block": 8, "refinements": 3} | changes)
    return Task(*images, parameters, seed, METHOD.hardware(), watch)


def test_a_picture_has_the_content_s_size_and_the_style_s_pixels_and_the_seed_decides():
    seen = []
    made = task(watch=lambda done, loss: seen.append(done))
    first, again, other = (METHOD.stylize(each) for each in (made, task(seed=0), task(seed=1)))
    assert first.image.shape == made.content.shape
    colours = {tuple(colour) for colour in made.style[0].flatten(1).T.tolist()}
    assert {tuple(colour) for colour in first.image[0].flatten(1).T.tolist()} <= colours
    assert torch.equal(first.image, again.image) and not torch.equal(first.image, other.image)
    assert first.trace.shape == (4, 1)
    assert seen == list(range(1, made.parameters.steps(20, 23) + 1))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (12, 2), (40, 8)])
@pytest.mark.parametrize("placement", ["entire", "sub-patch"])
def test_any_size_is_made(size, placement):
    made = METHOD.stylize(task(content=size, style=(8, 9), placement=placement))
    assert made.image.shape[2:] == size


def test_a_style_smaller_than_a_block_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"the style is 26x10 px.*block of 11 px.*at most 10") as failure:
        METHOD.stylize(task(style=(10, 26), block=11))
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    "change", [{"block": 1}, {"randomness": 0}, {"refinements": -1}, {"placement": "random"}]
)
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(InputError, match=f"kwatra2003: {next(iter(change))}: "):
        METHOD.configure("entire", change)
