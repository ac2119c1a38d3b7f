"""The command that makes a single picture of the pipeline again, where there is one."""

import shlex
from pathlib import Path

from nstbench.images.pictures import read_picture
from nstbench.methods import method
from nstbench.pipeline.finished import FinishedRun

# What the command line calls the parameters that it can change.
OPTIONS = {
    "evaluations": "--iterations",
    "backbone": "--backbone",
    "weights": "--weights",
    "network": "--network",
    "strength": "--strength",
    "preserve_colour": "--preserve-colour",
}


def stylize_command(run: FinishedRun, results: Path) -> str | None:
    """`nstbench stylize ...` with the parameters of `run`, to be called where results/ is.

    None when the command line cannot express them, or when the pipeline cut the pictures to squares, which
    the command does not.
    """
    specification = run.planned.run
    recipe = method(specification.method)
    usual = recipe.configure(recipe.default_preset, {}).model_dump()
    wanted = specification.parameters
    changes = {name: wanted[name] for name in OPTIONS if name in wanted and wanted[name] != usual.get(name)}
    names = [specification.content, *([specification.style] if recipe.needs_style else [])]
    pictures = [results / "pictures" / f"{name}.png" for name in names]
    if wanted != recipe.configure(recipe.default_preset, changes).model_dump() or not all(
        map(_is_square, pictures)
    ):
        return None
    shown = [f"results/pictures/{picture.name}" for picture in pictures]
    words = ["nstbench", "stylize", *shown, "-o", "out.png", "--method", recipe.id]
    words += ["--size", str(specification.size)]
    for name, value in changes.items():
        words += [OPTIONS[name], _network(str(value), results) if name == "network" else str(value)]
    if specification.seed:
        words += ["--seed", str(specification.seed)]
    if specification.precision != "auto":
        words += ["--precision", specification.precision]
    return shlex.join(words)


def _is_square(picture: Path) -> bool:
    width, height = read_picture(picture).size
    return width == height


def _network(name: str, results: Path) -> str:
    """The file of a network that the pipeline has trained itself."""
    trained = results / "networks" / f"{name}.safetensors"
    return f"results/networks/{trained.name}" if trained.is_file() else name
