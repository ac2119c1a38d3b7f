"""Usage: `nstbench stylize CONTENT... [STYLE] -o OUT`."""

import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nstbench.cli.options import Device, Precision
from nstbench.cli.output import AsJson, print_json, say
from nstbench.core.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

EXAMPLES = (
    "nstbench stylize cat.jpg starry.jpg -o out.png --size 512",
    "nstbench stylize cat.jpg starry.jpg -o out.png --style-weight 3 --preserve-color luminance",
    "nstbench stylize cat.jpg starry.jpg -o out.png --blend wave.jpg=0.5 --style-scale 1.5",
    "nstbench stylize cat.jpg starry.jpg -o out.png --region sky.png=wave.jpg",
    "nstbench stylize 'photos/*.jpg' starry.jpg -o results/ --method adain2017 --strength 0.7",
    "nstbench stylize cat.jpg -o out.png --method johnson2016 --network whirling_night",
    "nstbench stylize clip.mp4 starry.jpg -o out.mp4 --method adain2017",
)
PIPE = "-"
INTERRUPTED = 130


def _option(help: str, *names: str, panel: str = "", **more: Any) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=panel or None, **more)


PICTURES, LOOK, DESCENT, NETWORK, OUTPUT = "Pictures", "Look", "Descent", "Network", "Output"

Pictures = Annotated[
    list[str],
    typer.Argument(
        metavar="CONTENT... [STYLE]",
        help="The picture to stylize, or several: files, folders, patterns in quotes, - for standard input. "
        "Then the picture whose style is taken; none for a network that has learned its style.",
        show_default=False,
    ),
]
Out = Annotated[
    str,
    _option(
        "Where to write the result (.png, .jpg, .webp, .tif); a folder for several; - for standard output.",
        "--out",
        "-o",
    ),
]
Method = Annotated[str, _option("See `nstbench list methods`.")]
Size = Annotated[str, _option("Of the result's longest side in pixels, or `original`.")]
Side = Annotated[str, _option("Which side --size is of: longest or shortest.")]

Blend = Annotated[
    list[str] | None,
    _option(
        "A further style and its share of 1, of which STYLE has the rest; may be repeated.",
        metavar="FILE=SHARE",
        panel=PICTURES,
        show_default=False,
    ),
]
Mask = Annotated[
    Path | None,
    _option(
        "White where the picture is stylized; where it is black, CONTENT stays as it is.", panel=PICTURES
    ),
]
Region = Annotated[
    list[str] | None,
    _option(
        "A mask, and the style that goes where it is white; may be repeated.",
        metavar="MASK=STYLE",
        panel=PICTURES,
        show_default=False,
    ),
]
StyleMask = Annotated[Path | None, _option("White where STYLE is looked at.", panel=PICTURES)]
Start = Annotated[
    str | None,
    _option(
        "What the descent starts from: content, style, noise, or a file.",
        "--start",
        "--init",
        panel=PICTURES,
        show_default="content",
    ),
]

StyleWeight = Annotated[
    float, _option("How strongly the style pulls; 3 is three times the usual.", panel=LOOK)
]
ContentWeight = Annotated[float, _option("The same of the content; only their ratio counts.", panel=LOOK)]
Strength = Annotated[
    float | None, _option("How much of the style, 0 to 1 (adain2017).", panel=LOOK, show_default="1")
]
StyleScale = Annotated[float, _option("Below 1 finer strokes, above 1 larger ones, 0.1 to 8.", panel=LOOK)]
Tv = Annotated[
    float | None,
    _option("Smooths: the weight of the total variation.", panel=LOOK, show_default="none"),
]
PreserveColour = Annotated[
    str,
    _option(
        "Keep the content's colours: luminance, luminance-mean, luminance-mean-std, histogram, cholesky, "
        "image-analogies or symmetric (docs/colour.md).",
        "--preserve-colour",
        "--preserve-color",
        panel=LOOK,
    ),
]

