"""Usage: `nstbench fetch [NAME ...]`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.output import say
from nstbench.cli.requirements import checkout
from nstbench.core.errors import InputError

EXAMPLES = (
    "NSTBENCH_DATA=~/paintings nstbench fetch",
    "NSTBENCH_DATA=~/paintings nstbench fetch starry_night",
)


def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Pictures by name; all when left out.")] = None,
) -> None:
    """Download the famous paintings of the manifest into the folder NSTBENCH_DATA, checksums verified.

    A file of a picture's name that is there already stays. What is out of reach is told, and the others come.
    """
    root = checkout()
    from nstbench.images.fetching import fetch_picture
    from nstbench.images.manifest import load_manifest

    folder = os.environ.get("NSTBENCH_DATA")
    if not folder:
        raise InputError("NSTBENCH_DATA is not set; set it to the folder to download into")
    pictures = load_manifest(root / "data" / "images.yaml")
    wanted = names or [name for name, picture in pictures.root.items() if picture.md5]
    missing = 0
    for name, picture in [(name, pictures[name]) for name in wanted]:
        try:
            say(f"{name}: {fetch_picture(name, picture, Path(folder))}")
        except InputError as error:
            missing += 1
            print(f"nstbench: {error}", file=sys.stderr)
    if missing:
        print(f"nstbench: {missing} of {len(wanted)} pictures are not there", file=sys.stderr)
        raise typer.Exit(1)
