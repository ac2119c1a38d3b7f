"""What methods that descend on pixels share: the network, the start, the optimiser, the total variation."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

import torch
from torch import Tensor

from nstbench.images.noise import grey_noise
from nstbench.losses.objective import IMAGE, Objective, Term
from nstbench.losses.total_variation import TotalVariationLoss
from nstbench.methods.base import Parameters, Task, TotalVariation
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.loading import load_backbone
from nstbench.networks.weight_sources import RANDOM_WIDTHS
from nstbench.optim import loop
from nstbench.optim.adam import Adam
from nstbench.optim.lbfgs import LBFGS, remembered
from nstbench.optim.lockstep import Request, evaluate
from nstbench.optim.loop import Outcome
from nstbench.optim.optimiser import Optimiser
from nstbench.optim.settings import AdamSettings, LBFGSSettings, OptimiserSettings, SGDSettings
from nstbench.optim.sgd import SGD
from nstbench.optim.smoothing import Smoothing

# Networks that a descent holds, so that others beside it share them.
_IN_USE: WeakValueDictionary[Hashable, Backbone] = WeakValueDictionary()


def open_backbone(task: Task[GatysParameters]) -> Backbone:
    """Load the network that the task's parameters name, down to the deepest of their layers.

    While somebody holds it, others are given the same one, which nobody is to change.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), and how.

    Returns
    -------
    Backbone
        Frozen, on the task's device and in its precision.

    Raises
    ------
    InputError
        When content or style is too small for the layers, or the weights cannot be had.
    """
    parameters, table = task.parameters, architecture(task.parameters.backbone)
    layers = [*parameters.content_layers, *parameters.style_layers]
    table.check_side(layers, min(task.content.shape[-2:]))
    for style in (task.style, *task.others.values()):
        table.check_side(parameters.style_layers, min(style.shape[-2:]))
    network = (
        parameters.backbone,
        parameters.weights,
        parameters.pooling,
        task.hardware,
        parameters.normalisation,
        task.seed if parameters.weights in RANDOM_WIDTHS else 0,
        parameters.preprocessing,
    )
    files = [(file, file.stat().st_mtime_ns) for file in parameters.weight_files()]
    deepest = max(layers, key=table.layer_names.index)
    key = (network, *files, parameters.input_blur, deepest)
    backbone = _IN_USE.get(key)
    if backbone is None:
        _IN_USE[key] = backbone = load_backbone(*network)
        backbone.input_blur = parameters.input_blur
        backbone.truncate(layers)
    return backbone


async def descend(
    task: Task[GatysParameters],
    backbone: Backbone,
    objective: Objective,
    facts: Mapping[str, float | str | None] | None = None,
) -> Outcome:
    """Descend from the start that the task's parameters name, with their optimiser and budget.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and how.
    backbone
        The network of the objective.
    objective
        What is minimised.
    facts
        What the method knows of the run, by name.

    Returns
    -------
    Outcome
        The picture, not clipped; its facts also name the pictures that the network was normalised on, the
        convolutions that took Winograd's algorithms, and what is done otherwise because the picture is large:
        `evaluated` by strips, and how many `steps_remembered` there are.

    Raises
    ------
    InputError
        When the descent diverges.
    """
    parameters = task.parameters
    outcome = await loop.descend(
        objective,
        start_image(task, parameters.init),
        make_optimiser(parameters.optimiser, task.content),
        parameters.evaluations,
        task.watch,
        task.checkpoint,
        task.show,
    )
    own = {"normalised_on": backbone.calibration, "winograd": backbone.winograd}
    return replace(
        outcome, facts={**own, **_rules_of_size(parameters, backbone, task.content), **(facts or {})}
    )


def _rules_of_size(
    parameters: GatysParameters, backbone: Backbone, image: Tensor
) -> dict[str, float | str | None]:
    """What is done otherwise because the picture is large; nothing for one that is not."""
    rules: dict[str, float | str | None] = {}
    if not backbone.in_one_piece(image):
        rules["evaluated"] = "by strips"
    if isinstance(parameters.optimiser, LBFGSSettings):
        steps = remembered(parameters.optimiser.history, image.numel())
        if steps < parameters.optimiser.history:
            rules["steps_remembered"] = steps
    return rules


def variation_terms(tv: TotalVariation | None, visible: Tensor | None = None) -> list[Term]:
    """Make the term of total variation.

    Parameters
    ----------
    tv
        Its form and weight.
    visible
        What of the content counts, (1, 1, H, W) in [0, 1]; None for all of it.

    Returns
    -------
    list of Term
        The one term, `tv`; none for None.
    """
    return [] if tv is None else [Term("tv", tv.weight, (IMAGE,), TotalVariationLoss(tv.form, visible))]


def gradient_length(backbone: Backbone, terms: Sequence[Term], image: Tensor) -> float:
    """Measure the gradient of weighted terms with respect to an image.

    Parameters
    ----------
    backbone
        The network that features are taken from.
    terms
        What is summed up.
    image
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        The Euclidean length.
    """
    (answer,) = evaluate([Request(Objective(backbone, terms), image)])
    if isinstance(answer, Exception):
        raise answer
    return float(answer.gradient.norm())


def start_image(task: Task[Parameters], init: str) -> Tensor:
    """Make the image that a descent starts from.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and the seed; its `start` comes before `init`.
    init
        `content`, `style` (resized), or `noise` (by the seed).

    Returns
    -------
    Tensor
        (1, 3, H, W), of the content's size, its own memory.
    """
    if task.start is not None:
        return task.start.clone()
    if init == "noise":
        return grey_noise(task.content.shape, task.seed).to(task.content.device)
    if init == "style":
        return style_at_size_of_content(task)
    return task.content.clone()


def style_at_size_of_content(task: Task[Parameters]) -> Tensor:
    """Resize the style to the content's size; its aspect is given up for the content's.

    Parameters
    ----------
    task
        Content (1, 3, H, W) and style (1, 3, h, w), RGB in [0, 1].

    Returns
    -------
    Tensor
        (1, 3, H, W), RGB in [0, 1].
    """
    size = task.content.shape[-2:]
    return torch.nn.functional.interpolate(
        task.style, size, mode="bicubic", antialias=True, align_corners=False
    ).clamp_(0, 1)


def make_optimiser(settings: OptimiserSettings, image: Tensor | None = None) -> Optimiser:
    """Make the optimiser that settings describe.

    Parameters
    ----------
    settings
        Its kind and its numbers.
    image
        (1, 3, H, W), of the size and on the device of what descends, which only smoothing asks for.

    Returns
    -------
    Optimiser
        Not started yet.
    """
    match settings:
        case LBFGSSettings():
            smooth = None
            if settings.smoothing and image is not None:
                height, width = image.shape[-2:]
                smooth = Smoothing(height, width, settings.smoothing, image.device)
            return LBFGS(settings.rate, settings.history, settings.line_search, smooth)
        case AdamSettings():
            return Adam(settings.rate)
        case SGDSettings():
            return SGD(settings.rate, settings.momentum)