Evaluations = Annotated[
    int | None,
    _option(
        "Evaluations of the loss; more is slower and finer.",
        "--evaluations",
        "--iterations",
        panel=DESCENT,
        show_default="the method's",
    ),
]
Scales = Annotated[
    int | None,
    _option(
        "Sizes to descend at, each twice the one before; they share the evaluations. 2 or 3 paint larger "
        "strokes from 768 px on.",
        panel=DESCENT,
        show_default="1",
    ),
]
Optimiser = Annotated[
    str | None,
    _option("lbfgs, adam or sgd.", "--optimiser", "--optimizer", panel=DESCENT, show_default="lbfgs"),
]
Rate = Annotated[
    float | None,
    _option(
        "The optimiser's rate; of adam and sgd, the size of a step of pixels from 0 to 1.",
        panel=DESCENT,
        show_default="1 (lbfgs), 0.02 (adam), 0.001 (sgd)",
    ),
]
StyleLayers = Annotated[
    str | None,
    _option(
        "Layers whose Gram matrices are compared, such as relu1_1,relu2_1=2,relu3_1=4.",
        panel=DESCENT,
        show_default="the method's",
    ),
]
ContentLayers = Annotated[
    str | None,
    _option("Layers whose features are compared, likewise.", panel=DESCENT, show_default="the method's"),
]
Seed = Annotated[int, _option("Seed of every random draw.", panel=DESCENT)]

Backbone = Annotated[
    str | None, _option("See `nstbench list backbones`.", panel=NETWORK, show_default="vgg19")
]
Weights = Annotated[
    str | None,
    _option(
        "original, embedded, imagenet, random, random-half, or a file.",
        panel=NETWORK,
        show_default="original for vgg19, else embedded",
    ),
]
Preprocessing = Annotated[
    str | None,
    _option(
        "What the weights in a file expect: caffe, torchvision or halves (docs/networks.md).",
        panel=NETWORK,
        show_default="recognised",
    ),
]
Network = Annotated[
    str | None,
    _option(
        "What a method of one pass stylizes with: see `nstbench list networks`, or a file.",
        panel=NETWORK,
        show_default="the method's",
    ),
]

Quality = Annotated[int, _option("Of JPEG and WebP, 1 to 100.", panel=OUTPUT)]
Metadata = Annotated[
    bool, _option("Keep CONTENT's EXIF data: date, camera, place.", "--metadata", panel=OUTPUT)
]
Overwrite = Annotated[
    bool,
    _option("Let the result take the place of a picture that it is made from.", "--overwrite", panel=OUTPUT),
]
SaveEvery = Annotated[
    int | None,
    _option("Also write what is reached after so many evaluations each.", panel=OUTPUT, show_default="never"),
]
Resume = Annotated[
    bool, _option("Go on where the same command was stopped with Ctrl-C.", "--resume", panel=OUTPUT)
]
Video = Annotated[
    Path | None,
    _option(
        "Where to write a video of the way there (.gif, .webp, .mp4, .mov, .mkv or .webm).", panel=OUTPUT
    ),
]

Consistency = Annotated[
    float,
    _option("How much a video's frames keep to the ones before; 0 makes each by itself.", panel=LOOK),
]


