"""data/images.yaml: mistakes in it are told before anything is made of it."""

import pytest
import yaml

from nstbench.core.errors import InputError
from nstbench.images.fetching import fetch_picture
from nstbench.images.manifest import load_manifest

PROCEDURAL = {"painter": "brush", "seed": 1, "palette": "dusk"}


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


def test_the_file_of_a_picture_is_shipped_packaged_or_the_users(load, tmp_path, monkeypatch):
    manifest = load(
        ours=entry(file="pictures/ours.png", procedural=PROCEDURAL),
        cat=entry(package="chelsea"),
        famous=famous("ours"),
        other=famous("famous"),
    )
    assert manifest.file("ours") == tmp_path / "pictures" / "ours.png"
    assert manifest.file("cat").name == "chelsea.png" and manifest.file("cat").is_file()
    assert manifest.available("other") == "ours"
    with pytest.raises(
        InputError, match="'famous' is not in the folder NSTBENCH_DATA; run `nstbench fetch famous`"
    ):
        manifest.file("famous")
    own = tmp_path / "own"
    own.mkdir()
    (own / "famous.jpg").write_bytes(b"x")
    monkeypatch.setenv("NSTBENCH_DATA", str(own))
    assert manifest.file("famous") == own / "famous.jpg"
    assert manifest.available("other") == "famous"


@pytest.mark.parametrize(
    ("procedural", "complaint"),
    [
        ({"painter": "brush"}, "ours.procedural.seed: Field required"),
        (PROCEDURAL | {"seed": "many"}, "ours.procedural.seed: Input should be a valid integer"),
        (PROCEDURAL | {"size": "large"}, "ours.procedural.size: Input should be a valid integer"),
        (PROCEDURAL | {"palette": 3}, "ours.procedural.palette: Input should be a valid string"),
    ],
)
def test_what_no_program_could_have_painted_is_said(load, procedural, complaint):
    with pytest.raises(InputError) as failure:
        load(ours=entry(file="ours.png", procedural=procedural))
    assert f"images.yaml: {complaint}" in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("origin", "complaint"),
    [
        ({}, "give exactly one of package, file, url"),
        ({"package": "chelsea", "file": "a.png"}, "give exactly one of package, file, url"),
        ({"package": "chelsea", "procedural": PROCEDURAL}, "procedural belongs to a file"),
        ({"package": "dog"}, "unknown package photograph 'dog'; allowed: chelsea"),
        ({"file": "a.png", "stand_in": "b"}, "url and stand_in belong together"),
    ],
)
def test_a_picture_has_one_origin(load, origin, complaint):
    with pytest.raises(InputError, match=complaint):
        load(a=entry(**origin))


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


def test_a_users_own_picture_may_lie_in_a_folder_and_have_another_name(load, tmp_path, monkeypatch):
    manifest = load(
        ours=entry(file="ours.png"), town=famous("ours") | {"also_called": ["tubingen"]}, hill=famous("ours")
    )
    own = tmp_path / "own" / "contents"
    own.mkdir(parents=True)
    (own / "tubingen.jpg").write_bytes(b"x")
    (own / "another.jpg").write_bytes(b"x")
    monkeypatch.setenv("NSTBENCH_DATA", str(tmp_path / "own"))
    assert manifest.file("town") == own / "tubingen.jpg"
    assert manifest.available("hill") == "ours"
    # Another folder is looked into anew, and a picture's own name comes first.
    (own / "town.webp").write_bytes(b"x")
    monkeypatch.setenv("NSTBENCH_DATA", str(own))
    assert manifest.file("town") == own / "town.webp"


def test_a_picture_without_a_checksum_is_not_fetched(load, tmp_path):
    origin = famous("ours")
    del origin["md5"]
    manifest = load(ours=entry(file="ours.png"), wave=origin)
    with pytest.raises(
        InputError, match=r"put a copy of https://example.org/famous.jpg into NSTBENCH_DATA as wave"
    ):
        fetch_picture("wave", manifest["wave"], tmp_path)
    with pytest.raises(InputError, match="md5 and also_called belong to a url"):
        load(ours=entry(file="ours.png", also_called=["theirs"]))
