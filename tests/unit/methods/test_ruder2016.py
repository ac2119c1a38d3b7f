"""Frames in keeping with the ones before: less flicker, by descent and by one pass."""

from pathlib import Path

import pytest
import torch

from nstbench.core.errors import InputError
from nstbench.core.hardware import resolve
from nstbench.images.pictures import load_picture
from nstbench.images.rendered_clip import render_clip
from nstbench.images.tensors import to_tensor
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.ruder2016.sequence import Sequence
from nstbench.metrics.warping_error import warping_error

PICTURES = Path(__file__).parents[3] / "data" / "pictures"
SIZE, FRAMES = 32, 3
# Descents start from noise here: by itself, each frame is another picture.
DESCENT = {"weights": "embedded", "evaluations": 6, "init": "noise"}


def clip_of(size):
    scene, ball = (
        to_tensor(load_picture(PICTURES / f"{name}.png", 128)) for name in ("valley_summer", "facets")
    )
    return render_clip(scene, ball, FRAMES, size, seed=1)


@pytest.fixture(scope="module")
def clip():
    return clip_of(SIZE)


@pytest.fixture(scope="module")
def style():
    return to_tensor(load_picture(PICTURES / "whirling_night.png", SIZE))


def stylized(clip, style, name, strength, changes, frames=slice(None), before=None):
    recipe = method(name)
    parameters = recipe.configure(recipe.default_preset, changes)
    sequence = Sequence(recipe, strength, before)
    outcomes = [
        sequence.stylize(Task(frame, style, parameters, 0, resolve("cpu", "fp32")))
        for frame in clip.frames[frames]
    ]
    return outcomes, sequence


def flicker(clip, outcomes):
    images = [outcome.image.clamp(0, 1) for outcome in outcomes]
    errors = [
        warping_error(images[number], images[number - 1], clip.flows[number - 1], clip.seen[number - 1])
        for number in range(1, FRAMES)
    ]
    return sum(errors) / len(errors)


@pytest.mark.parametrize(
    ("name", "changes", "size"),
    [
        ("gatys2015", DESCENT, 48),
        ("adain2017", {}, 80),
        ("johnson2016", {}, 80),
    ],
)
def test_the_warping_error_is_at_most_half_of_frame_by_frame(style, name, changes, size):
    clip = clip_of(size)
    alone, _ = stylized(clip, style, name, 0, changes)
    kept, _ = stylized(clip, style, name, 1, changes)
    assert flicker(clip, kept) < 0.5 * flicker(clip, alone)
    assert torch.equal(kept[0].image, alone[0].image)


def test_later_frames_descend_with_half_of_the_evaluations_and_a_temporal_loss(clip, style):
    kept, _ = stylized(clip, style, "gatys2015", 1, DESCENT, slice(2))
    assert [len(outcome.trace) for outcome in kept] == [6, 3]
    assert "temporal" not in kept[0].terms
    assert kept[1].terms[-1] == "temporal"


def test_a_sequence_goes_on_after_the_frame_that_it_is_given(clip, style):
    whole, _ = stylized(clip, style, "gatys2015", 1, DESCENT, slice(3))
    _, half = stylized(clip, style, "gatys2015", 1, DESCENT, slice(2))
    rest, _ = stylized(clip, style, "gatys2015", 1, DESCENT, slice(2, 3), half.before)
    assert torch.equal(whole[2].image, rest[0].image)


def test_several_scales_are_for_the_first_frame(clip, style):
    kept, _ = stylized(clip, style, "gatys2015", 1, DESCENT | {"scales": 2}, slice(2))
    assert kept[1].image.shape == (1, 3, SIZE, SIZE)
    assert [len(outcome.trace) for outcome in kept] == [6, 3]


def test_kept_colours_are_kept_in_every_frame(clip, style):
    kept, _ = stylized(clip, style, "gatys2015", 1, DESCENT | {"preserve_colour": "luminance"}, slice(2))
    for frame, outcome in zip(clip.frames, kept, strict=False):
        chroma = (frame[:, 0] - frame[:, 2]) - (outcome.image[:, 0] - outcome.image[:, 2])
        assert chroma.abs().median() < 0.02


@pytest.mark.parametrize("strength", [-1, float("nan"), 1e6])
def test_a_strength_out_of_range_is_refused(strength):
    with pytest.raises(InputError, match="allowed: 0"):
        Sequence(method("gatys2015"), strength)
