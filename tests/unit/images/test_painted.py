"""Our own pictures: the same on every call, of one geometry in every season and light, rich in texture."""

import numpy as np
import pytest
from scipy import ndimage

from nstbench.core.errors import InputError
from nstbench.images.painted import PAINTERS, paint
from nstbench.images.painted.geometry import draw_geometry
from nstbench.images.painted.layers import Geometry, Label
from nstbench.images.painted.rendering import render
from nstbench.images.painted.seasons import LIGHTS

SIZE = 96
RENDERINGS = sorted(LIGHTS)


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    return draw_geometry(np.random.default_rng(8), 2 * SIZE)


@pytest.mark.parametrize("painter", PAINTERS)
def test_a_picture_is_square_rgb_and_the_same_on_every_call(painter: str) -> None:
    picture = paint(painter, 3, SIZE)
    assert picture.shape == (SIZE, SIZE, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, paint(painter, 3, SIZE))


@pytest.mark.parametrize("painter", PAINTERS)
def test_another_seed_gives_another_picture(painter: str) -> None:
    difference = paint(painter, 1, SIZE).astype(float) - paint(painter, 2, SIZE)
    assert np.abs(difference).mean() > 5


@pytest.mark.parametrize("painter", PAINTERS)
def test_most_of_a_picture_has_texture_and_uses_the_range_of_values(painter: str) -> None:
    grey = paint(painter, 1, SIZE).mean(axis=-1)
    spread = np.sqrt(np.maximum(ndimage.uniform_filter(grey**2, 9) - ndimage.uniform_filter(grey, 9) ** 2, 0))
    assert (spread > 4).mean() > 0.6
    assert np.ptp(np.quantile(grey, [0.01, 0.99])) > 100


@pytest.mark.parametrize("palette", ["night", "dusk", "meadow"])
def test_the_palettes_of_the_brush_are_told_apart_by_their_colours(palette: str) -> None:
    red, _, blue = paint("brush", 1, SIZE, palette=palette).reshape(-1, 3).mean(axis=0)
    assert (blue > red) == (palette == "night")


def test_a_picture_keeps_its_composition_at_another_size() -> None:
    small = paint("scene", 8, SIZE).astype(float)
    large = paint("scene", 8, 2 * SIZE).reshape(SIZE, 2, SIZE, 2, 3).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.8


def test_a_scene_has_sky_water_trees_and_a_village(geometry: Geometry) -> None:
    assert set(np.unique(geometry.label)) == {int(label) for label in Label}
    assert 0.1 < (geometry.label == Label.SKY).mean() < 0.5


@pytest.mark.parametrize(("season", "light"), RENDERINGS)
def test_rendering_leaves_the_geometry_alone(geometry: Geometry, season: str, light: str) -> None:
    before = {name: values.copy() for name, values in vars(geometry).items()}
    render(geometry, season, light)
    assert all(np.array_equal(before[name], values) for name, values in vars(geometry).items())


@pytest.mark.parametrize(("season", "light"), RENDERINGS)
def test_every_rendering_has_its_edges_where_the_labels_change(
    geometry: Geometry, season: str, light: str
) -> None:
    grey = render(geometry, season, light).mean(axis=-1)
    contrast = ndimage.gaussian_gradient_magnitude(grey, 0.7)
    edges = ndimage.maximum_filter(geometry.label, 3) != ndimage.minimum_filter(geometry.label, 3)
    assert contrast[edges].mean() > 1.5 * contrast[~edges].mean()


def test_night_is_darker_and_bluer_and_winter_day_is_paler() -> None:
    day, night = (
        paint("scene", 8, SIZE, light=light).reshape(-1, 3).mean(axis=0) for light in ("day", "night")
    )
    winter = paint("scene", 8, SIZE, season="winter").reshape(-1, 3).mean(axis=0)
    assert night.mean() < 0.6 * day.mean()
    assert night[2] / night[0] > day[2] / day[0]
    assert winter.mean() > day.mean()


@pytest.mark.parametrize(
    ("arguments", "parameters", "told"),
    [
        (("crayon", 1), {}, "crayon"),
        (("scene", 1), {"season": "spring"}, "spring"),
        (("scene", 1), {"weather": "rain"}, "weather"),
        (("dots", 1), {"palette": "night"}, "palette"),
        (("dots", 1, 8), {}, "8"),
        (("dots", -1), {}, "-1"),
    ],
)
def test_bad_input_is_told_in_one_line(
    arguments: tuple[str, int], parameters: dict[str, str], told: str
) -> None:
    with pytest.raises(InputError, match=told) as caught:
        paint(*arguments, **parameters)
    assert "\n" not in str(caught.value)
