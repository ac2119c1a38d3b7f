"""nstbench stylize CONTENT [STYLE] -o OUT"""

import json
from pathlib import Path
from typing import Annotated

import typer

from nstbench.core.errors import InputError

Content = Annotated[Path, typer.Argument(help="The picture to repaint.", show_default=False)]
Style = Annotated[
    Path | None,
    typer.Argument(
        help="The painting whose style is taken; none for a network that has learned its style.",
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
Iterations = Annotated[
    int | None, typer.Option(help="Evaluations of the loss; more is slower and finer.", show_default="300")
]
Backbone = Annotated[str | None, typer.Option(help="See `nstbench list backbones`.", show_default="vgg19")]
Weights = Annotated[
    str | None,
    typer.Option(help="embedded, imagenet, random, random-half, or a file.", show_default="embedded"),
]
Network = Annotated[
    str | None,
    typer.Option(
        help="What a fast method paints with: see `nstbench list networks`, or a file.",
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
        help="Keep the content's colours: luminance, luminance-mean, luminance-mean-std, histogram, "
        "cholesky, image-analogies or symmetric (docs/colour.md).",
        show_default="none",
    ),
]
Precision = Annotated[str, typer.Option(help="auto, fp32 or bf16.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print how the picture was made as JSON.")]


def stylize(
    content: Content,
    out: Out,
    style: Style = None,
    video: Video = None,
    method: Annotated[str, typer.Option(help="See `nstbench list methods`.")] = "gatys2015",
    size: Size = 256,
    iterations: Iterations = None,
    backbone: Backbone = None,
    weights: Weights = None,
    network: Network = None,
    strength: Strength = None,
    blend: Blend = None,
    preserve_colour: PreserveColour = None,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Paint one picture in the style of another."""
    from nstbench.api import stylize as make

    result = make(
        content,
        style,
        out,
        video=video,
        method=method,
        size=size,
        iterations=iterations,
        backbone=backbone,
        weights=weights,
        network=network,
        strength=strength,
        blend=_shares(blend or []),
        preserve_colour=preserve_colour,
        seed=seed,
        precision=precision,
        device=device,
    )
    if as_json:
        print(json.dumps({**result.summary, "out": str(out)}, indent=2))
    else:
        print(f"wrote {out} ({result.summary['seconds']} s)")


def _shares(blend: list[str]) -> dict[str, float]:
    """The files with their shares; InputError when one is given twice."""
    shares: dict[str, float] = {}
    for file, share in map(_share, blend):
        if file in shares:
            raise InputError(f"--blend {file!r} is given twice; give each file once, with all of its share")
        shares[file] = share
    return shares


def _share(given: str) -> tuple[str, float]:
    """FILE=SHARE as a file and a number; InputError when it is not."""
    file, _, share = given.rpartition("=")
    try:
        return file, float(share)
    except ValueError:
        raise InputError(f"--blend {given!r} is not FILE=SHARE, such as wave.jpg=0.5") from None
