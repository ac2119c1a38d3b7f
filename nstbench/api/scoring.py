"""What metrics say of a picture: `score`."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps

from nstbench.core.errors import InputError
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.rgb import hides_something, on_white
from nstbench.images.sources import Source, load_source, read_source, read_source_with_alpha, source_name
from nstbench.images.tensors import to_tensor
from nstbench.metrics import metrics as registered_metrics
from nstbench.metrics.base import Comparison, EvaluatedImage, Metric
from nstbench.metrics.scoring import Score, measure

# Beyond this the features of three pictures fill more memory than an ordinary machine has.
LARGEST_SCORED_SIDE = 2048

log = logging.getLogger(__name__)


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
    read = read_source_with_alpha(result, "result")
    if hides_something(read):
        log.warning(
            "%s is transparent in parts; what is hidden is scored as white", source_name(result, "result")
        )
    found = on_white(read)
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
    every = tuple(registered_metrics().values()) if metrics is None else metrics
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
