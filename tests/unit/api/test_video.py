"""`stylize_video` and `nstbench stylize clip.mp4`: every frame, its time and the sound, and going on."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

import nstbench
from nstbench.core.errors import InputError
from nstbench.images.video import Frame, has_sound, read_frames, read_timing, write_frames

FAST = {
    "method": "johnson2016",
    "network": "whirling_night",
    "size": 48,
    "precision": "fp32",
    "device": "cpu",
}


def frames(count=4, rate=12):
    """A photograph's worth of gradient, before which a red square moves."""
    across, down = np.meshgrid(np.linspace(0, 255, 64), np.linspace(0, 255, 48))
    for number in range(count):
        pixels = np.stack([across, down, 255 - across], axis=-1).astype(np.uint8)
        pixels[12:28, 8 + 4 * number : 24 + 4 * number] = (220, 30, 40)
        yield Frame(Image.fromarray(pixels), Fraction(number, rate), Fraction(1, rate))


@pytest.fixture
def clip(tmp_path):
    file = tmp_path / "clip.gif"
    write_frames(file, frames(), Fraction(12))
    return file


def pixels(file):
    return [np.asarray(frame.picture, dtype=int) for frame in read_frames(file)]


def test_every_frame_is_stylized_and_shown_at_its_time(clip, tmp_path):
    made = nstbench.stylize_video(clip, None, tmp_path / "out.mp4", consistency=0, **FAST)
    assert made.summary["frames"] == 4
    before, after = list(read_frames(clip)), list(read_frames(made.path))
    assert [frame.start for frame in after] == pytest.approx([frame.start for frame in before], abs=1e-3)
    # Without consistency each frame is what a picture of it would be.
    alone = nstbench.stylize(before[2].picture, None, **FAST).picture
    assert np.abs(np.asarray(alone, dtype=int) - pixels(made.path)[2]).mean() < 8
    assert {file.name for file in tmp_path.iterdir()} == {"clip.gif", "out.mp4"}


def test_an_interrupted_video_goes_on_and_ends_alike(clip, tmp_path, monkeypatch):
    nstbench.stylize_video(clip, None, tmp_path / "whole.webp", **FAST)
    from nstbench.methods.ruder2016.sequence import Sequence

    stylized, calls = Sequence.stylize, []

    def twice(self, task):
        calls.append(task)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return stylized(self, task)

    monkeypatch.setattr(Sequence, "stylize", twice)
    with pytest.raises(KeyboardInterrupt):
        nstbench.stylize_video(clip, None, tmp_path / "out.webp", **FAST)
    assert not (tmp_path / "out.webp").exists()
    assert (tmp_path / "out.webp.frames" / "00002.png").is_file()
    nstbench.stylize_video(clip, None, tmp_path / "out.webp", **FAST)
    assert len(calls) == 5  # Two, the one that was interrupted, and the two that were missing.
    assert (tmp_path / "out.webp").read_bytes() == (tmp_path / "whole.webp").read_bytes()
    assert not (tmp_path / "out.webp.frames").exists()


def test_frames_of_other_settings_are_not_taken_over(clip, tmp_path, monkeypatch):
    folder = tmp_path / "out.webp.frames"
    folder.mkdir()
    Image.new("RGB", (48, 36)).save(folder / "00001.png")
    nstbench.stylize_video(clip, None, tmp_path / "out.webp", **FAST)
    assert pixels(tmp_path / "out.webp")[0].max() > 100


def test_sound_and_rate_are_those_of_the_content(tmp_path):
    file = tmp_path / "humming.mkv"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        tone = container.add_stream("aac", rate=48000)
        for frame in frames():
            container.mux(stream.encode(av.VideoFrame.from_image(frame.picture)))
        container.mux(stream.encode(None))
        for number in range(16):
            samples = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            samples.rate, samples.pts = 48000, 1024 * number
            container.mux(tone.encode(samples))
        container.mux(tone.encode(None))
    nstbench.stylize_video(file, None, tmp_path / "out.mp4", **FAST)
    assert has_sound(tmp_path / "out.mp4")
    assert read_timing(tmp_path / "out.mp4").rate == 12


def test_the_command_takes_a_video_for_a_content(run, clip, tmp_path):
    network = ("--method", "johnson2016", "--network", "whirling_night", "--size", "48")
    process = run("stylize", clip, "-o", tmp_path / "out.webp", *network)
    assert process.returncode == 0, process.stderr
    assert "4 frames" in process.stdout
    assert "nan" not in process.stderr
    assert len(pixels(tmp_path / "out.webp")) == 4
    still = run("stylize", clip, "-o", tmp_path / "out.png", *network)
    assert still.returncode == 0, still.stderr


@pytest.mark.parametrize(
    ("out", "options", "words"),
    [
        ("out.avi", (), "unknown video format '.avi'; allowed: .gif"),
        ("clip.mp4", (), "--overwrite: "),
        ("out.mp4", ("--consistency", "-1"), "consistency -1.0 is out of range; allowed: 0"),
        ("out.mp4", ("--save-every", "3"), "--save-every: a video takes none"),
    ],
)
def test_what_a_video_cannot_have_is_refused_in_one_line(run, tmp_path, out, options, words):
    write_frames(tmp_path / "clip.mp4", frames(2), Fraction(12))
    process = run("stylize", tmp_path / "clip.mp4", "-o", tmp_path / out, "--method", "johnson2016", *options)
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert words in process.stderr


def test_without_a_style_a_method_that_needs_one_says_so(clip, tmp_path):
    with pytest.raises(InputError, match="takes the style from a picture"):
        nstbench.stylize_video(clip, None, tmp_path / "out.gif", size=48)
