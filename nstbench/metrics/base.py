"""What metrics are given, and how one describes itself.

A metric is a plain function of images, (1, 3, H, W) tensors with RGB in [0, 1], that returns a float. A
`Metric` records its name, its direction and which images of a `Comparison` it takes.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from inspect import getdoc
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from nstbench.metrics.feature_spaces import (
    DEFAULT,
    EVALUATED_LAYERS,
    FEATURE_SPACES,
    INDEPENDENT,
    FeatureNetwork,
    Judges,
)

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")
# What metrics take: an image, or one whose features are remembered for the next metric.
ImageLike: TypeAlias = "Tensor | EvaluatedImage"
# What metrics are about, in the order in which tables show them.
SUBJECTS = ("content", "style", "colour", "noise", "truth")


class NotMeasuredError(Exception):
    """Raised by a metric that has no value for these images; the message says why, and stands beside NaN."""


@dataclass(frozen=True)
class EvaluatedImage:
    """An image and what metrics have computed of it: a style is compared with many results.

    Attributes
    ----------
    image : Tensor
        (1, 3, H, W), RGB in [0, 1]; the pipeline scores values in 8-bit steps.
    backbones : mapping of str to callable, optional
        The networks whose features are compared, by id; `Judges()` by default.
    """

    image: "Tensor"
    backbones: Mapping[str, FeatureNetwork] = field(default_factory=Judges)
    _cache: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, image: ImageLike) -> "EvaluatedImage":
        """Wrap an image.

        Parameters
        ----------
        image : Tensor or EvaluatedImage
            (1, 3, H, W), RGB in [0, 1].

        Returns
        -------
        EvaluatedImage
            The same where it is one already.
        """
        return image if isinstance(image, EvaluatedImage) else cls(image)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.image.shape[-2:]
        return height, width

    def features(self, backbone: str) -> "dict[str, Tensor]":
        """Compute the activations of a network, once per image.

        Parameters
        ----------
        backbone : str
            The network's id.

        Returns
        -------
        dict of str to Tensor
            (1, N, h, w) by layer, for every layer in `EVALUATED_LAYERS[backbone]`.
        """
        return self.once(
            ("features", backbone), lambda: self.backbones[backbone](self.image, EVALUATED_LAYERS[backbone])
        )

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Compute something of the image once.

        Parameters
        ----------
        key : hashable
            What it is.
        compute : callable
            Called when nothing is known under `key`.

        Returns
        -------
        object
            What `compute` returned the first time.
        """
        if key not in self._cache:
            self._cache[key] = compute()
        value: T = self._cache[key]
        return value


@dataclass(frozen=True)
class Comparison:
    """A result with the images that it is compared with.

    Attributes
    ----------
    result, content : EvaluatedImage
        Of the same size.
    style : EvaluatedImage
        Of any size.
    truth : EvaluatedImage, optional
        What a perfect transfer would have given, where that is known; of the result's size.
    """

    result: EvaluatedImage
    content: EvaluatedImage
    style: EvaluatedImage
    truth: EvaluatedImage | None = None


@dataclass(frozen=True)
class Metric:
    """A function of a result, and of another image if it compares with one, with its description.

    Attributes
    ----------
    id : str
        The short name in tables: "SSIM".
    title : str
        What it measures, in a few words.
    subject : str
        What it is about, one of `SUBJECTS`.
    better : {"lower", "higher"}
        The direction in which it improves.
    function : callable
        Takes the result and, with `against`, the other image, each (1, 3, H, W) with RGB in [0, 1], and
        returns a float. It raises `NotMeasuredError` where it has no value. Its docstring defines the metric.
    against : {"content", "style", "truth"}, optional
        The image of a `Comparison` that the result is compared with; without it the function takes the
        result alone.
    backbone : str, optional
        The network whose features are compared, if any.
    main : bool
        Whether tables show the metric before their details are opened.
    words : str, optional
        The definition, where the function's docstring does not fit because of what it is compared with.
    explain : callable, optional
        Says in words what a value comes from, for who looks at a single picture.
    """

    id: str
    title: str
    subject: str
    better: str
    function: Callable[..., float]
    against: Literal["content", "style", "truth"] | None = None
    backbone: str | None = None
    main: bool = False
    words: str = ""
    explain: Callable[[Comparison], str] | None = None

    def measure(self, comparison: Comparison) -> float:
        """Compute the metric of a result.

        Parameters
        ----------
        comparison : Comparison
            The result and the images beside it.

        Returns
        -------
        float
            The value, which may be infinite or NaN.

        Raises
        ------
        NotMeasuredError
            Where the metric has no value; the message says why.
        """
        if self.against is None:
            return self.function(comparison.result)
        other = getattr(comparison, self.against)
        if other is None:
            raise NotMeasuredError("no truth is known for this pair")
        return self.function(comparison.result, other)

    @property
    def needs_truth(self) -> bool:
        """Whether it has a value only where the truth is known."""
        return self.subject == "truth"

    @property
    def arrow(self) -> str:
        """The direction in which the metric improves, as tables show it."""
        return {"lower": "↓", "higher": "↑"}[self.better]

    @property
    def definition(self) -> str:
        """What the function's docstring says above its parameters, on one line."""
        function = self.function.func if isinstance(self.function, partial) else self.function
        description = (getdoc(function) or "").split("\n\nParameters\n")[0]
        return self.words or " ".join(description.split())


def in_every_space(
    id: str,
    title: str,
    subject: str,
    function: Callable[..., float],
    against: Literal["content", "style", "truth"],
    words: str = "",
) -> tuple[Metric, ...]:
    """Make a distance between features, lower being better, one metric per feature space.

    Parameters
    ----------
    id, title, subject, function, against, words
        As in `Metric`; the function also takes a `space`. Ids and titles get the space's suffix and
        description.

    Returns
    -------
    tuple of Metric
        In the order of `FEATURE_SPACES`; the default one and the independent one are main metrics.
    """
    return tuple(
        Metric(
            f"{id}{space.suffix}",
            f"{title} {space.description}",
            subject,
            "lower",
            partial(function, space=space),
            against,
            space.backbone,
            main=space in (DEFAULT, INDEPENDENT),
            words=words,
        )
        for space in FEATURE_SPACES
    )
