"""The pictures of a run: content, styles, masks and start, read once and brought to the run's size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from PIL import Image
from torch import Tensor

from nstbench.api.settings import STARTS, Settings
from nstbench.api.sizing import SizedPicture, plane, size_of_content, size_of_style, sized, sized_mask
from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.reading import LARGEST_SIZE
from nstbench.images.rgb import hides_something, on_white
from nstbench.images.sources import Source, read_source_with_alpha, source_name
from nstbench.images.tensors import to_tensor
from nstbench.methods import methods
from nstbench.methods.base import Parameters, Task
from nstbench.methods.styles import CONTENT, STYLE

# A mask and the style that goes where it is white.
Region: TypeAlias = tuple[Source, Source]


@dataclass(frozen=True)
class Pictures:
    """What somebody gives to be stylized, unread.

    Parameters
    ----------
    content
        The picture to stylize.
    style
        The picture whose style is taken; None for a network that has learned its style.
    blend
        Further style files and their shares of 1.
    mask
        White where the picture is stylized; elsewhere it stays the content.
    regions
        Masks, and the styles that go where they are white.
    style_mask
        White where the style is looked at.
    start
        What a descent starts from: "content", "style", "noise", a picture, or None for the method's own.
    """

    content: Source
    style: Source | None
    blend: Mapping[str, float] = field(default_factory=dict)
    mask: Source | None = None
    regions: Sequence[Region] = ()
    style_mask: Source | None = None
    start: Source | None = None

    def given(self) -> list[Source]:
        """List all of them.

        Returns
        -------
        list
            Files, images and arrays.
        """
        single = [self.content, self.style, self.mask, self.style_mask, self.start]
        return [
            *(each for each in single if each is not None),
            *self.blend,
            *(each for region in self.regions for each in region),
        ]

    def names(self) -> dict[str, object]:
        """Say what the pictures are called.

        Returns
        -------
        dict
            By role, ready for JSON; `blend` is among the parameters.
        """
        names: dict[str, object] = {
            CONTENT: source_name(self.content, CONTENT),
            STYLE: None if self.style is None else source_name(self.style, STYLE),
        }
        for role in ("mask", "style_mask", "start"):
            if (source := getattr(self, role)) is not None:
                names[role] = source if isinstance(source, str) else source_name(source, role)
        if self.regions:
            names["regions"] = [
                [source_name(mask, "mask of a region"), source_name(style, "style of a region")]
                for mask, style in self.regions
            ]
        return names

    def start_word(self) -> str | None:
        """Say what a descent starts from.

        Returns
        -------
        str or None
            "content", "style" or "noise"; "content" for a picture, None for the method's own.
        """
        if isinstance(self.start, str) and self.start in STARTS:
            return self.start
        return None if self.start is None else CONTENT


@dataclass(frozen=True)
class Prepared:
    """The pictures of a run at its size.

    Parameters
    ----------
    content
        What decides the result's size and transparency.
    style
        (1, 3, h, w); the content where there is none.
    others
        Further styles by name.
    visible, regions
        As of `Task`.
    start
        (1, 3, H, W), or None.
    mask
        L, white where the picture is stylized; None for everywhere.
    metadata
        The content's EXIF data.
    """

    content: SizedPicture
    style: Tensor
    others: Mapping[str, Tensor]
    visible: Mapping[str, Tensor]
    regions: Mapping[str, Tensor]
    start: Tensor | None
    mask: Image.Image | None
    metadata: Image.Exif

    def task(self, parameters: Parameters, seed: int, hardware: Hardware) -> Task:
        """Make the task of a method.

        Parameters
        ----------
        parameters : Parameters
            Of the method.
        seed : int
            Of every random draw.
        hardware : Hardware
            Where the tensors are brought.

        Returns
        -------
        Task
            Nobody watches it yet.
        """

        def there(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {name: tensor.to(hardware.device) for name, tensor in tensors.items()}

        return Task(
            self.content.tensor().to(hardware.device),
            self.style.to(hardware.device),
            parameters,
            seed,
            hardware,
            others=there(self.others),
            start=None if self.start is None else self.start.to(hardware.device),
            visible=there(self.visible),
            regions=there(self.regions),
        )

    def finished(self, picture: Image.Image) -> Image.Image:
        """Make what a run has reached the user's picture.

        Parameters
        ----------
        picture : PIL.Image.Image
            RGB, of the run's size.

        Returns
        -------
        PIL.Image.Image
            With the content where the mask is black, and its transparency.
        """
        if self.mask is not None:
            picture = Image.composite(picture, self.content.rgb, self.mask)
        return self.content.finished(picture)


def prepare(pictures: Pictures, settings: Settings) -> Prepared:
    """Read pictures and bring them to the size of a run.

    Parameters
    ----------
    pictures : Pictures
        What was given.
    settings : Settings
        Sizes.

    Returns
    -------
    Prepared
        What a task is made of.

    Raises
    ------
    InputError
        If a picture cannot be used.
    """
    recipe = settings.recipe()
    at_least = LARGEST_SIZE if settings.size == "original" else settings.size
    read = read_source_with_alpha(pictures.content, CONTENT, at_least)
    name = source_name(pictures.content, CONTENT)
    content = sized(read, name, size_of_content(read, name, settings.size, settings.side))
    style_size = round((max if settings.side == "longest" else min)(content.size) * settings.style_scale)

    def style_of(source: Source, role: str) -> SizedPicture:
        picture = read_source_with_alpha(source, role, min(style_size, LARGEST_SIZE))
        if not recipe.knows_regions and hides_something(picture):
            raise InputError(
                f"{source_name(source, role)} is transparent in parts, which {recipe.id} would look at as "
                f"well; crop it, lay it on a colour, or choose {', '.join(knowing_regions())}"
            )
        return sized(picture, source_name(source, role), size_of_style(picture, style_size, settings.side))

    def mask_of(source: Source, role: str, of: SizedPicture) -> Image.Image:
        picture = on_white(read_source_with_alpha(source, role))
        return sized_mask(picture, source_name(source, role), role, of)

    # Without a style, only what keeps the content's colours looks at one; they are to be as they are.
    style = content if pictures.style is None else style_of(pictures.style, STYLE)
    if pictures.style_mask is not None:
        style = style.hidden_by(mask_of(pictures.style_mask, "style_mask", style))
    others: dict[str, SizedPicture] = {file: style_of(file, "blend") for file in pictures.blend}
    regions: dict[str, Tensor] = {}
    for number, (mask, region_style) in enumerate(pictures.regions, 1):
        regions[f"region {number}"] = plane(mask_of(mask, "regions", content))
        others[f"region {number}"] = style_of(region_style, "regions")
    mask_picture = None if pictures.mask is None else mask_of(pictures.mask, "mask", content)
    if regions or mask_picture:
        rest = plane(mask_picture or Image.new("L", content.rgb.size, 255))
        regions = dict(zip((*regions, STYLE), _without_overlap([*regions.values(), rest]), strict=True))
    seen = {CONTENT: content, STYLE: style, **others}
    visible = {key: shown for key, picture in seen.items() if (shown := picture.visible()) is not None}
    start = None
    if pictures.start is not None and not (isinstance(pictures.start, str) and pictures.start in STARTS):
        picture = on_white(read_source_with_alpha(pictures.start, "start"))
        start = to_tensor(picture.resize(content.rgb.size, Image.Resampling.BICUBIC))
    return Prepared(
        content=content,
        style=style.tensor(),
        others={key: picture.tensor() for key, picture in others.items()},
        visible=visible,
        regions=regions,
        start=start,
        mask=mask_picture,
        metadata=read.getexif(),
    )


def knowing_regions() -> list[str]:
    """Name the methods that know regions, and what of a style is visible.

    Returns
    -------
    list of str
        Their ids.
    """
    return [id for id, each in methods().items() if each.knows_regions]


def _without_overlap(masks: Sequence[Tensor]) -> list[Tensor]:
    """Masks of which each pixel has at most 1 in all: the first ones come first."""
    left = masks[0].new_ones(())
    kept = []
    for mask in masks:
        kept.append(mask.minimum(left) if left.dim() else mask)
        left = (left - kept[-1]).clamp(min=0)
    return kept
