"""The styles of a task: one, or several that share the picture, everywhere or each in a region of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from nstbench.methods.base import Parameters, StyleShares, Task

# What the task's own pictures are called in `Task.visible` and `Task.regions`.
CONTENT, STYLE = "content", "style"


@dataclass(frozen=True)
class SharedStyle:
    """A style and its share of a picture.

    Parameters
    ----------
    name
        The beginning of its terms' names: "style", "style 2" and so on.
    picture
        (1, 3, h, w), RGB in [0, 1].
    share
        Of the style where it goes, 0 to 1.
    area
        Where it goes, as a share of what of the content is visible; share times area sum to 1.
    visible
        What of the style counts, (1, 1, h, w) in [0, 1]; None for all of it.
    region
        Where it goes, (1, 1, H, W) in [0, 1], of the content's size; None for everywhere.
    """

    name: str
    picture: Tensor
    share: float
    area: float
    visible: Tensor | None
    region: Tensor | None

    @property
    def guided(self) -> bool:
        """Whether the style is not all of a picture, or does not go everywhere."""
        return self.visible is not None or self.region is not None

    def weights(self, layers: Mapping[str, float]) -> dict[str, float]:
        """Weigh layers by the share and the area.

        Parameters
        ----------
        layers
            Weights by layer.

        Returns
        -------
        dict
            The same, times both.
        """
        return {layer: self.share * self.area * weight for layer, weight in layers.items()}


def styles_of(task: Task[Parameters], blend: StyleShares) -> list[SharedStyle]:
    """List the styles of a task with their shares.

    A style of a region has the region's share of the content's visible pixels, so that every pixel is drawn
    to its style as strongly as without regions. Styles of `blend` share what is left to the task's own.

    Parameters
    ----------
    task
        Its `others` are the further pictures, its `regions` where they go.
    blend
        Shares by name.

    Returns
    -------
    list of SharedStyle
        The task's own style first.
    """
    shares = {STYLE: 1 - sum(blend.values()), **dict.fromkeys(task.others, 1.0), **blend}
    visible = task.visible.get(CONTENT)
    styles = []
    for number, (name, share) in enumerate(shares.items(), 1):
        region = task.regions.get(STYLE if name in blend else name)
        area = 1.0
        if region is not None:
            whole = visible if visible is not None else region.new_ones(())
            region = region * whole
            area = float(region.mean() / whole.mean())
        if share * area > 0:
            styles.append(
                SharedStyle(
                    "style" if number == 1 else f"style {number}",
                    task.style if name == STYLE else task.others[name],
                    share,
                    area,
                    task.visible.get(name),
                    visible if region is None else region,
                )
            )
    return styles
