"""A film of a descent, read back with Pillow."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from nstbench.core.errors import InputError
from nstbench.optim.film import filmed


def grey(value):
    return torch.full((1, 3, 16, 16), value)


def test_a_film_has_a_frame_an_evaluation(tmp_path):
    film = tmp_path / "way.gif"
    with filmed(4, film) as snapshots:
        for done in range(1, 5):
            snapshots(done, grey(done / 5))
    with Image.open(film) as read:
        means = [np.asarray(frame.convert("L")).mean() for frame in ImageSequence.Iterator(read)]
    assert means == pytest.approx([51, 102, 153, 204], abs=2)


def test_a_descent_that_fails_leaves_no_film(tmp_path):
    film = tmp_path / "way.gif"
    with pytest.raises(ZeroDivisionError), filmed(2, film) as snapshots:
        snapshots(1, grey(0.5))
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_film_of_an_unknown_format_is_refused_before_the_descent(tmp_path):
    begun = False
    with pytest.raises(InputError, match=r"\.gif"), filmed(2, tmp_path / "way.avi"):
        begun = True
    assert not begun
