"""What people ask of their own pictures, as they type it."""

import io
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from refusals import assert_refused

from nstbench.api.following import Follower

QUICK = ("--size", "32", "--iterations", "3", "--precision", "fp32", "--weights", "embedded")


def test_every_option_reaches_the_picture(run, photo, painting, tmp_path):
    out, mask = tmp_path / "out.jpg", tmp_path / "mask.png"
    Image.new("L", (48, 32), 255).save(mask)
    done = run(
        *("stylize", photo, painting, "-o", out, *QUICK, "--json", "--side", "shortest"),
        *("--blend", f"{photo}=0.25", "--region", f"{mask}={photo}", "--mask", mask, "--start", photo),
        *("--style-weight", 2, "--content-weight", 3, "--tv", 4, "--style-scale", 1.5),
        *("--optimizer", "adam", "--rate", 0.01, "--style-layers", "relu1_1,relu2_1=3"),
        *("--content-layers", "relu2_2", "--quality", 80, "--metadata", "--save-every", 2),
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    parameters = summary["parameters"]
    assert summary["size"] == [48, 32]
    assert (summary["mask"], summary["start"]) == (str(mask), str(photo))
    assert summary["regions"] == [[str(mask), str(photo)]]
    assert parameters["alpha"] == pytest.approx(0.05 * 3 / 2)
    assert parameters["tv"] == {"form": "squared", "weight": 2.0}
    assert parameters["optimiser"] == {"kind": "adam", "rate": 0.01}
    assert parameters["style_layers"] == {"relu1_1": 0.25, "relu2_1": 0.75}
    assert parameters["blend"] == {str(photo): 0.25}
    assert sorted(file.name for file in tmp_path.glob("out*")) == ["out-00002.jpg", "out.jpg"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--style-weight", "0"), "--style-weight 0.0: Input should be greater than 0"),
        (("--style-scale", "20"), "--style-scale 20.0: Input should be less than or equal to 8"),
        (("--size", "huge"), "--size 'huge': allowed: 16 to 8192 pixels, or 'original'"),
        (("--region", "sky.png"), "--region 'sky.png' is not MASK=STYLE, such as sky.png=wave.jpg"),
        (("--region", "nowhere.png=photo.png"), "nowhere.png does not exist"),
        (("--mask", "painting.png"), "--mask: painting.png has 40x40 px, another shape"),
        (("--style-layers", "relu1_1=x"), "--style-layers 'relu1_1=x' is not LAYER=WEIGHT"),
        (("--blend", "a.png=half"), "--blend 'a.png=half' is not FILE=SHARE with a share from 0 to 1"),
        (("--blend", "a.png=1.5"), "--blend 'a.png=1.5': a share is a number from 0 to 1; give 0.5"),
        (("--blend", "a.png=nan"), "--blend 'a.png=nan': a share is a number from 0 to 1"),
        (
            ("--blend", "a.png=0.7", "--blend", "b.png=0.6"),
            "the shares 0.7 and 0.6 are 1.3 together; allowed: 1",
        ),
        (("--method", "li2017", "--blend", "a.png=0.5"), "--blend: li2017 does not mix styles; leave it out"),
        (("--start", "nowhere.png"), "nowhere.png does not exist"),
        (("--resume",), "--resume: there is no stopped run in out.png.stopped"),
        (("--save-every", "-1"), "--save-every -1: allowed: 1 evaluation or more"),
        (("-o", "photo.png"), "--overwrite: photo.png is one of the files to read"),
        (("-o", "-", "--json"), "--out: standard output would be a picture's bytes; give a file"),
        (("--optimiser", "newton"), "--optimiser 'newton': Input should be 'lbfgs', 'adam' or 'sgd'"),
    ],
)
def test_mistakes_are_told_in_terms_of_the_options(
    run, photo, painting, tmp_path, monkeypatch, options, words
):
    monkeypatch.chdir(tmp_path)
    assert_refused(run("stylize", "photo.png", "painting.png", "-o", "out.png", *QUICK, *options), words)
    assert not (tmp_path / "out.png").exists()


def test_ctrl_c_keeps_the_picture_and_says_how_to_go_on(run, photo, painting, tmp_path, monkeypatch):
    def interrupted(self, evaluations, image, show=Follower.show):
        show(self, evaluations, image)
        if evaluations == 2:
            os.kill(os.getpid(), signal.SIGINT)

    out = tmp_path / "out.png"
    command = ("stylize", photo, painting, "-o", out, *QUICK)
    before = signal.getsignal(signal.SIGINT)  # Jobs in the background of a shell begin with it ignored.
    with monkeypatch.context() as patched:
        patched.setattr(Follower, "show", interrupted)
        stopped = run(*command)
    assert stopped.returncode == 130
    assert f"wrote {out}; go on with the same command and --resume" in stopped.stderr
    assert out.exists()
    gone_on = run(*command, "--resume")
    assert gone_on.returncode == 0, gone_on.stderr
    assert [file.name for file in tmp_path.glob("out*")] == ["out.png"]
    assert signal.getsignal(signal.SIGINT) is before


def test_files_folders_and_patterns_come_out_as_one_picture_each(run, photo, painting, tmp_path):
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for name in ("a.png", "b.png"):
        os.link(photo, photos / name)
    assert run("stylize", photos, painting, "-o", out, *QUICK).returncode == 0
    assert sorted(file.name for file in out.iterdir()) == ["a.png", "b.png"]
    (photos / "c.png").write_bytes(b"no picture")
    done = run("stylize", photos / "*.png", painting, "-o", tmp_path / "again", *QUICK)
    assert done.returncode == 1
    assert "skipped" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("wrote 2 pictures to " + f"{tmp_path / 'again'}, skipped 1")
    refused = run("stylize", photo, photos / "a.png", painting, "-o", tmp_path / "out.png", *QUICK)
    assert_refused(refused, "--out: ", "is no folder, and there are 2 pictures; give a folder")
    assert run("stylize", photo, painting, "-o", f"{tmp_path}/new/", *QUICK).returncode == 0
    assert (tmp_path / "new" / "photo.png").exists()


def test_pictures_come_and_go_by_pipes(photo, painting):
    command = [sys.executable, "-m", "nstbench", "stylize", "-", painting, "-o", "-", *QUICK]
    done = subprocess.run(command, input=photo.read_bytes(), capture_output=True)
    assert done.returncode == 0, done.stderr
    with Image.open(io.BytesIO(done.stdout)) as picture:
        assert (picture.format, picture.size) == ("PNG", (32, 21))
        assert np.asarray(picture).std() > 0


def test_narrow_terminals_and_closed_pipes_end_in_no_traceback(tmp_path):
    name = "Сад-\udcff.png"
    command = [sys.executable, "-m", "nstbench", "stylize", name, "x.png", "-o", "out.png"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    refused = subprocess.run(command, capture_output=True, text=True, env=ascii_only, cwd=tmp_path)
    assert_refused(refused, "does not exist")
    listing = f"{sys.executable} -m nstbench list methods"
    closed = subprocess.run(f"{listing} | true", shell=True, capture_output=True, text=True)
    assert "Traceback" not in closed.stderr
    full = subprocess.run(f"{listing} > /dev/full", shell=True, capture_output=True, text=True)
    assert (full.returncode, full.stderr) == (
        2,
        "nstbench: cannot write: No space left on device; free some space\n",
    )
