"""Texture synthesis by tree search against loops over all pixels, and what its searches promise."""

import numpy as np
import pytest
import torch
from pixel_loops import (
    around,
    before,
    distance,
    noise,
    places,
    quietly,
    search_exactly,
)

from nstbench.core.errors import InputError
from nstbench.methods.base import Task
from nstbench.methods.wei2000.method import METHOD
from nstbench.methods.wei2000.neighbourhoods import Nearest, Window, pyramid, wavefronts
from nstbench.methods.wei2000.synthesis import synthesize, synthesize_level


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_a_level_is_what_a_loop_in_the_order_of_reading_makes(random, monkeypatch):
    search_exactly(monkeypatch)
    texture, above, made_above = noise(random, 5, 6, 3), noise(random, 3, 3, 3), noise(random, 2, 3, 3)
    made = noise(random, 4, 6, 3)
    expected, distances = made.copy(), []
    for here in places(expected):

        def cost(there, here=here):
            parents = [tuple(n // 2 for n in place) for place in (here, there)]
            own = distance(expected, here, texture, there, before(2), 2)
            return own + distance(made_above, parents[0], above, parents[1], around(1), 1)

        best = min(places(texture), key=cost)
        distances.append(cost(best))
        expected[here] = texture[best]
    mean = synthesize_level(texture, above, made, made_above, 2, quietly)
    assert (made == expected).all()
    assert mean == pytest.approx(np.mean(distances), rel=1e-4)


@pytest.mark.parametrize(("size", "reach"), [((4, 7), 1), ((7, 4), 2), ((1, 5), 2), ((5, 1), 3)])
def test_a_front_needs_only_pixels_of_fronts_before_it(size, reach):
    order = {}
    for number, (rows, columns) in enumerate(wavefronts(*size, reach)):
        order |= dict.fromkeys(zip(rows.tolist(), columns.tolist(), strict=True), number)
    assert order.keys() == set(np.ndindex(size))
    for (row, column), number in order.items():
        for y, x in before(reach):
            assert order.get((row + y, column + x), -1) < number


def test_windows_before_a_pixel_have_the_half_that_is_read_first():
    assert [len(Window(reach, causal=True).offsets) for reach in (1, 2, 4)] == [4, 12, 40]
    assert [tuple(offset) for offset in Window(2, causal=True).offsets] == before(2)
    assert Window(3).weights.sum() == pytest.approx(1)


def test_what_is_found_is_at_most_half_again_as_far_as_the_nearest_along_the_directions(random):
    features, wanted = noise(random, 300, 40), noise(random, 50, 40)
    nearest = Nearest(features)
    seen, looked_for = features @ nearest.directions, wanted @ nearest.directions
    assert nearest.directions.shape == (40, 24)
    distances = np.linalg.norm(seen[None] - looked_for[:, None], axis=2)
    found = distances[np.arange(50), nearest(wanted)]
    assert (found <= 1.5 * distances.min(1) + 1e-6).all()
    assert (nearest(features) == np.arange(300)).all()


def test_levels_halve_until_a_side_would_be_below_eight_pixels(random):
    sizes = [level.shape[:2] for level in pyramid(noise(random, 35, 64, 3), 5)]
    assert sizes == [(9, 16), (18, 32), (35, 64)]
    assert len(pyramid(noise(random, 64, 64, 3), 2)) == 2
    assert pyramid(np.full((16, 16, 1), 0.3, np.float32), 3)[0] == pytest.approx(0.3)


def test_stripes_go_on(random):
    """Whatever the noise above made of their order, every pixel goes on with the one above it."""
    stripes = np.eye(3, dtype=np.float32)[np.indices((24, 24))[1] % 3]
    (*_, (made, _)) = synthesize(stripes, 30, 24, 2, 1, random, quietly)
    assert (made[7:, 3:-3] == made[6:-1, 3:-3]).all()
    assert (made[6:, 4:-3] != made[6:, 3:-4]).any(2).mean() > 0.7


def task(content=(20, 23), style=(17, 26), seed=0, watch=None, **changes):
    random = np.random.default_rng(1)
    images = (torch.from_numpy(noise(random, 1, 3, *size)) for size in (content, style))
    return Task(*images, METHOD.configure("paper", changes), seed, METHOD.hardware(), watch)


def test_a_picture_has_the_content_s_size_and_the_style_s_pixels_and_the_seed_decides():
    seen = []
    made = task(watch=lambda done, loss: seen.append(done))
    first, again, other = (METHOD.stylize(each) for each in (made, task(seed=0), task(seed=1)))
    assert first.image.shape == made.content.shape
    colours = {tuple(colour) for colour in made.style[0].flatten(1).T.tolist()}
    assert {tuple(colour) for colour in first.image[0].flatten(1).T.tolist()} <= colours
    assert torch.equal(first.image, again.image) and not torch.equal(first.image, other.image)
    assert first.trace.shape == (2, 1) and len(first.seconds) == 2
    assert max(seen) == seen[-1] == made.parameters.steps(20, 23)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (40, 3)])
def test_any_size_is_made(size):
    assert METHOD.stylize(task(content=size, style=size[::-1])).image.shape[2:] == size


@pytest.mark.parametrize("change", [{"reach": 0}, {"levels": 0}, {"evaluations": 3}])
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(InputError, match=f"wei2000: {next(iter(change))}: "):
        METHOD.configure("paper", change)
