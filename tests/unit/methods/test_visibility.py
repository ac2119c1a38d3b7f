"""Every method of the registry with masks, regions and transparent pictures: as promised, or refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

import nstbench
from nstbench.api.sizing import plane
from nstbench.core.hardware import Hardware
from nstbench.images.tensors import to_tensor
from nstbench.methods import method, methods
from nstbench.methods.base import Task
from nstbench.methods.colour.preservation import STRATEGIES
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.methods.memory import check_memory
from nstbench.methods.styles import CONTENT, STYLE
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import lossless

SIDE = 32
KNOWING = ["adain2017", "gatys2015", "li2017", "novak2016", "pitie2007"]
DESCENTS = [
    (id, preset)
    for id, each in methods().items()
    for preset in each.presets
    if issubclass(each.parameters, GatysParameters)
]


def noise(number, channels=3):
    random = np.random.default_rng(number)
    small = Image.fromarray(random.integers(0, 256, (12, 12, 3), dtype=np.uint8))
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)).copy()


def half_hidden(number, colour):
    """The right half is `colour`, and transparent."""
    pixels = np.dstack([noise(number), np.full((SIDE, SIDE), 255, np.uint8)])
    pixels[:, SIDE // 2 :] = (*colour, 0)
    return Image.fromarray(pixels)


def mask(left=True):
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    pixels[:, : SIDE // 2] = 255
    return Image.fromarray(pixels if left else 255 - pixels)


def stylized(id, content, style=None, **asked):
    """By a method with few evaluations; the content is the style where it needs none."""
    known = method(id).parameters.model_fields
    quick = {"evaluations": 3, "weights": "embedded"}
    asked |= {name: value for name, value in quick.items() if name in known}
    style = style if method(id).needs_style else None
    picture = nstbench.stylize(
        content, style, method=id, size=SIDE, precision="fp32", device="cpu", **asked
    ).picture
    return np.asarray(picture)


PHOTO, PAINTING, OTHER = (Image.fromarray(noise(number)) for number in range(3))
BLACK, RED = (0, 0, 0), (255, 0, 0)


def test_the_methods_that_know_regions():
    assert [id for id, each in methods().items() if each.knows_regions] == KNOWING


@pytest.mark.parametrize("id", methods())
def test_what_hides_under_alpha_0_changes_no_picture(id):
    pictures = [stylized(id, half_hidden(0, colour), PAINTING) for colour in (BLACK, RED)]
    assert np.array_equal(*pictures)
    assert pictures[0].shape == (SIDE, SIDE, 4)
    assert np.array_equal(pictures[0][..., 3], np.asarray(mask()))


@pytest.mark.parametrize("id", methods())
def test_the_content_stays_where_a_mask_is_black(id):
    found = stylized(id, PHOTO, PAINTING, mask=mask())
    whole = stylized(id, PHOTO, PAINTING)
    right = np.s_[:, SIDE // 2 :]
    assert np.array_equal(found[right], np.asarray(PHOTO)[right])
    if not method(id).knows_regions:  # Nothing but what lies outside of the mask is another.
        left = np.s_[:, : SIDE // 2]
        assert np.array_equal(found[left], whole[left])


@pytest.mark.parametrize(
    ("id", "given"),
    [
        (id, given)
        for id, each in methods().items()
        for given in ("regions", "style_mask", "transparent style")
        if not each.knows_regions and (each.needs_style or given != "transparent style")
    ],
)
def test_what_a_method_would_not_look_at_is_refused_in_a_line(id, given):
    style, asked = PAINTING, {}
    match given:
        case "regions":
            asked = {"regions": [(mask(), OTHER)]}
        case "style_mask":
            asked = {"style_mask": mask()}
        case _:
            style = half_hidden(1, RED)
    with pytest.raises(nstbench.InputError) as refused:
        stylized(id, PHOTO, style, **asked)
    message = str(refused.value)
    assert "\n" not in message
    assert all(each in message for each in (id, *KNOWING))


@pytest.mark.parametrize("id", KNOWING)
def test_what_is_hidden_in_a_style_has_no_say(id):
    same = [stylized(id, PHOTO, half_hidden(1, colour)) for colour in (BLACK, RED)]
    assert np.array_equal(*same)
    differ = noise(1)
    differ[:, SIDE // 2 :] = RED
    # A mask of the style hides what it shows no less than alpha does, beyond what the network sees at once.
    masked = stylized(id, PHOTO, Image.fromarray(differ), style_mask=mask())
    whole = stylized(id, PHOTO, Image.fromarray(differ))
    assert not np.array_equal(masked, whole)


@pytest.mark.parametrize("id", KNOWING)
def test_a_region_has_a_style_of_its_own(id):
    asked = (
        {}
        if id in ("adain2017", "pitie2007")
        else {"style_layers": ["relu1_1", "relu1_2"], "optimiser": "adam"}
    )
    one, other = (
        stylized(id, PHOTO, PAINTING, regions=[(mask(), style)], **asked).astype(int)
        for style in (OTHER, PHOTO)
    )
    change = np.abs(one - other).sum(2)
    # AdaIN's decoder sees nearly all of so small a picture.
    far, times = (4, 10) if asked else (12, 2)
    assert change[:, : SIDE // 2 - far].mean() > times * change[:, SIDE // 2 + far :].mean()


@pytest.mark.parametrize(("id", "preset"), DESCENTS)
def test_a_loss_does_not_look_at_hidden_pixels(id, preset):
    """From the content, a descent leaves them as they are but where a filter of 5 x 5 px sees them."""
    recipe, hardware = method(id), Hardware(torch.device("cpu"), "fp32")
    layers = {"style_layers": {"relu1_1": 0.5, "relu1_2": 0.5}, "content_layers": {"relu1_2": 1.0}}
    if recipe.parameters.model_fields["content_layers"].default == {}:
        layers.pop("content_layers")
    changes = {"weights": "embedded", "preprocessing": None, "evaluations": 3, "scales": 1}
    changes |= {"optimiser": {"kind": "adam", "rate": 0.02}, "tv": {"form": "squared", "weight": 1.0}}
    content, style, visible = to_tensor(PHOTO), to_tensor(PAINTING), plane(mask())
    start = content + 0.1 * torch.rand(content.shape, generator=torch.Generator().manual_seed(0))
    task = Task(content, style, recipe.configure(preset, layers | changes), 0, hardware, start=start)
    whole = finish(recipe.outcome(task)).image
    found = finish(recipe.outcome(replace(task, visible={CONTENT: visible}))).image
    hidden = np.s_[..., SIDE // 2 + 2 :]
    assert torch.equal(found[hidden], start[hidden])
    assert not torch.equal(whole[hidden], start[hidden])
    assert not torch.equal(found[..., : SIDE // 2], start[..., : SIDE // 2])


@pytest.mark.parametrize("mode", STRATEGIES)
def test_colours_are_matched_with_what_is_visible(mode):
    """Hidden pixels have the mean colour; a style matched with them would be paler."""
    content, style = to_tensor(PHOTO), to_tensor(PAINTING)
    half, visible = SIDE // 2, plane(mask())
    hidden_content, hidden_style = content.clone(), style.clone()
    for picture in (hidden_content, hidden_style):
        picture[..., half:] = picture[..., :half].mean((2, 3), keepdim=True)
    seen = []

    async def stylize(task):
        seen.append(task.style[..., :half])
        return lossless(task.content, 0.0)

    parameters = method("gatys2015").configure("default", {"weights": "embedded"})
    hardware = Hardware(torch.device("cpu"), "fp32")
    cut_out = Task(content[..., :half], style[..., :half], parameters, 0, hardware)
    in_part = Task(hidden_content, hidden_style, parameters, 0, hardware)
    for task in (cut_out, replace(in_part, visible={CONTENT: visible, STYLE: visible})):
        finish(STRATEGIES[mode](stylize, task))
    torch.testing.assert_close(*seen, atol=1e-5, rtol=0)


def test_a_large_picture_needs_more_memory_with_regions_than_without(monkeypatch):
    """Features that others read by strips are read in full; a smaller picture is read in full anyway."""
    recipe, hardware = method("gatys2015"), Hardware(torch.device("cpu"), "fp32")
    parameters = recipe.configure("default", {"weights": "embedded"})
    for side, more in ((2048, True), (512, False)):
        picture = torch.zeros(1).expand(1, 3, side, side)
        part = picture[:, :1]
        task = Task(picture, picture, parameters, 0, hardware)
        needed = recipe.memory(parameters, (side, side), (side, side), hardware)
        monkeypatch.setattr("nstbench.methods.memory.free_memory", lambda device, free=1.1 * needed: free)
        check_memory(recipe, task)
        in_parts = replace(task, regions={"style": part, "region 1": part})
        if more:
            with pytest.raises(nstbench.InputError, match=r"a size of \d+ fits"):
                check_memory(recipe, in_parts)
        else:
            check_memory(recipe, in_parts)
