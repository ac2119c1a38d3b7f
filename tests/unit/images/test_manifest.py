"""data/images.yaml: mistakes in it are told before anything is made of it."""

import pytest
import yaml

from nstbench.core.errors import InputError
from nstbench.images.making import make_picture
from nstbench.images.manifest import load_manifest
from nstbench.images.painted import paint
from nstbench.images.pictures import read_picture
from nstbench.images.tensors import to_picture, to_tensor

PAINTED = {"painter": "brush", "seed": 1, "palette": "dusk"}


def entry(**origin):
    return {"title": "t", "author": "a", "licence": "CC0"} | origin


def famous(stand_in):
    return entry(url="https://example.org/famous.jpg", md5="0" * 32, stand_in=stand_in)


@pytest.fixture
def load(tmp_path):
    def load(**entries):
        file = tmp_path / "images.yaml"
        file.write_text(yaml.safe_dump(entries))
        return load_manifest(file)

    return load


def test_a_painting_is_made_as_it_says(load, tmp_path):
    manifest = load(ours=entry(painted=PAINTED | {"size": 40}), famous=famous("ours"), other=famous("famous"))
    assert manifest.available("other") == "ours"
    make_picture("ours", manifest["ours"], tmp_path / "ours.png")
    made = read_picture(tmp_path / "ours.png")
    assert to_picture(to_tensor(made)).tobytes() == paint("brush", 1, 40, palette="dusk").tobytes()


@pytest.mark.parametrize(
    ("painted", "complaint"),
    [
        ({"painter": "brush"}, "ours.painted.seed: Field required"),
        (PAINTED | {"seed": -1}, "seed -1 is not allowed"),
        (PAINTED | {"seed": "many"}, "ours.painted.seed: Input should be a valid integer"),
        (PAINTED | {"size": "large"}, "ours.painted.size: Input should be a valid integer"),
        (PAINTED | {"size": 8}, "size 8 is not allowed: pictures are 32 to 4096"),
        (PAINTED | {"painter": "crayon"}, "unknown painter 'crayon': allowed are brush"),
        (PAINTED | {"palette": "neon"}, "palette 'neon' of the painter 'brush' is not allowed"),
        (PAINTED | {"palette": 3}, "ours.painted.palette: Input should be a valid string"),
        (PAINTED | {"pallete": "dusk"}, "unknown parameter 'pallete' of the painter 'brush'"),
    ],
)
def test_what_cannot_be_painted_is_told(load, painted, complaint):
    with pytest.raises(InputError) as failure:
        load(ours=entry(painted=painted))
    assert "images.yaml: ours.painted" in str(failure.value)
    assert complaint in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ({"a": famous("a")}, "a.stand_in: 'a' leads to no picture"),
        ({"a": famous("b"), "b": famous("a")}, "b.stand_in: 'a' leads to no picture"),
        ({"a": famous("nobody")}, "a.stand_in: 'nobody' leads to no picture that is always here; name one"),
    ],
)
def test_stand_ins_lead_to_a_picture_that_is_here(load, entries, complaint):
    with pytest.raises(InputError) as failure:
        load(**entries)
    assert f"images.yaml: {complaint}" in str(failure.value)
