"""Our own pictures: the same on every call, of one geometry in every season and light, rich in texture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from nstbench.core.errors import InputError
from nstbench.images.demo import DEMO_SIZE, demo_pair
from nstbench.images.manifest import load_manifest
from nstbench.images.pictures import load_picture
from nstbench.pipeline.project import CHECKOUT
from painting import __main__ as program
from painting.geometry import draw_geometry
from painting.layers import Geometry, Label
from painting.painters import PAINTERS, check_painting, paint
from painting.rendering import render
from painting.seasons import LIGHTS
from painting.studies import paint_studies

MANIFEST = load_manifest(CHECKOUT / "data" / "images.yaml")
PROCEDURAL = {name: entry for name, entry in MANIFEST.root.items() if entry.procedural}

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


def test_studies_differ_from_each_other_more_than_pictures_of_any_other_painter() -> None:
    """In the mean colour, which a palette decides, and in how fine a picture is, which a hand does."""

    def spreads(painter: str) -> tuple[float, float]:
        pictures = np.stack([paint(painter, seed, 64) for seed in range(16)]).astype(float)
        fine = np.abs(np.diff(pictures.mean(-1), axis=2)).mean((1, 2))
        return pictures.mean((1, 2)).std(0).mean(), fine.std() / fine.mean()

    colours, textures = spreads("study")
    for painter in ("dots", "facets", "mosaic", "waves", "composition"):
        others = spreads(painter)
        assert colours > 3 * others[0]
        assert textures > 3 * others[1]


def test_studies_that_are_there_stay(tmp_path: Path) -> None:
    paint_studies(tmp_path, 2)
    first, second = sorted(tmp_path.iterdir())
    first.write_bytes(b"mine")
    second.unlink()
    paint_studies(tmp_path, 2)
    assert first.read_bytes() == b"mine"
    assert np.array_equal(np.asarray(Image.open(second)), paint("study", 1, 256))


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
        (("brush", 1, 8), {}, "size 8 is not allowed: pictures are 32 to 4096"),
        (("crayon", 1), {}, "unknown painter 'crayon': allowed are brush"),
        (("brush", 1), {"palette": "neon"}, "palette 'neon' of the painter 'brush' is not allowed"),
        (("brush", 1), {"pallete": "dusk"}, "unknown parameter 'pallete' of the painter 'brush'"),
    ],
)
def test_bad_input_is_told_in_one_line(
    arguments: tuple[str, int], parameters: dict[str, str], told: str
) -> None:
    with pytest.raises(InputError, match=told) as caught:
        paint(*arguments, **parameters)
    assert "\n" not in str(caught.value)


# One quick picture of each kind: a painting, a print, and a scene.
@pytest.mark.parametrize("name", ["composition", "dotted_bank", "training_scene_3"])
def test_the_program_paints_the_shipped_bytes_again(name: str, tmp_path: Path, monkeypatch) -> None:
    manifest = load_manifest(CHECKOUT / "data" / "images.yaml")
    shipped = manifest.file(name).read_bytes()
    manifest._folder = tmp_path
    program.repaint(manifest, [name])
    assert manifest.file(name).is_relative_to(tmp_path)
    assert manifest.file(name).read_bytes() == shipped


@pytest.mark.parametrize("name", PROCEDURAL)
def test_every_procedural_picture_ships_and_its_painter_takes_its_parameters(name: str) -> None:
    procedural = PROCEDURAL[name].procedural
    assert procedural is not None
    check_painting(**procedural.model_dump())
    with Image.open(MANIFEST.file(name)) as picture:
        assert (picture.size, picture.mode) == ((procedural.size, procedural.size), "RGB")


def test_nothing_ships_that_the_manifest_does_not_name() -> None:
    shipped = {MANIFEST.file(name) for name, entry in MANIFEST.root.items() if entry.file}
    assert shipped == set((CHECKOUT / "data" / "pictures").rglob("*.*"))


def test_the_pictures_of_the_demo_are_shipped_ones_scaled_down() -> None:
    for copy in demo_pair():
        shipped = load_picture(MANIFEST.file(copy.stem), DEMO_SIZE)
        with Image.open(copy) as picture:
            assert np.array_equal(picture, shipped)
        assert copy.stat().st_size < 250_000


@pytest.mark.parametrize("name", ["chelsea", "neckarfront", "nobody"])
def test_only_procedural_pictures_are_painted(name: str, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["painting", name])
    with pytest.raises(SystemExit, match=f"painting: '{name}' is not a procedural picture; allowed: valley"):
        program.main()