def stylize(
    pictures: Pictures,
    out: Out,
    method: Method = "gatys2015",
    size: Size = "256",
    side: Side = "longest",
    blend: Blend = None,
    mask: Mask = None,
    region: Region = None,
    style_mask: StyleMask = None,
    start: Start = None,
    style_weight: StyleWeight = 1.0,
    content_weight: ContentWeight = 1.0,
    strength: Strength = None,
    style_scale: StyleScale = 1.0,
    tv: Tv = None,
    preserve_colour: PreserveColour = "none",
    consistency: Consistency = 1.0,
    evaluations: Evaluations = None,
    scales: Scales = None,
    optimiser: Optimiser = None,
    rate: Rate = None,
    style_layers: StyleLayers = None,
    content_layers: ContentLayers = None,
    seed: Seed = 0,
    backbone: Backbone = None,
    weights: Weights = None,
    preprocessing: Preprocessing = None,
    network: Network = None,
    precision: Precision = "auto",
    device: Device = "auto",
    quality: Quality = 95,
    metadata: Metadata = False,
    overwrite: Overwrite = False,
    save_every: SaveEvery = None,
    resume: Resume = False,
    video: Video = None,
    as_json: AsJson = False,
) -> None:
    """Stylize one picture with the style of another, or several pictures or a video with one style."""
    from nstbench.api import SettingError

    chosen = {
        "method": method,
        "size": int(size) if re.fullmatch(r"-?\d+", size) else size,
        "side": side,
        "style_weight": style_weight,
        "content_weight": content_weight,
        "strength": strength,
        "style_scale": style_scale,
        "tv": tv,
        "preserve_colour": preserve_colour,
        "evaluations": evaluations,
        "scales": scales,
        "optimiser": optimiser,
        "rate": rate,
        "style_layers": _weights("--style-layers", style_layers),
        "content_layers": _weights("--content-layers", content_layers),
        "seed": seed,
        "backbone": backbone,
        "weights": weights,
        "preprocessing": preprocessing,
        "network": network,
        "precision": precision,
        "device": device,
        "quality": quality,
        "metadata": metadata,
    }
    shares = {}
    form = "FILE=SHARE with a share from 0 to 1, such as wave.jpg=0.5"
    for file, share in _pairs("--blend", form, blend):
        try:
            shares[file] = float(share)
        except ValueError:
            raise InputError(f"--blend '{file}={share}' is not {form}") from None
    options = {
        "blend": shares,
        "mask": mask,
        "regions": _pairs("--region", "MASK=STYLE, such as sky.png=wave.jpg", region),
        "style_mask": style_mask,
        "start": start,
        "video": video,
        "save_every": save_every,
        "resume": resume,
        "overwrite": overwrite,
    }
    try:
        if _is_video(pictures[0], out):
            _run_video(pictures, Path(out), chosen, consistency, options, as_json)
            return
        with _until_interrupted() as stop:
            _run(pictures, out, chosen, options | {"stop": stop}, as_json)
    except SettingError as error:
        # In the words of the command line.
        name = {"regions": "region"}.get(error.name, error.name).replace("_", "-")
        raise InputError(f"--{name}{error.said}") from error


def _run(
    pictures: list[str], out: str, chosen: dict[str, Any], options: dict[str, Any], as_json: bool
) -> None:
    """One picture to a file or to standard output, or several to a folder."""
    from nstbench.api import SettingError, stylize, stylize_all
    from nstbench.api.outputs import contents_in, names_for
    from nstbench.api.settings import merged
    from nstbench.images.pictures import write_picture

    options["settings"] = merged(None, chosen)
    needs_style = options["settings"].recipe().needs_style
    # A file takes one result, so the last picture is meant for a style, even where none is looked at.
    style = pictures.pop() if len(pictures) > 1 and (needs_style or Path(out).suffix) else None
    if [*pictures, style].count(PIPE) > 1:
        raise InputError("standard input has one picture; give - once")
    files = [Path("picture.png")] if pictures == [PIPE] else contents_in(pictures)
    several = len(files) > 1 or Path(pictures[0]).is_dir()
    if several and (out == PIPE or Path(out).suffix):
        raise SettingError("out", f"{out} is no folder, and there are {len(files)} pictures; give a folder")
    if out == PIPE and (as_json or sys.stdout.isatty()):
        raise SettingError("out", "standard output would be a picture's bytes; give a file")

    style_read = _piped() if style == PIPE else style
    if several:
        batch = stylize_all(files, style_read, out, **options)
        made, written = list(batch.written.values()), f"{len(batch.written)} pictures to {out}"
        if as_json:
            print_json([{**each.summary, "out": file} for file, each in batch.written.items()])
    else:
        content = _piped() if pictures == [PIPE] else files[0]
        to_folder = out != PIPE and (Path(out).is_dir() or out.endswith("/"))
        target = names_for(files, Path(out))[0] if to_folder else Path(out)
        made, written = (
            [stylize(content, style_read, None if out == PIPE else target, **options)],
            str(target),
        )
        if out == PIPE:
            write_picture(made[0].picture, sys.stdout.buffer, "PNG", metadata=made[0].metadata)
        if as_json:
            print_json({**made[0].summary, "out": target})
    stopped = [each.summary["stopped_after"] for each in made if "stopped_after" in each.summary]
    if stopped:
        print(
            f"nstbench: stopped after {stopped[0]} evaluations; wrote {written}; go on with the same command "
            "and --resume",
            file=sys.stderr,
        )
        raise typer.Exit(INTERRUPTED)
    if several and batch.skipped:
        print(f"nstbench: wrote {written}, skipped {len(batch.skipped)}", file=sys.stderr)
        raise typer.Exit(1)
    if not as_json and out != PIPE:
        say(f"wrote {written} ({sum(each.summary['seconds'] for each in made):.2f} s)")


