"""Videos and animations in and out, and `--video`: frames, times, sound, colours and refusals."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

import nstbench
from nstbench.core.errors import InputError
from nstbench.images.video import (
    FORMATS,
    VIDEOS,
    Frame,
    check_video,
    has_sound,
    moves,
    read_frames,
    read_timing,
    write_frames,
)

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


WIDTH, HEIGHT, SIDE = 64, 48, 16
RATE = Fraction(30000, 1001)  # NTSC's, which no decimal number is.


def where(number):
    """Left and top of the square in a frame of the pattern."""
    return 4 * number, 2 * number


def pattern(count, seconds=1 / RATE):
    """A red square that moves over green, 4 px to the right and 2 px down a frame."""
    for number in range(count):
        picture = Image.new("RGB", (WIDTH, HEIGHT), (20, 120, 60))
        left, top = where(number)
        picture.paste((220, 30, 40), (left, top, left + SIDE, top + SIDE))
        yield Frame(picture, number * seconds, seconds)


def centre_of_red(picture):
    pixels = np.asarray(picture, dtype=float)
    red = pixels[..., 0] > 120
    rows, columns = np.nonzero(red)
    return columns.mean(), rows.mean()


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_container_gives_back_the_frames_at_their_places_in_order(tmp_path, suffix):
    file = tmp_path / f"pattern{suffix}"
    write_frames(file, pattern(8), RATE)
    read = list(read_frames(file))
    assert len(read) == read_timing(file).frames == 8
    for number, frame in enumerate(read):
        left, top = where(number)
        expected = left + (SIDE - 1) / 2, top + (SIDE - 1) / 2
        assert centre_of_red(frame.picture) == pytest.approx(expected, abs=0.5)
        assert frame.picture.getpixel((60, 2)) == pytest.approx((20, 120, 60), abs=6)


@pytest.mark.parametrize("suffix", VIDEOS)
def test_a_rate_is_kept_exactly_although_some_containers_count_milliseconds(tmp_path, suffix):
    file = tmp_path / f"pattern{suffix}"
    write_frames(file, pattern(8), RATE)
    assert read_timing(file).rate == RATE
    assert [frame.start for frame in read_frames(file)] == [number / RATE for number in range(8)]


@pytest.mark.parametrize(
    ("suffix", "unit"), [(".gif", 0.01), (".webp", 0.001), (".mp4", 0), (".webm", 0.001)]
)
def test_times_that_change_on_the_way_survive(tmp_path, suffix, unit):
    file, starts = tmp_path / f"uneven{suffix}", (0, 0.1, 0.2, 0.55, 0.6)
    pictures = [frame.picture for frame in pattern(5)]
    shown = zip(pictures, starts, (*starts[1:], 0.8), strict=True)
    frames = [
        Frame(picture, Fraction(str(start)), Fraction(str(end)) - Fraction(str(start)))
        for picture, start, end in shown
    ]
    write_frames(file, frames, Fraction(10))
    assert [float(frame.start) for frame in read_frames(file)] == pytest.approx(starts, abs=unit + 1e-9)


def test_durations_of_an_animation_do_not_drift(tmp_path):
    """A thirtieth of a second is 3.33 hundredths; rounded one by one, ninety frames would lose 0.3 s."""
    write_frames(tmp_path / "long.gif", pattern(9, Fraction(1, 30)), Fraction(30))
    read = list(read_frames(tmp_path / "long.gif"))
    assert read[-1].start + read[-1].seconds == Fraction(3, 10)


def test_odd_sides_lose_a_line_where_chroma_is_halved(tmp_path):
    frame = Frame(Image.new("RGB", (31, 21), "red"), Fraction(0), Fraction(1))
    write_frames(tmp_path / "odd.mp4", [frame], Fraction(1))
    assert next(read_frames(tmp_path / "odd.mp4")).picture.size == (30, 20)


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 120, 40), (250, 250, 250)])
def test_colours_survive_a_video(tmp_path, colour):
    """BT.601 taken for BT.709 would move green by 20 levels."""
    frame = Frame(Image.new("RGB", (32, 32), colour), Fraction(0), Fraction(1))
    write_frames(tmp_path / "flat.mp4", [frame], Fraction(1))
    assert next(read_frames(tmp_path / "flat.mp4")).picture.getpixel((9, 9)) == pytest.approx(colour, abs=2)


@pytest.fixture
def humming(tmp_path):
    """Half a second of the pattern with a tone of 440 Hz, as FLAC in Matroska."""
    file = tmp_path / "humming.mkv"
    with av.open(str(file), "w") as container:
        pictures = container.add_stream("libx264", rate=24)
        pictures.width, pictures.height, pictures.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        tone = container.add_stream("flac", rate=48000)
        for frame in pattern(12):
            container.mux(pictures.encode(av.VideoFrame.from_image(frame.picture)))
        container.mux(pictures.encode(None))
        wave = 20000 * np.sin(2 * np.pi * 440 * np.arange(24000) / 48000)
        samples = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], format="s16", layout="mono")
        samples.rate, samples.pts = 48000, 0
        resampler = av.AudioResampler(tone.format, tone.layout, 48000, frame_size=4608)
        for part in [*resampler.resample(samples), *resampler.resample(None)]:
            container.mux(tone.encode(part))
        container.mux(tone.encode(None))
    return file


@pytest.mark.parametrize("suffix", VIDEOS)
def test_sound_is_taken_over_whatever_the_container_holds(tmp_path, humming, suffix):
    file = tmp_path / f"copy{suffix}"
    write_frames(file, read_frames(humming), read_timing(humming).rate, sound_of=humming)
    assert has_sound(file)
    assert len(list(read_frames(file))) == 12
    with av.open(str(file)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("fltp", "mono", 48000)
        heard = [
            part.to_ndarray()[0] for each in container.decode(stream) for part in resampler.resample(each)
        ]
    samples = np.concatenate(heard)
    assert len(samples) / 48000 == pytest.approx(0.5, abs=0.06)
    middle = samples[4000:20000]
    assert np.abs(np.fft.rfft(middle)).argmax() * 48000 / len(middle) == pytest.approx(440, abs=3)


def test_a_turned_camera_s_frames_come_upright(tmp_path):
    """A quarter turn in the header, as telephones write it."""
    write_frames(tmp_path / "lying.mp4", pattern(2), RATE)
    with av.open(str(tmp_path / "lying.mp4")) as source, av.open(str(tmp_path / "up.mov"), "w") as turned:
        stream = turned.add_stream_from_template(source.streams.video[0])
        if not hasattr(stream, "set_display_rotation"):
            pytest.skip("this PyAV writes no rotation")
        stream.set_display_rotation(90)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                turned.mux(packet)
    assert next(read_frames(tmp_path / "up.mov")).picture.size == (HEIGHT, WIDTH)


def test_without_pyav_videos_are_refused_with_the_command_and_animations_work(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs the Python package av; .*pip install 'nstbench\[video\]'"):
        check_video(tmp_path / "way.mp4")
    with pytest.raises(InputError, match=r"pip install 'nstbench\[video\]'"):
        next(read_frames(tmp_path / "clip.mp4"))
    write_frames(tmp_path / "way.gif", pattern(3), RATE)
    assert len(list(read_frames(tmp_path / "way.gif"))) == 3


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.mp4", None, "does not exist"),
        ("none.gif", None, "does not exist"),
        ("text.mp4", b"not a video", "is not a readable video"),
        ("empty.mkv", b"", "is not a readable video"),
        ("text.gif", b"not a picture", "cannot be read"),
    ],
)
def test_what_is_no_video_is_said_in_one_line(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        next(read_frames(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_a_video_of_no_frames_leaves_no_file(tmp_path):
    for suffix in (".mp4", ".gif"):
        with pytest.raises(InputError, match="no frame"):
            write_frames(tmp_path / f"none{suffix}", [], RATE)
    assert not list(tmp_path.iterdir())


def test_what_moves_is_told_from_what_does_not(tmp_path):
    write_frames(tmp_path / "moving.webp", pattern(3), RATE)
    Image.new("RGB", (20, 20)).save(tmp_path / "still.webp")
    assert moves(tmp_path / "moving.webp")
    assert not moves(tmp_path / "still.webp")
    assert moves(tmp_path / "holiday.MP4")
    assert not moves(tmp_path / "absent.gif")
    assert not moves(tmp_path / "cat.png")


@pytest.mark.parametrize(
    ("video", "words"),
    [
        ("way.avi", "unknown video format '.avi'; allowed: .gif, .webp, .mp4"),
        ("way", "unknown video format ''; allowed: .gif"),
        ("/proc/nothing/way.gif", "cannot write /proc/nothing/way.gif"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_work(run, photo, painting, tmp_path, video, words):
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
    def full(path, frames, rate):
        raise InputError("the disk is full")

    monkeypatch.setattr("nstbench.optim.film.write_frames", full)
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
