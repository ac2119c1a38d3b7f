"""What people ask of their own pictures, in Python."""

import os

import numpy as np
import pytest
import torch
from PIL import Image

import nstbench
from nstbench.api.inputs import Pictures, prepare
from nstbench.api.outputs import names_for
from nstbench.api.settings import Settings
from nstbench.core.hardware import Hardware
from nstbench.losses.gram import gram
from nstbench.losses.objective import Objective
from nstbench.methods.gatys2015.algorithm import terms_of

QUICK = {"size": 32, "evaluations": 3, "precision": "fp32", "device": "cpu", "weights": "embedded"}


def pixels(picture):
    return np.asarray(picture.convert("RGB"), float)


@pytest.fixture
def transparent(tmp_path):
    """Pictures that are the same but for the colour of what is hidden, the right half."""
    random = np.random.default_rng(0).integers(0, 256, (32, 32, 4), dtype=np.uint8)
    random[..., 3] = 255
    files = []
    for colour in (0, 255):
        random[:, 16:] = (colour, colour, colour, 0)
        files.append(tmp_path / f"hidden{colour}.png")
        Image.fromarray(random).save(files[-1])
    return files


@pytest.fixture
def left(tmp_path):
    """A mask whose left half is white, of the photo's shape."""
    mask = Image.new("L", (48, 32))
    mask.paste(255, (0, 0, 24, 32))
    mask.save(tmp_path / "left.png")
    return tmp_path / "left.png"


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_transparency_comes_back_and_what_is_hidden_plays_no_part(transparent, painting, tmp_path, suffix):
    outs = [tmp_path / f"{number}{suffix}" for number in range(2)]
    found = [
        nstbench.stylize(file, painting, out, **QUICK) for file, out in zip(transparent, outs, strict=True)
    ]
    assert np.array_equal(np.asarray(found[0].picture), np.asarray(found[1].picture))
    alpha = Image.open(outs[0]).convert("RGBA").getchannel("A")
    assert np.array_equal(np.asarray(alpha), np.asarray(Image.open(transparent[0]).getchannel("A")))
    found[0].save(tmp_path / "flat.jpg")
    assert pixels(Image.open(tmp_path / "flat.jpg"))[:, 20:].min() > 250


def test_a_style_is_only_what_of_it_is_visible(photo, transparent):
    first, second = (nstbench.stylize(photo, style, **QUICK).picture for style in transparent)
    assert np.array_equal(pixels(first), pixels(second))


def test_the_content_stays_where_the_mask_is_black(photo, painting, left):
    found = pixels(nstbench.stylize(photo, painting, mask=left, **QUICK).picture)
    content = pixels(Image.open(photo).resize((32, 21), Image.Resampling.BICUBIC))
    assert np.array_equal(found[:, 17:], content[:, 17:])
    assert not np.array_equal(found[:, :15], content[:, :15])


def test_a_region_is_drawn_to_its_own_style(photo, painting, left, narrow_vgg):
    """The losses of two regions, against Gram matrices of the halves of each layer."""
    other = Image.new("RGB", (40, 40), "teal")
    settings = Settings(size=48, content_layers=["relu1_2"], style_layers=["relu1_1"])
    prepared = prepare(Pictures(photo, painting, regions=[(left, other)]), settings)
    task = prepared.task(settings.parameters(), 0, Hardware(torch.device("cpu"), "fp32"))
    terms = [term for term in terms_of(task, narrow_vgg.float()) if term.name.startswith("style")]
    assert [(term.name, term.weight) for term in terms] == [("style/relu1_1", 0.5), ("style 2/relu1_1", 0.5)]

    def features(image):
        return narrow_vgg(image, ["relu1_1"])["relu1_1"]

    losses = Objective(narrow_vgg, terms)(task.content)[1:]
    of_content = features(task.content)
    halves = of_content[..., 24:], of_content[..., :24]
    styles = task.style, task.others["region 1"]
    for found, half, style in zip(losses, halves, styles, strict=True):
        expected = (gram(half) - gram(features(style))).square().sum() / (4 * of_content.shape[1] ** 2)
        torch.testing.assert_close(found, expected)


