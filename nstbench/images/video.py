"""Moving pictures, frame by frame: animated GIF and WebP by Pillow, everything else by PyAV.

Frames have the times at which they are shown, so a rate that changes survives, and sound stays in step.
"""

import importlib.util
import itertools
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PIL import Image

from nstbench.core.errors import InputError
from nstbench.core.files import check_writable, written_whole
from nstbench.images.rgb import upright_rgb

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# What Pillow writes, how, and the unit in which the file counts time; a loop of 0 is endless.
ANIMATIONS: dict[str, dict[str, Any]] = {".gif": {"loop": 0}, ".webp": {"loop": 0, "quality": 90}}
ANIMATION_UNITS = {".gif": Fraction(1, 100), ".webp": Fraction(1, 1000)}
# What PyAV writes: the encoder, and options that leave no artefacts that one sees.
H264 = ("libx264", {"crf": "17", "preset": "medium"})
VIDEOS: dict[str, tuple[str, dict[str, str]]] = {
    ".mp4": H264,
    ".mov": H264,
    ".mkv": H264,
    ".webm": ("libvpx-vp9", {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"}),
}
# The sounds that they hold as they are; the first is what others are encoded as.
SOUND_COPIED = {
    ".mp4": ("aac", "mp3"),
    ".mov": ("aac", "mp3"),
    ".mkv": ("aac", "mp3", "opus", "vorbis", "flac", "ac3"),
    ".webm": ("libopus", "opus", "vorbis"),
}
# Times in videos are written in at least so many parts of a second.
FINEST = 10_000
# Those that are only read.
READ_AS_VIDEO = (*VIDEOS, ".avi", ".m4v", ".mpg", ".mpeg", ".wmv", ".flv", ".ts")
FORMATS = (*ANIMATIONS, *VIDEOS)
# Of a frame of an animation that names no time, as browsers show it.
UNTIMED = Fraction(1, 10)


@dataclass(frozen=True)
class Frame:
    """A picture of a video.

    Parameters
    ----------
    picture
        RGB, upright.
    start
        When it is shown, in seconds.
    seconds
        For how long.
    """

    picture: Image.Image
    start: Fraction
    seconds: Fraction


@dataclass(frozen=True)
class Timing:
    """How many frames a video has, and how fast they follow.

    Parameters
    ----------
    frames
        How many there are; of some containers an estimate.
    rate
        Frames a second, on average.
    """

    frames: int
    rate: Fraction


def moves(path: Path) -> bool:
    """Whether a file is a video or an animation of more than one frame.

    Parameters
    ----------
    path : Path
        Need not exist.

    Returns
    -------
    bool
        By the suffix for videos, by the content for GIF and WebP; False for what cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in ANIMATIONS:
        try:
            with Image.open(path, formats=("GIF", "WEBP")) as picture:
                return getattr(picture, "n_frames", 1) > 1
        except Exception:  # Pillow raises whatever a damaged file makes it stumble over.
            return False
    return suffix in READ_AS_VIDEO


def check_video(path: Path) -> None:
    """Find out whether a video can be written, before any work is spent on it.

    Parameters
    ----------
    path : Path
        The file; .gif, .webp, .mp4, .mov, .mkv or .webm.

    Raises
    ------
    InputError
        If the format is unknown, its folder cannot be written, or PyAV is missing.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        allowed = ", ".join(FORMATS)
        raise InputError(f"cannot write {path}: unknown video format {suffix!r}; allowed: {allowed}")
    if suffix in VIDEOS:
        _check_pyav(path)
    check_writable(path)


def read_timing(path: Path) -> Timing:
    """Read how many frames a video has, and how fast they follow.

    Parameters
    ----------
    path : Path
        A video, or an animated GIF or WebP.

    Returns
    -------
    Timing
        An animation's rate is that of its frames on average.

    Raises
    ------
    InputError
        If it cannot be read, or shows nothing.
    """
    if path.suffix.lower() in ANIMATIONS:
        times = [frame.seconds for frame in _animation(path)]
        return Timing(len(times), len(times) / sum(times, Fraction(0)))
    with _opened(path) as container:
        stream = container.streams.video[0]
        # Packets are counted, not decoded; an empty one ends the stream.
        count = stream.frames or sum(packet.size > 0 for packet in container.demux(stream))
        return Timing(count, _rate(stream))


def read_frames(path: Path) -> Iterator[Frame]:
    """Read a video, one frame after the other.

    Parameters
    ----------
    path : Path
        A video, or an animated GIF or WebP.

    Yields
    ------
    Frame
        Turned and stretched as the file says, in the order in which they are shown.

    Raises
    ------
    InputError
        If it cannot be read, or shows nothing.
    """
    return _animation(path) if path.suffix.lower() in ANIMATIONS else _video(path)


def write_frames(path: Path, frames: Iterable[Frame], rate: Fraction, sound_of: Path | None = None) -> None:
    """Write a video, whole or not at all.

    Videos have even sides, because every player knows chroma of half the sides; an odd row or column is left
    out. Pillow joins equal frames of an animation to one that is shown for longer.

    Parameters
    ----------
    path : Path
        The file; its suffix decides the format.
    frames : iterable of Frame
        In the order of their times.
    rate : Fraction
        Frames a second, on average.
    sound_of : Path, optional
        A video whose sound is taken over, copied where the container holds it. Animations are silent.

    Raises
    ------
    InputError
        If it cannot be written, or there is no frame.
    """
    check_video(path)
    with written_whole(path) as temporary:
        if path.suffix.lower() in ANIMATIONS:
            _write_animation(temporary, frames)
        else:
            _write_video(temporary, frames, rate, sound_of)


def has_sound(path: Path) -> bool:
    """Whether a video can be heard.

    Parameters
    ----------
    path : Path
        A video, or an animated GIF or WebP.

    Returns
    -------
    bool
        False for animations.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if path.suffix.lower() in ANIMATIONS:
        return False
    with _opened(path) as container:
        return bool(container.streams.audio)


def _animation(path: Path) -> Iterator[Frame]:
    start, number = Fraction(0), 0
    try:
        with Image.open(path, formats=("GIF", "WEBP")) as animation:
            for number in range(getattr(animation, "n_frames", 1)):
                animation.seek(number)
                picture = upright_rgb(animation.copy(), str(path))
                seconds = Fraction(round(animation.info.get("duration", 0)), 1000) or UNTIMED
                yield Frame(picture, start, seconds)
                start += seconds
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; check the path") from error
    except InputError:
        raise
    except Exception as error:  # As above.
        raise InputError(f"{path}: frame {number + 1} cannot be read ({error}); export it again") from error


def _check_pyav(path: Path) -> None:
    if importlib.util.find_spec("av") is None:
        raise InputError(
            f"{path} needs the Python package av; install it with `pip install 'nstbench[video]'`, or use "
            f"{' or '.join(ANIMATIONS)}"
        )


@contextmanager
def _opened(path: Path) -> "Iterator[InputContainer]":
    """A video that has pictures; what goes wrong in the block is said of the file."""
    _check_pyav(path)
    import av

    if not path.is_file():
        raise InputError(f"{path} does not exist; check the path")
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.video:
                raise InputError(f"{path} has no pictures, only sound; give a video")
            yield container
    except av.FFmpegError as error:
        raise InputError(f"{path} is not a readable video ({error.strerror}); export it again") from error


def _video(path: Path) -> Iterator[Frame]:
    with _opened(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        rate, unit = _rate(stream), Fraction(stream.time_base or 0)
        ratio = Fraction(stream.sample_aspect_ratio or 1)
        before: tuple[Image.Image, Fraction] | None = None
        start = Fraction(0)
        for decoded in container.decode(stream):
            if decoded.pts is not None and decoded.time_base is not None:
                start = decoded.pts * Fraction(decoded.time_base)
            # Some containers round times, to milliseconds for example; those of a constant rate are known.
            regular = round(start * rate) / rate
            start = regular if abs(start - regular) < unit else start
            if before and start > before[1]:
                yield Frame(*before, start - before[1])
            before = _upright(decoded, ratio), start
            start += 1 / rate
        if before is None:
            raise InputError(f"{path} holds no frame; export it again")
        yield Frame(*before, 1 / rate)


def _rate(stream: "VideoStream") -> Fraction:
    return Fraction(stream.average_rate or stream.guessed_rate or 25)


def _upright(decoded: "VideoFrame", ratio: Fraction) -> Image.Image:
    """A frame as it is shown: pixels square, turned as the camera was held."""
    picture: Image.Image = decoded.to_image()
    if ratio != 1:
        picture = picture.resize((round(picture.width * ratio), picture.height), Image.Resampling.BICUBIC)
    return picture.rotate(decoded.rotation, expand=True) if decoded.rotation else picture


def _write_animation(path: Path, frames: Iterable[Frame]) -> None:
    unit = ANIMATION_UNITS[path.suffix.lower()]
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        raise InputError(f"cannot write {path.name}: it would have no frame")
    milliseconds: list[int] = []

    def noted(frame: Frame) -> Image.Image:
        # Ends are rounded instead of durations, so that errors do not add up.
        start, end = (
            round((time - first.start) / unit) for time in (frame.start, frame.start + frame.seconds)
        )
        milliseconds.append(int((end - start) * 1000 * unit))
        return frame.picture

    pictures = [noted(frame) for frame in (first, *rest)]
    options = ANIMATIONS[path.suffix.lower()]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=milliseconds, **options)


def _write_video(path: Path, frames: Iterable[Frame], rate: Fraction, sound_of: Path | None) -> None:
    import av
    from av.video.reformatter import ColorRange, Colorspace

    encoder, options = VIDEOS[path.suffix.lower()]
    waiting = iter(frames)
    first = next(waiting, None)
    if first is None:
        raise InputError(f"cannot write {path.name}: it would have no frame")
    width, height = (side // 2 * 2 for side in first.picture.size)
    # Multiples of it are exact at a constant rate, and fine enough where the rate changes.
    unit = Fraction(1, rate.numerator * math.ceil(FINEST / rate.numerator))
    try:
        with av.open(str(path), "w") as container:
            stream = cast("VideoStream", container.add_stream(encoder, rate=rate, options=options))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.time_base = stream.codec_context.time_base = unit
            # Said in the file, because players otherwise guess by its height.
            stream.codec_context.colorspace = Colorspace.ITU709
            stream.codec_context.color_range = ColorRange.MPEG
            later = _sound(container, path.suffix.lower(), sound_of) if sound_of else iter(())
            sound = next(later, None)
            for frame in itertools.chain([first], waiting):
                picture = av.VideoFrame.from_image(frame.picture.crop((0, 0, width, height)))
                encoded = picture.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
                encoded.pts, encoded.time_base = round(frame.start / unit), unit
                encoded.duration = round(frame.seconds / unit)
                container.mux(stream.encode(encoded))
                while sound and (sound.pts or 0) * Fraction(sound.time_base) <= frame.start:
                    container.mux(sound)
                    sound = next(later, None)
            container.mux(stream.encode(None))
            while sound:
                container.mux(sound)
                sound = next(later, None)
    except av.FFmpegError as error:
        raise InputError(f"{path.name} could not be written ({error.strerror})") from error


def _sound(container: "OutputContainer", suffix: str, path: Path) -> "Iterator[Packet[Any]]":
    """The packets of a video's first sound, encoded anew where the container does not hold them."""
    with _opened(path) as source:
        if not source.streams.audio:
            return
        import av

        heard = source.streams.audio[0]
        if heard.codec_context.name in SOUND_COPIED[suffix]:
            stream = container.add_stream_from_template(heard)
            for packet in source.demux(heard):
                if packet.dts is not None:
                    packet.stream = stream
                    yield packet
            return
        encoder = cast("AudioStream", container.add_stream(SOUND_COPIED[suffix][0], rate=48000))
        resampler = av.AudioResampler(encoder.format, heard.layout, encoder.rate)
        for decoded in itertools.chain(source.decode(heard), [None]):
            for samples in resampler.resample(decoded):
                yield from encoder.encode(samples)
        yield from encoder.encode(None)
