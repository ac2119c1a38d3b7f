"""`--video`: frames, format and refusals."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageSequence

import nstbench
from nstbench.core.errors import InputError
from nstbench.images.video import save_video

QUICK = ("--size", "32", "--iterations", "4", "--precision", "fp32")


def frames_of(file):
    with Image.open(file) as animation:
        frames = [
            (np.asarray(frame.convert("RGB"), dtype=int), frame.info["duration"])
            for frame in ImageSequence.Iterator(animation)
        ]
    return zip(*frames, strict=True)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_one_frame_an_evaluation_from_the_content_to_the_result(run, photo, painting, tmp_path, suffix):
    out, video = tmp_path / "out.png", tmp_path / f"way{suffix}"
    process = run("stylize", photo, painting, "-o", out, "--video", video, *QUICK)
    assert process.returncode == 0, process.stderr
    frames, durations = frames_of(video)
    # The first step is a tenth of a grey level, so frames 1 and 2 can be one that is shown for twice as long.
    assert sum(durations) == 4 * 40
    content = np.asarray(Image.open(photo).resize((32, 21), Image.Resampling.BICUBIC), dtype=int)
    result = np.asarray(Image.open(out), dtype=int)
    assert np.abs(frames[0] - content).mean() < 6
    assert np.abs(frames[-1] - result).mean() < 6
    assert np.abs(frames[0] - result).mean() > np.abs(frames[-1] - result).mean()
    assert {file.name for file in tmp_path.iterdir()} == {"photo.png", "painting.png", out.name, video.name}


@pytest.fixture
def frames(tmp_path):
    """Three pictures of 31 x 20 px: red, green, blue."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number, colour in enumerate(("red", "lime", "blue"), 1):
        Image.new("RGB", (31, 20), colour).save(folder / f"{number:05d}.png")
    return folder


def test_mp4_is_what_ffmpeg_makes_of_the_frames(frames, tmp_path, monkeypatch):
    """A stand-in for ffmpeg writes down what it was asked for."""
    program = tmp_path / "ffmpeg"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nopen(sys.argv[-1], 'w').write(' '.join(sys.argv[1:]))\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    save_video(frames, tmp_path / "way.mp4")
    command = (tmp_path / "way.mp4").read_text()
    assert f"-framerate 25 -i {frames}/%05d.png" in command
    assert "crop=trunc(iw/2)*2:trunc(ih/2)*2" in command
    assert "yuv420p" in command


def test_a_failing_ffmpeg_is_said_in_one_line_and_leaves_nothing(frames, tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho 'no such\nencoder' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(InputError, match=r"ffmpeg could not write .*\.mp4: no such encoder$"):
        save_video(frames, tmp_path / "way.mp4")
    assert not (tmp_path / "way.mp4").exists()


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
def test_mp4_has_even_sides_and_every_frame(frames, tmp_path):
    save_video(frames, tmp_path / "way.mp4")
    command = ["ffmpeg", "-i", str(tmp_path / "way.mp4"), str(tmp_path / "%d.ppm")]
    subprocess.run(command, check=True, capture_output=True)
    decoded = [np.asarray(Image.open(tmp_path / f"{number}.ppm"), dtype=int) for number in (1, 2, 3)]
    assert {frame.shape for frame in decoded} == {(20, 30, 3)}
    for channel, frame in enumerate(decoded):
        assert frame.mean((0, 1)).argmax() == channel


@pytest.mark.parametrize(
    ("video", "words"),
    [
        ("way.avi", "unknown video format '.avi'; allowed: .gif, .webp, .mp4"),
        ("way", "unknown video format ''; allowed: .gif"),
        ("way.mp4", "MP4 needs the program ffmpeg; install it or choose .gif or .webp"),
        ("/proc/nothing/way.gif", "cannot write /proc/nothing/way.gif"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_work(
    run, photo, painting, tmp_path, monkeypatch, video, words
):
    monkeypatch.setenv("PATH", str(tmp_path))
    process = run("stylize", photo, painting, "-o", tmp_path / "out.png", "--video", video, *QUICK)
    assert process.returncode == 2
    assert process.stderr.startswith("nstbench: ")
    assert process.stderr.count("\n") == 1
    assert words in process.stderr


def test_a_method_without_a_way_is_not_filmed(photo, painting, tmp_path):
    with pytest.raises(InputError, match="makes its picture at once"):
        nstbench.stylize(
            photo, painting, video=tmp_path / "way.gif", method="adain2017", size=32, precision="fp32"
        )


def test_the_picture_is_kept_when_the_video_fails(photo, painting, tmp_path, monkeypatch):
    def full(frames, path):
        raise InputError("the disk is full")

    monkeypatch.setattr("nstbench.optim.film.save_video", full)
    with pytest.raises(InputError, match="full"):
        nstbench.stylize(
            photo,
            painting,
            tmp_path / "out.png",
            video=tmp_path / "way.gif",
            size=32,
            evaluations=2,
            precision="fp32",
        )
    assert (tmp_path / "out.png").exists()