def test_a_blend_pulls_like_the_mean_of_its_gram_matrices(photo, painting, tmp_path, narrow_vgg):
    other = tmp_path / "other.png"
    Image.new("RGB", (40, 40), "teal").save(other)
    settings = Settings(size=32, content_layers=["relu1_2"], style_layers=["relu1_1"])
    prepared = prepare(Pictures(photo, painting, {str(other): 0.25}), settings)
    parameters = settings.parameters(blend={str(other): 0.25})
    task = prepared.task(parameters, 0, Hardware(torch.device("cpu"), "fp32"))
    network = narrow_vgg.float()
    terms = [term for term in terms_of(task, network) if term.name.startswith("style")]
    image = task.content.clone().requires_grad_()
    (found,) = torch.autograd.grad(Objective(network, terms)(image)[0], image)
    of_styles = [
        gram(network(style, ["relu1_1"])["relu1_1"]) for style in (task.style, *task.others.values())
    ]
    features = network(image, ["relu1_1"])["relu1_1"]
    mean = 0.75 * of_styles[0] + 0.25 * of_styles[1]
    loss = (gram(features) - mean).square().sum() / (4 * features.shape[1] ** 2)
    (expected,) = torch.autograd.grad(loss, image)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-9)


def test_weights_are_factors_of_which_only_the_ratio_counts():
    usual = Settings().parameters()
    assert Settings(style_weight=4).parameters().alpha == usual.alpha / 4
    assert Settings(content_weight=4).parameters().alpha == usual.alpha * 4
    assert Settings(style_weight=3, content_weight=3).parameters().alpha == pytest.approx(usual.alpha)
    assert Settings(tv=2, style_weight=4).parameters().tv.weight == 0.5
    layers = Settings(style_layers={"relu1_1": 1, "relu2_1": 3}).parameters().style_layers
    assert layers == {"relu1_1": 0.25, "relu2_1": 0.75}
    adam = Settings(optimiser="adam").parameters().optimiser
    assert (adam.kind, adam.rate) == ("adam", 0.02)


def test_a_descent_starts_from_any_picture(photo, painting):
    """One evaluation is spent on the start itself."""
    start = Image.new("RGB", (7, 5), "orange")
    found = nstbench.stylize(photo, painting, start=start, **{**QUICK, "evaluations": 1}).picture
    assert np.array_equal(pixels(found), pixels(start.resize((32, 21))))


@pytest.mark.parametrize(
    ("given", "settings", "expected"),
    [
        ((48, 32), {"size": "original"}, (48, 32)),
        ((48, 32), {"size": 32, "side": "shortest"}, (48, 32)),
        ((640, 2), {"size": 64}, (64, 1)),
        ((2, 640), {"size": 64}, (1, 64)),
    ],
)
def test_sizes_are_the_longest_side_the_shortest_or_the_contents_own(painting, given, settings, expected):
    content = Image.new("RGB", given, "olive")
    made = nstbench.stylize(content, painting, **{**QUICK, "evaluations": 2, **settings})
    assert made.picture.size == expected
    assert made.summary["size"] == list(expected)


def test_a_narrow_style_is_read_by_its_short_side(photo):
    style = Image.fromarray(np.random.default_rng(0).integers(0, 256, (4, 300, 3), dtype=np.uint8))
    task = prepare(Pictures(photo, style), Settings(size=64)).task(
        Settings().parameters(), 0, Hardware(torch.device("cpu"), "fp32")
    )
    assert task.style.shape[-2:] == (16, 1200)
    scaled = prepare(Pictures(photo, Image.new("RGB", (50, 40))), Settings(size=64, style_scale=0.5))
    assert scaled.style.shape[-2:] == (26, 32)