def _is_video(content: str, out: str) -> bool:
    """Whether a video is to be made of a video; of an animation a picture may be made as well."""
    from nstbench.images.video import ANIMATIONS, FORMATS, moves

    may_stand_still = Path(content).suffix.lower() in ANIMATIONS and Path(out).suffix.lower() not in FORMATS
    return moves(Path(content)) and not may_stand_still


def _run_video(
    pictures: list[str],
    out: Path,
    chosen: dict[str, Any],
    consistency: float,
    options: dict[str, Any],
    as_json: bool,
) -> None:
    """One video, and perhaps a style."""
    from nstbench.api import SettingError, stylize_video

    if len(pictures) > 2:
        raise InputError(f"{pictures[0]} is a video, which comes alone; give it and a style")
    used = {name: options.pop(name) for name in ("blend", "start", "overwrite")}
    for name, value in options.items():
        if value:
            raise SettingError(name, "a video takes none; leave it out, or give its frames as pictures")
    style = pictures[1] if len(pictures) == 2 else None
    try:
        made = stylize_video(pictures[0], style, out, consistency=consistency, **used, **chosen)
    except KeyboardInterrupt:
        print(
            f"nstbench: stopped; finished frames are in {out}.frames, and the same command goes on",
            file=sys.stderr,
        )
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json({**made.summary, "out": out})
    else:
        say(f"wrote {out} ({made.summary['frames']} frames, {made.summary['seconds']} s)")


def _piped() -> "Image.Image":
    """The picture on standard input."""
    from nstbench.images.reading import read_with_alpha

    return read_with_alpha(Path("/dev/stdin"))


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; pressed again, it ends the program at once."""
    pressed: list[int] = []

    def note(number: int, frame: object) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _pairs(option: str, form: str, given: list[str] | None) -> list[tuple[str, str]]:
    """LEFT=RIGHT as pairs; InputError when one is not that, or names what another has named."""
    pairs: dict[str, str] = {}
    for each in given or []:
        left, equals, right = each.rpartition("=")
        if not (left and equals and right):
            raise InputError(f"{option} {each!r} is not {form}")
        if left in pairs:
            raise InputError(f"{option} {left!r} is given twice; give each file once")
        pairs[left] = right
    return list(pairs.items())


def _weights(option: str, layers: str | None) -> dict[str, float] | None:
    """Layers as `relu1_1,relu2_1=2` with their weights, 1 where there is none."""
    if layers is None:
        return None
    weights = {}
    for each in layers.split(","):
        layer, _, weight = each.strip().partition("=")
        try:
            weights[layer] = float(weight or 1)
        except ValueError:
            raise InputError(f"{option} {each!r} is not LAYER=WEIGHT, such as relu2_1=2") from None
    return weights
