"""Textures grown from a seed: the search against a loop, and textures with one way to go on."""

import numpy as np
import pytest
import torch
from pixel_loops import noise, quietly

from nstbench.core.errors import InputError
from nstbench.methods.base import Task
from nstbench.methods.efros1999.growing import Search, grow
from nstbench.methods.efros1999.method import METHOD


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_windows_differ_by_gaussian_means_over_what_is_known(random):
    texture, wanted, known = noise(random, 8, 9, 3), noise(random, 5, 5, 3), random.random((5, 5)) < 0.4
    found = Search(texture, 5).distances(wanted, known).reshape(4, 5)
    sigma = 5 / 6.4
    for row, column in np.ndindex(4, 5):
        total = weights = 0.0
        for y, x in np.ndindex(5, 5):
            weight = known[y, x] * np.exp(-((y - 2) ** 2 + (x - 2) ** 2) / (2 * sigma**2))
            difference = texture[row + y, column + x].astype(float) - wanted[y, x]
            total, weights = total + weight * (difference**2).sum(), weights + weight
        assert found[row, column] == pytest.approx(total / weights, rel=1e-4, abs=1e-6)
    assert (Search(texture, 5).middles.reshape(4, 5, 3) == texture[2:-2, 2:-2]).all()


@pytest.mark.parametrize("period", [2, 3])
def test_a_pattern_goes_on(random, period):
    """Diagonals of different colours: a window that is wider than the period leaves one way to go on."""
    colours = noise(random, period, 3)
    pattern = colours[np.indices((14, 15)).sum(0) % period]
    made, distance = grow(pattern, 16, 13, 5, 0.1, random, quietly)
    assert (made[1:, :-1] == made[:-1, 1:]).all()
    assert (made[period:] == made[:-period]).all()
    assert (made[1:] != made[:-1]).any(2).all()
    assert distance == pytest.approx(0, abs=1e-6)


def test_all_that_fit_fit_equally():
    """Windows that differ in nothing but the pixel that is to be drawn."""
    texture = np.zeros((5, 30, 3), np.float32)
    texture[2, 2::5] = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], np.float32)[:, None]
    search = Search(texture, 5)
    known = np.ones((5, 5), bool)
    known[2, 2] = False
    distances = search.distances(np.zeros((5, 5, 3), np.float32), known)
    assert np.flatnonzero(distances < 1e-6).tolist() == [0, 5, 10, 15, 20, 25]


def test_what_most_is_known_of_comes_first(random, monkeypatch):
    counts = []
    distances = Search.distances

    def counting(search, wanted, known):
        counts.append(int(known.sum()))
        return distances(search, wanted, known)

    monkeypatch.setattr(Search, "distances", counting)
    grow(noise(random, 9, 9, 3), 5, 5, 3, 0.1, random, quietly)
    # Around a seed of 3 x 3 px: 12 pixels along its sides, and the corners when these are there.
    assert len(counts) == 16
    assert min(counts[:12]) >= 2 and counts[12:] == [3, 3, 3, 3]


def task(content=(20, 23), style=(17, 26), seed=0, watch=None, **changes):
    random = np.random.default_rng(1)
    images = (torch.from_numpy(noise(random, 1, 3, *size)) for size in (content, style))
    parameters = METHOD.configure("paper", {"window": 5} | changes)
    return Task(*images, parameters, seed, METHOD.hardware(), watch)


def test_a_picture_has_the_content_s_size_and_the_style_s_pixels_and_the_seed_decides():
    seen = []
    made = task(watch=lambda done, loss: seen.append(done))
    first, again, other = (METHOD.stylize(each) for each in (made, task(seed=0), task(seed=1)))
    assert first.image.shape == made.content.shape
    colours = {tuple(colour) for colour in made.style[0].flatten(1).T.tolist()}
    assert {tuple(colour) for colour in first.image[0].flatten(1).T.tolist()} <= colours
    assert torch.equal(first.image, again.image) and not torch.equal(first.image, other.image)
    assert first.trace.shape == (1, 1)
    assert seen == list(range(10, made.parameters.steps(20, 23) + 1))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (12, 2)])
def test_any_size_is_made(size):
    assert METHOD.stylize(task(content=size)).image.shape[2:] == size


def test_a_style_smaller_than_a_window_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"the style is 26x10 px.*window of 11 px.*at most 9") as failure:
        METHOD.stylize(task(style=(10, 26), window=11))
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("change", [{"window": 1}, {"window": 8}, {"tolerance": -1}, {"evaluations": 3}])
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(InputError, match=f"efros1999: {next(iter(change))}: "):
        METHOD.configure("paper", change)
