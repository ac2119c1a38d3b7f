"""A run made again in small, with other settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import PIL.Image
from matplotlib.figure import Figure

from nstbench.charts.style import TYPOGRAPHY
from nstbench.images.pictures import load_picture
from nstbench.methods.base import Task
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.finished import FinishedRun


def varied(
    experiment: Experiment, run: FinishedRun, size: int, changes: Mapping[str, Any], pictures: Path
) -> PIL.Image.Image:
    """A picture of `size` pixels like that of `run`, with the settings in `changes`.

    Content and style are read from the folder `pictures`. InputError on a setting that the method lacks.
    """
    from nstbench.images.tensors import to_picture, to_tensor
    from nstbench.methods.colour.preservation import stylize
    from nstbench.optim.lockstep import finish

    arm, specification = run.planned.arm, run.planned.run
    recipe = experiment.method_of(arm)
    hardware = recipe.hardware()
    settings = experiment.settings_of(arm, shortened=True)
    parameters = experiment.configure(arm, {**settings, **changes})
    content, style = (
        to_tensor(load_picture(pictures / f"{name}.png", size, square=True)).to(hardware.device)
        for name in (specification.content, specification.style)
    )
    task = Task(content, style, parameters, specification.seed, hardware)
    return to_picture(finish(stylize(recipe, task)).image)


def side_by_side(pictures: Mapping[str, PIL.Image.Image]) -> Figure:
    """Two pictures under their titles."""
    with matplotlib.rc_context(TYPOGRAPHY):
        figure = Figure(figsize=(7.0, 3.8), layout="constrained")
        for axes, (title, picture) in zip(figure.subplots(1, 2), pictures.items(), strict=True):
            axes.imshow(picture, interpolation="bicubic")
            axes.set_title(title, loc="left")
            axes.set_axis_off()
    return figure
