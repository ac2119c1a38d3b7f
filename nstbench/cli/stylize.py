"""Usage: `nstbench stylize CONTENT [STYLE] -o OUT`."""

from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.options import Device, Precision
from nstbench.cli.output import AsJson, print_json, say
from nstbench.core.errors import InputError

EXAMPLES = (
    "nstbench stylize cat.jpg starry.jpg -o out.png --size 512",
    "nstbench stylize cat.jpg starry.jpg -o out.png --method novak2016 --preserve-color luminance",
    "nstbench stylize cat.jpg starry.jpg -o out.png --method adain2017 --strength 0.7",
    "nstbench stylize cat.jpg -o out.png --method johnson2016 --network whirling_night",
)

Content = Annotated[Path, typer.Argument(help="The picture to stylize.", show_default=False)]
Style = Annotated[
    Path | None,
    typer.Argument(
        help="The picture whose style is taken; none for a network that has learned its style.",
        show_default=False,
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Where to write the result (.png, .jpg, .webp, .tif).")
]
Video = Annotated[
    Path | None,
    typer.Option(
        help="Where to write a video of the way there (.gif, .webp, or .mp4 by the program ffmpeg)."
    ),
]
Size = Annotated[int, typer.Option(help="Long side of the result in pixels.")]
Evaluations = Annotated[
    int | None,
    typer.Option(
        "--evaluations",
        "--iterations",
        help="Evaluations of the loss; more is slower and finer.",
        show_default="the method's",
    ),
]
Scales = Annotated[
    int | None,
    typer.Option(
        help="Sizes to descend at, each twice the one before; they share the evaluations. 2 or 3 paint "
        "larger strokes from 768 px on.",
        show_default="1",
    ),
]
Backbone = Annotated[str | None, typer.Option(help="See `nstbench list backbones`.", show_default="vgg19")]
Weights = Annotated[
    str | None,
    typer.Option(
        help="original, embedded, imagenet, random, random-half, or a file.",
        show_default="original for vgg19, else embedded",
    ),
]
Preprocessing = Annotated[
    str | None,
    typer.Option(
        help="What the weights in a file expect: caffe, torchvision or halves (docs/networks.md).",
        show_default="recognised",
    ),
]
Network = Annotated[
    str | None,
    typer.Option(
        help="What a method of one pass stylizes with: see `nstbench list networks`, or a file.",
        show_default="the method's",
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(help="How much of the style, 0 to 1 (adain2017).", show_default="1"),
]
Blend = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE=SHARE",
        help="A further style and its share of 1, of which STYLE has the rest (adain2017); may be repeated.",
        show_default=False,
    ),
]
PreserveColour = Annotated[
    str | None,
    typer.Option(
        "--preserve-colour",
        "--preserve-color",
        help="Keep the content's colours: luminance, luminance-mean, luminance-mean-std, histogram, "
        "cholesky, image-analogies or symmetric (docs/colour.md).",
        show_default="none",
    ),
]


def stylize(
    content: Content,
    out: Out,
    style: Style = None,
    video: Video = None,
    method: Annotated[str, typer.Option(help="See `nstbench list methods`.")] = "gatys2015",
    size: Size = 256,
    evaluations: Evaluations = None,
    scales: Scales = None,
    backbone: Backbone = None,
    weights: Weights = None,
    preprocessing: Preprocessing = None,
    network: Network = None,
    strength: Strength = None,
    blend: Blend = None,
    preserve_colour: PreserveColour = None,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Stylize one picture with the style of another."""
    from nstbench.api import stylize as make

    result = make(
        content,
        style,
        out,
        video=video,
        method=method,
        size=size,
        evaluations=evaluations,
        scales=scales,
        backbone=backbone,
        weights=weights,
        preprocessing=preprocessing,
        network=network,
        strength=strength,
        blend=_shares(blend or []),
        preserve_colour=preserve_colour,
        seed=seed,
        precision=precision,
        device=device,
    )
    if as_json:
        print_json({**result.summary, "out": str(out)})
    else:
        say(f"wrote {out} ({result.summary['seconds']} s)")


def _shares(blend: list[str]) -> dict[str, float]:
    """FILE=SHARE as files with their shares; InputError when one is not that or is given twice."""
    shares: dict[str, float] = {}
    for given in blend:
        file, _, share = given.rpartition("=")
        if file in shares:
            raise InputError(f"--blend {file!r} is given twice; give each file once, with all of its share")
        try:
            shares[file] = float(share)
        except ValueError:
            raise InputError(f"--blend {given!r} is not FILE=SHARE, such as wave.jpg=0.5") from None
    return shares