@pytest.mark.parametrize("scales", [1, 2])
def test_a_stopped_run_keeps_its_picture_and_goes_on_as_if_nothing_had_been(
    photo, painting, tmp_path, scales
):
    asked = {**QUICK, "evaluations": 8, "scales": scales, "size": 32 * scales}
    whole = nstbench.stylize(photo, painting, **asked)
    seen, out = [], tmp_path / "out.png"
    stopped = nstbench.stylize(
        photo, painting, out, show=seen.append, stop=lambda: seen[-1].evaluations >= 3, **asked
    )
    assert stopped.summary["stopped_after"] == 3
    assert np.array_equal(pixels(Image.open(out)), pixels(seen[-1].picture))
    gone_on = nstbench.stylize(photo, painting, out, resume=True, **asked)
    assert np.array_equal(pixels(gone_on.picture), pixels(whole.picture))
    assert [file.name for file in tmp_path.glob("out*")] == ["out.png"]


def test_another_run_does_not_go_on_from_a_stopped_one(photo, painting, tmp_path):
    out = tmp_path / "out.png"
    with pytest.raises(nstbench.InputError, match="there is no stopped run"):
        nstbench.stylize(photo, painting, out, resume=True, **QUICK)
    nstbench.stylize(photo, painting, out, stop=lambda: True, **QUICK)
    with pytest.raises(nstbench.InputError, match="of other pictures or settings"):
        nstbench.stylize(photo, painting, out, resume=True, **{**QUICK, "seed": 1})


def test_pictures_on_the_way_are_numbered(photo, painting, tmp_path):
    nstbench.stylize(photo, painting, tmp_path / "out.png", save_every=2, **{**QUICK, "evaluations": 5})
    assert sorted(file.name for file in tmp_path.glob("out*")) == [
        "out-00002.png",
        "out-00004.png",
        "out.png",
    ]


def test_no_picture_is_overwritten_that_the_result_is_made_from(photo, painting, tmp_path):
    before = photo.read_bytes()
    (tmp_path / "link.png").symlink_to(photo)
    for out in (photo, tmp_path / "link.png", tmp_path / "." / "photo.png"):
        with pytest.raises(nstbench.InputError, match="overwrite"):
            nstbench.stylize(photo, painting, out, **QUICK)
    assert photo.read_bytes() == before
    nstbench.stylize(photo, painting, tmp_path / "link.png", overwrite=True, **QUICK)
    assert (tmp_path / "link.png").is_symlink()
    assert photo.read_bytes() != before


def test_results_of_several_pictures_never_share_a_name(tmp_path):
    contents = [tmp_path / name for name in ("a.png", "b/A.PNG", "b/a-2.png", "a.gif", "b/a.jpg")]
    names = [file.name for file in names_for(contents, tmp_path / "out")]
    assert names == ["a.png", "A-2.PNG", "a-2-2.png", "a-3.png", "a.jpg"]
    assert len({name.casefold() for name in names}) == len(names)


def test_a_bad_picture_among_several_is_skipped_and_told(photo, painting, tmp_path, caplog):
    photos = tmp_path / "photos"
    photos.mkdir()
    os.link(photo, photos / "good.png")
    (photos / "bad.jpg").write_bytes(b"no picture")
    (photos / "notes.txt").write_text("not looked at")
    batch = nstbench.stylize_all(photos, painting, tmp_path / "out", **QUICK)
    assert [*batch.written] == [tmp_path / "out" / "good.png"]
    assert [*batch.skipped] == [photos / "bad.jpg"]
    assert "skipped" in caplog.text
    with pytest.raises(nstbench.InputError, match="no file fits"):
        nstbench.stylize_all(photos / "*.webp", painting, tmp_path / "out", **QUICK)


def test_several_pictures_go_on_where_they_were_stopped(photo, painting, tmp_path):
    files = [tmp_path / f"{name}.png" for name in "abc"]
    for file in files:
        os.link(photo, file)
    out = tmp_path / "out"
    first = nstbench.stylize_all(files[:1], painting, out, **QUICK)
    before = (out / "a.png").stat().st_mtime_ns
    nstbench.stylize_all(files[1:], painting, out, stop=lambda: True, **QUICK)
    assert sorted(file.name for file in out.iterdir()) == ["a.png", "b.png", "b.png.stopped"]
    batch = nstbench.stylize_all(files, painting, out, resume=True, **QUICK)
    assert [file.name for file in batch.written] == ["b.png", "c.png"]
    assert sorted(file.name for file in out.iterdir()) == ["a.png", "b.png", "c.png"]
    assert (out / "a.png").stat().st_mtime_ns == before
    (made,) = first.written.values()
    assert np.array_equal(pixels(Image.open(out / "b.png")), pixels(made.picture))


