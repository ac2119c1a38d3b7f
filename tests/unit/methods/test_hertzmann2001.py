"""Image analogies against loops over all pixels, and analogies whose answer is known."""

import numpy as np
import pytest
import torch
from pixel_loops import around, before, distance, noise, places, quietly, search_exactly

from nstbench.core.errors import InputError
from nstbench.methods.base import Task
from nstbench.methods.hertzmann2001.analogy import AROUND, BEFORE, analogy, fill
from nstbench.methods.hertzmann2001.method import METHOD
from nstbench.methods.wei2000.neighbourhoods import Layer


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.mark.parametrize("kappa", [0.0, 0.7, 5.0])
def test_a_level_is_what_a_loop_in_the_order_of_reading_makes(random, monkeypatch, kappa):
    search_exactly(monkeypatch)
    a, filtered, b = noise(random, 5, 6, 1), noise(random, 5, 6, 3), noise(random, 5, 6, 1)
    made = noise(random, 5, 6, 3)
    expected, source, coherent = made.copy(), {}, 0
    for here in places(expected):

        def cost(there, here=here):
            own = 2 * distance(b, here, a, there, around(2), 2)
            return own + distance(expected, here, filtered, there, before(2), 2)

        chosen = min(places(filtered), key=cost)
        neighbours = [(y, x) for y, x in before(2) if (here[0] + y, here[1] + x) in source]
        froms = [(source[here[0] + y, here[1] + x], (y, x)) for y, x in neighbours]
        continued = [(row - y, column - x) for (row, column), (y, x) in froms]
        continued = [place for place in continued if place in places(filtered)]
        if continued:
            best = min(continued, key=cost)
            if cost(best) <= (1 + kappa) * cost(chosen) * (1 + 1e-6):
                chosen, coherent = best, coherent + 1
        source[here], expected[here] = chosen, filtered[chosen]
    known = [Layer(a, AROUND, weight=2), Layer(filtered, BEFORE)]
    wanted = [Layer(b, AROUND, weight=2), Layer(made, BEFORE)]
    _, share = fill(made, filtered, wanted, known, 1 + kappa, quietly)
    assert (made == expected).all()
    assert share == pytest.approx(coherent / 30)


def last(levels):
    *_, found = levels
    return found


def test_the_unfiltered_example_itself_becomes_the_filtered_one(random):
    a, filtered = noise(random, 24, 20, 1), noise(random, 24, 20, 3)
    made, cost, _ = last(analogy(a, filtered, a, 1, 0.0, 1.0, quietly))
    assert (made == filtered).all()
    assert cost == 0


def test_what_was_done_to_one_half_of_a_picture_is_done_to_the_other(random):
    smooth = np.sin(np.indices((24, 48)).sum(0) / 3)[..., None].astype(np.float32) / 2 + 0.5
    negative = np.repeat(1 - smooth, 3, 2)
    made, *_ = last(analogy(smooth[:, :24], negative[:, :24], smooth[:, 24:], 2, 0.5, 1.0, quietly))
    assert np.abs(made - negative[:, 24:]).mean() < 0.05


def test_kappa_makes_pieces_larger(random, monkeypatch):
    search_exactly(monkeypatch)
    a, filtered, b = noise(random, 20, 20, 1), noise(random, 20, 20, 3), noise(random, 20, 20, 1)
    shares = [last(analogy(a, filtered, b, 1, kappa, 1.0, quietly))[2] for kappa in (0.0, 1.0, 20.0)]
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > 0.95


def task(content=(20, 23), style=(17, 26), watch=None, others=None, preset="texture", **changes):
    random = np.random.default_rng(1)
    images = (torch.from_numpy(noise(random, 1, 3, *size)) for size in (content, style))
    parameters = METHOD.configure(preset, changes)
    return Task(*images, parameters, 0, METHOD.hardware(), watch, others=others or {})


def test_a_picture_has_the_content_s_size_and_the_style_s_pixels():
    seen = []
    made = task(watch=lambda done, loss: seen.append(done))
    outcome = METHOD.stylize(made)
    assert outcome.image.shape == made.content.shape
    colours = {tuple(colour) for colour in made.style[0].flatten(1).T.tolist()}
    assert {tuple(colour) for colour in outcome.image[0].flatten(1).T.tolist()} <= colours
    assert outcome.trace.shape == (2, 1) and 0 <= outcome.facts["coherent_share"] <= 1
    assert max(seen) == seen[-1] == made.parameters.steps(20, 23)
    assert torch.equal(outcome.image, METHOD.stylize(task()).image)


def test_dark_and_bright_of_a_content_find_dark_and_bright_pieces():
    """A texture of much less contrast still has a darker and a brighter half."""
    made = task(content=(32, 32), style=(32, 32))
    made.content[:] = torch.linspace(0, 1, 32).ge(0.5).float()
    made.style[:] = 0.5 + 0.02 * made.style
    made.style[:, :, 16:] += 0.1
    columns = METHOD.stylize(made).image.mean((0, 1, 2))
    assert columns[:14].max() < 0.56 < columns[18:].min()


def test_smoothing_makes_the_example_s_unfiltered_self():
    """Rough where the smoothed example is as dark, the result has the roughness that the content lacks."""
    made = task(content=(32, 32), style=(32, 32), smoothing=2.0)
    made.content[:] = torch.linspace(0.3, 0.7, 32)
    rough = METHOD.stylize(made).image
    assert rough.diff(dim=3).abs().mean() > 5 * made.content.diff(dim=3).abs().mean()


def test_another_picture_may_be_the_unfiltered_example():
    named = METHOD.configure("texture", {"unfiltered": "summer"})
    assert named.other_pictures() == ("summer",)
    made = task(unfiltered="summer", content=(17, 26), others={"summer": torch.rand(1, 3, 17, 26)})
    made.content[:] = made.others["summer"]
    assert torch.equal(METHOD.stylize(made).image, made.style)


def test_an_unfiltered_example_of_another_size_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"unfiltered picture is 9x8 px and the style 26x17 px") as failure:
        METHOD.stylize(task(unfiltered="summer", others={"summer": torch.rand(1, 3, 8, 9)}))
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("change", [{"kappa": -1}, {"weight": -1}, {"levels": 9}, {"evaluations": 3}])
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(InputError, match=f"hertzmann2001: {next(iter(change))}: "):
        METHOD.configure("texture", change)


def test_two_unfiltered_examples_are_refused():
    with pytest.raises(InputError, match="unfiltered and smoothing are both given; leave one of them out"):
        METHOD.configure("texture", {"unfiltered": "summer", "smoothing": 1})
