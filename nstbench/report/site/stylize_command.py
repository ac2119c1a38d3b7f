"""The command that makes a single picture of the pipeline again, where there is one."""

import shlex
from pathlib import Path

from nstbench.images.reading import read_picture
from nstbench.methods import method
from nstbench.pipeline.finished import FinishedRun

# What the command line calls the parameters that it can change.
OPTIONS = {
    "evaluations": "--iterations",
    "backbone": "--backbone",
    "weights": "--weights",
    "preprocessing": "--preprocessing",
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
    sizes = (read_picture(picture).size for picture in pictures)
    if wanted != recipe.configure(recipe.default_preset, changes).model_dump() or any(
        width != height for width, height in sizes
    ):
        return None
    trained = results / "networks" / f"{changes.get('network')}.safetensors"
    if trained.is_file():  # by the pipeline itself
        changes["network"] = f"results/networks/{trained.name}"
    shown = [f"results/pictures/{picture.name}" for picture in pictures]
    words = ["nstbench", "stylize", *shown, "-o", "out.png", "--method", recipe.id]
    words += ["--size", str(specification.size)]
    for name, value in changes.items():
        words += [OPTIONS[name], str(value)]
    if specification.seed:
        words += ["--seed", str(specification.seed)]
    if specification.precision != "auto":
        words += ["--precision", specification.precision]
    return shlex.join(words)