def test_jpeg_is_good_and_metadata_are_kept_on_request(photo, painting, tmp_path):
    camera = Image.Exif()
    camera[271], camera[274] = "A camera", 6
    Image.open(photo).save(tmp_path / "camera.jpg", exif=camera)
    out = tmp_path / "out.jpg"
    made = nstbench.stylize(tmp_path / "camera.jpg", painting, out, metadata=True, **QUICK)
    with Image.open(out) as saved:
        assert saved.getexif()[271] == "A camera"
        assert saved.getexif().get(274, 1) == 1
        error = pixels(saved) - pixels(made.picture)
    assert 10 * np.log10(255**2 / np.square(error).mean()) > 35
    made.save(tmp_path / "worse.jpg", quality=50)
    assert (tmp_path / "worse.jpg").stat().st_size < out.stat().st_size
    nstbench.stylize(tmp_path / "camera.jpg", painting, out, **QUICK)
    assert not Image.open(out).getexif()


@pytest.mark.parametrize("given", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("made", ["jpg", "png", "webp", "tif"])
def test_date_camera_and_place_are_kept_on_request_in_every_format(photo, painting, tmp_path, given, made):
    """Upright without its tag of orientation, and no tag that says how another file is laid out."""
    camera = Image.Exif()
    camera[271], camera[274], camera[306] = "A camera", 6, "2020:01:02 03:04:05"
    camera.get_ifd(34665)[33434] = (1, 125)
    camera.get_ifd(34853).update({1: "N", 2: (48.0, 30.0, 0.0)})
    file, out = tmp_path / f"camera.{given}", tmp_path / f"out.{made}"
    Image.open(photo).save(file, exif=camera.tobytes())
    asked = {**QUICK, "evaluations": 1}
    nstbench.stylize(file, painting, out, metadata=True, **asked)
    with Image.open(out) as saved:
        assert saved.size == (21, 32)
        found = saved.getexif()
        assert (found[271], found[306], found.get(274, 1)) == ("A camera", "2020:01:02 03:04:05", 1)
        assert found.get_ifd(34665)[33434] == (1, 125)
        assert found.get_ifd(34853)[2] == (48.0, 30.0, 0.0)
        assert made == "tif" or not {256, 257, 273, 279} & set(found)
    nstbench.stylize(file, painting, out, overwrite=True, **asked)
    with Image.open(out) as saved:
        assert 271 not in saved.getexif()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sizes": 32}, "sizes: no such setting; allowed: method, size"),
        ({"size": "large"}, "size 'large': allowed: 16 to 8192 pixels, or 'original'"),
        ({"size": None}, "size None"),
        ({"style_weight": 0}, "style_weight 0: Input should be greater than 0"),
        ({"style_weight": "much"}, "style_weight 'much'"),
        ({"method": 3}, "method 3"),
        ({"out": 3}, "out 3: this is no path"),
        ({"settings": {"size": 3}}, "settings: of type dict"),
        ({"resume": True}, "give out"),
        ({"save_every": 0, "out": "out.png"}, "save_every 0: allowed: 1 evaluation or more"),
        ({"method": "adain2017", "weights": None}, "evaluations: adain2017 has none"),
        (
            {"method": "chen2016", "evaluations": None, "weights": None, "style_mask": "left.png"},
            "style_mask: chen2016 knows",
        ),
        ({"mask": np.zeros((21, 32, 3), np.uint8)}, "mask: the mask is black everywhere"),
        ({"mask": np.zeros((40, 32, 3), np.uint8)}, "another shape than its picture"),
        ({"style_layers": []}, "style_layers"),
        ({"style_layers": ["relu9_9"]}, "relu9_9"),
    ],
)
def test_what_does_not_fit_is_one_line_that_names_it(
    photo, painting, arguments, words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(nstbench.InputError) as refused:
        nstbench.stylize(photo, painting, **{**QUICK, **arguments})
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
