"""What `import nstbench` offers besides losses: stylize, score, networks, lists of methods and metrics."""

import logging
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from PIL import Image, ImageOps
from torch import Tensor

from nstbench.core.configuration import SEEDS
from nstbench.core.errors import InputError
from nstbench.core.hardware import resolve
from nstbench.core.progress import progress
from nstbench.images.pictures import SMALLEST_SIDE, check_output, save_picture
from nstbench.images.sources import Source, load_source, read_source, source_name
from nstbench.images.tensors import to_picture, to_tensor
from nstbench.methods import method as find_method
from nstbench.methods import methods
from nstbench.methods.base import DescentParameters, Method, Parameters, Task
from nstbench.methods.colour.preservation import stylize as preserving_colour
from nstbench.methods.memory import check_memory
from nstbench.metrics import metrics as registered_metrics
from nstbench.metrics.base import Comparison, EvaluatedImage, Metric
from nstbench.metrics.scoring import Score, measure
from nstbench.networks import loading
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.normalisation import Normalisation
from nstbench.networks.preprocessing import PreprocessingName
from nstbench.networks.weight_sources import weights_for
from nstbench.optim.film import filmed
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import Outcome
from nstbench.optim.snapshots import Snapshots

# Beyond this the features of three pictures fill more memory than an ordinary machine has.
LARGEST_SCORED_SIDE = 2048

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stylization:
    """A stylized picture, and how it was made.

    Attributes
    ----------
    picture : PIL.Image.Image
        8-bit RGB.
    summary : dict
        The method, its parameters, seed, device, precision, seconds and the final loss, ready for JSON.
    """

    picture: Image.Image
    summary: dict[str, Any]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path : str or path
            Ends in .png, .jpg, .webp or .tif, which decides the format.

        Raises
        ------
        InputError
            If the format is unknown or the folder cannot be written.
        """
        save_picture(self.picture, Path(path))


def stylize(
    content: Source,
    style: Source | None,
    out: str | os.PathLike[str] | None = None,
    *,
    video: str | os.PathLike[str] | None = None,
    method: str | Method = "gatys2015",
    size: int = 256,
    evaluations: int | None = None,
    scales: int | None = None,
    backbone: str | None = None,
    weights: str | None = None,
    preprocessing: str | None = None,
    network: str | None = None,
    strength: float | None = None,
    blend: Mapping[str, float] | None = None,
    preserve_colour: str | None = None,
    seed: int = 0,
    precision: str = "auto",
    device: str = "auto",
) -> Stylization:
    """Stylize one picture with the style of another.

    Progress goes to stderr; `logging.getLogger("nstbench").setLevel("ERROR")` turns it off.

    Parameters
    ----------
    content : str, path, PIL.Image.Image or numpy.ndarray
        The picture to stylize: a file, an image of any mode, or an array (H, W, 3) of uint8 or of floating
        point in [0, 1].
    style : str, path, PIL.Image.Image, numpy.ndarray or None
        The picture whose style is taken; None for a method whose network has learned its style.
    out : str or path, optional
        Where to save the result (.png, .jpg, .webp, .tif).
    video : str or path, optional
        Where to save the way there, a frame an evaluation (.gif, .webp, or .mp4 by the program ffmpeg).
    method : str or Method, optional
        An id of `list_methods`, or a method of your own.
    size : int, optional
        Long side of the result in pixels, 16 to 8192.
    evaluations : int, optional
        How often a descent may evaluate its loss; the method's own number when left out.
    scales : int, optional
        At how many sizes a descent is made, the last of them `size` and each twice the one before; they share
        the evaluations. 1 when left out; 2 or 3 paint larger strokes from 768 px on.
    backbone : str, optional
        The network whose features are compared, such as "vgg19"; the method's own when left out.
    weights : str, optional
        "original", "embedded", "imagenet", "random", "random-half" or a file; the method's own when left out.
    preprocessing : str, optional
        What the weights in a file expect of a picture: "caffe" (BGR bytes minus the mean pixel),
        "torchvision" or "halves"; recognised when left out, with a warning where that takes a guess.
    network : str, optional
        What a method of one pass stylizes with: a shipped network's name or a file.
    strength : float, optional
        How much of the style, 0 to 1 (adain2017).
    blend : mapping of str to float, optional
        Further style files and their shares of 1, of which `style` has the rest (adain2017).
    preserve_colour : str, optional
        Keep the content's colours: "luminance", "luminance-mean", "luminance-mean-std", "histogram",
        "cholesky", "image-analogies" or "symmetric".
    seed : int, optional
        Of every random draw, 0 to 2^64 - 1.
    precision : str, optional
        "fp32", "bf16", or "auto": bf16 where the device computes in it.
    device : str, optional
        "cpu", "cuda", "mps", or "auto": a GPU if there is one.

    Returns
    -------
    Stylization
        The picture of `size`, with the content's aspect, and how it was made.

    Raises
    ------
    InputError
        If a picture cannot be used, an argument is out of range, or a file cannot be written; in one line.
    """
    if out is not None:
        check_output(Path(out))
    recipe = method if isinstance(method, Method) else find_method(method)
    options = {
        "backbone": backbone,
        "weights": weights,
        "preprocessing": preprocessing,
        "network": network,
        "strength": strength,
        "blend": dict(blend) if blend else None,
        "evaluations": evaluations,
        "scales": scales,
        "preserve_colour": preserve_colour,
    }
    given = {name: value for name, value in options.items() if value is not None}
    parameters = recipe.configure(recipe.default_preset, given)
    _check_request(recipe, style, seed)
    hardware = recipe.hardware(device, precision)

    def tensor(source: Source, role: str) -> Tensor:
        return to_tensor(load_source(source, size, role)).to(hardware.device)

    image = tensor(content, "content")
    # Without a style, only what keeps the content's colours looks at one; they are to be as they are.
    style_image = image if style is None else tensor(style, "style")
    others = {file: tensor(file, "style") for file in parameters.other_pictures()}
    height, width = image.shape[-2:]
    title = f"{recipe.id} on {hardware.device} in {hardware.precision}"
    log.info("%s, %dx%d px: %s", title, width, height, parameters)
    started = time.perf_counter()
    with _filmed(parameters, video) as show:
        with progress(title, parameters.steps(height, width)) as watch:
            task = Task(image, style_image, parameters, seed, hardware, watch, show=show, others=others)
            check_memory(recipe, task)
            outcome = finish(preserving_colour(recipe, task))
        style_name = None if style is None else source_name(style, "style")
        sources = {"content": source_name(content, "content"), "style": style_name}
        summary = _summary(recipe, task, outcome, time.perf_counter() - started)
        result = Stylization(to_picture(outcome.image), sources | summary)
        if out is not None:  # Before the video is written, which may fail.
            result.save(out)
    return result


def _summary(recipe: Method, task: Task, outcome: Outcome, seconds: float) -> dict[str, Any]:
    """How a picture was made, ready for JSON."""
    height, width = task.content.shape[-2:]
    return {
        "method": recipe.id,
        "parameters": task.parameters.model_dump(),
        "size": [width, height],
        "seed": task.seed,
        "device": str(task.hardware.device),
        "precision": task.hardware.precision,
        "torch": torch.__version__,
        "seconds": round(seconds, 2),
        "loss": None if outcome.final[0].isnan() else outcome.final[0].item(),
    }


def _filmed(
    parameters: Parameters, video: str | os.PathLike[str] | None
) -> AbstractContextManager[Snapshots | None]:
    """What a descent shows its way to while a video is made; nothing without one."""
    if video is None:
        return nullcontext()
    if not isinstance(parameters, DescentParameters):
        raise InputError(f"cannot film {video}: this method makes its picture at once; leave the video out")
    return filmed(parameters.evaluations, Path(video))


def _check_request(recipe: Method, style: Source | None, seed: int) -> None:
    """InputError when a method lacks its style or would not look at it, or when no seed can be this."""
    if not 0 <= seed < SEEDS:
        raise InputError(f"seed {seed} is out of range; allowed: 0 to {SEEDS - 1}")
    if recipe.needs_style and style is None:
        raise InputError(f"{recipe.id} takes the style from a picture; give one after the content")
    if not recipe.needs_style and style is not None:
        raise InputError(
            f"{recipe.id} stylizes with what its network has learned and would not look at "
            f"{source_name(style, 'style')}; leave it out, and choose a network instead "
            "(`nstbench list networks`)"
        )


@dataclass(frozen=True)
class MetricScore:
    """What a metric says of a result.

    Attributes
    ----------
    metric : str
        Its id.
    value : float or None
        None where it cannot be measured; `reason` says why.
    better : str
        The direction in which it improves, "lower" or "higher".
    title : str
        What it measures.
    reason : str
        Why there is no value, what limits it, or what it comes from; often empty.
    content_copied, style_copied : float or None
        The scores of the content and of the style, handed back in place of a result, as a scale.
    """

    metric: str
    value: float | None
    better: str
    title: str
    reason: str
    content_copied: float | None
    style_copied: float | None


def score(
    result: Source, content: Source, style: Source, *, metrics: Sequence[Metric] | None = None
) -> dict[str, MetricScore]:
    """Score a picture against its content and its style.

    The result is scored at its own size. The content is scaled to the same size, its centre cut out where it
    has another shape; the style is scaled to the same long side.

    Parameters
    ----------
    result : str, path, PIL.Image.Image or numpy.ndarray
        The picture to score, with sides of 16 to 2048 px; files, images or arrays as for `stylize`.
    content : str, path, PIL.Image.Image or numpy.ndarray
        The picture that was stylized.
    style : str, path, PIL.Image.Image or numpy.ndarray
        The picture whose style was taken.
    metrics : sequence of Metric, optional
        Of `list_metrics`, or your own; every one when left out. Those that need a truth are passed over.

    Returns
    -------
    dict of str to MetricScore
        The scores by the metrics' ids.

    Raises
    ------
    InputError
        If a picture cannot be used or is too small or too large.
    """
    found = read_source(result, "result")
    if min(found.size) < SMALLEST_SIDE or max(found.size) > LARGEST_SCORED_SIDE:
        raise InputError(
            f"{source_name(result, 'result')} has {found.width}x{found.height} px; sides of {SMALLEST_SIDE} "
            f"to {LARGEST_SCORED_SIDE} px can be scored, so scale it first"
        )
    size = max(found.size)
    wanted = load_source(content, size, "content")
    if wanted.size != found.size:
        if any(abs(side - other) > 1 for side, other in zip(wanted.size, found.size, strict=True)):
            log.warning(
                "%s has another shape than %s: its centre is compared",
                source_name(content, "content"),
                source_name(result, "result"),
            )
        whole = read_source(content, "content", size)
        wanted = ImageOps.fit(whole, found.size, Image.Resampling.BICUBIC)
    painting = load_source(style, size, "style")
    style_copy = ImageOps.fit(painting, found.size, Image.Resampling.BICUBIC)
    seen, seen_content, seen_style, seen_copy = (
        EvaluatedImage(to_tensor(picture)) for picture in (found, wanted, painting, style_copy)
    )
    every = list_metrics() if metrics is None else metrics
    chosen = [metric for metric in every if not metric.needs_truth]
    comparisons = [Comparison(side, seen_content, seen_style) for side in (seen, seen_content, seen_copy)]

    def reason(score: Score) -> str:
        explain = score.metric.explain
        return explain(comparisons[0]) if explain and not score.reason else score.reason

    return {
        own.metric.id: MetricScore(
            own.metric.id,
            _known(own.value),
            own.metric.better,
            own.metric.title,
            reason(own),
            _known(content_copied.value),
            _known(style_copied.value),
        )
        for own, content_copied, style_copied in zip(
            *(measure(comparison, chosen=chosen) for comparison in comparisons), strict=True
        )
    }


def _known(value: float) -> float | None:
    return None if value != value else value


def load_backbone(
    id: str = "vgg19",
    *,
    weights: str | None = None,
    pooling: Literal["max", "average"] = "max",
    normalisation: Normalisation = "mean-1",
    preprocessing: PreprocessingName | None = None,
    seed: int = 0,
    precision: str = "fp32",
    device: str = "auto",
) -> Backbone:
    """Load a pretrained network whose features losses compare.

    Parameters
    ----------
    id : str, optional
        An architecture, as `nstbench list backbones` names it.
    weights : str, optional
        "original" (its authors'; vgg19 only), "embedded" (half width, ships with the package), "imagenet"
        (found on this machine, else downloaded), "random", "random-half", or a file; the original where there
        is one, else the embedded when left out.
    pooling : {"max", "average"}, optional
        How the network pools.
    normalisation : str, optional
        "mean-1" scales every channel to a mean activation of 1 over photographs, "port" does as the first
        document's code, "one-scale" divides all features by one number, which brings those of networks in
        Caffe's convention to torchvision's units, and "none" leaves the network as it was trained.
    preprocessing : {"caffe", "torchvision", "halves"}, optional
        What the weights in a file expect of an image; recognised when left out.
    seed : int, optional
        Of random weights.
    precision : str, optional
        "fp32", "bf16" or "auto".
    device : str, optional
        "cpu", "cuda", "mps" or "auto".

    Returns
    -------
    Backbone
        A frozen module: `backbone(images, layers)` takes images (B, 3, H, W), RGB in [0, 1], and the names of
        layers, and gives a dict of their activations (B, N, h, w).

    Raises
    ------
    InputError
        If the weights cannot be had or do not fit, or the device is absent.
    """
    if weights is None:
        weights = weights_for(architecture(id))
    return loading.load_backbone(
        id, weights, pooling, resolve(device, precision), normalisation, seed, preprocessing
    )


def list_methods() -> tuple[Method, ...]:
    """List the methods of style transfer.

    Returns
    -------
    tuple of Method
        Each with an `id` for `stylize`, a `title`, its `source` and its `presets`.
    """
    return tuple(methods().values())


def list_metrics() -> tuple[Metric, ...]:
    """List the metrics.

    Returns
    -------
    tuple of Metric
        Each with the `id` by which `score` gives it, a `title` and the direction in which it is `better`.
    """
    return tuple(registered_metrics().values())
