"""How much the frames of a stylized clip flicker, one by one and in keeping with each other.

Source of the question: Da, Introduction, who would extend feed-forward networks to video; Ruder, Dosovitskiy
and Brox 2016 for the descent.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, JsonValue

from nstbench.charts.base import ChartKind, Materials, Pixels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

ALONE, KEPT = "frame by frame", "in keeping with the frame before"
SOURCE = "the clip"
# Of each row of pictures, and pixels of each.
SHOWN, THUMBNAIL = 4, 112
BY_DESCENT = "gatys2015"
MethodId = Literal["gatys2015", "adain2017", "johnson2016"]


class Flicker(ChartKind):
    """Warping errors of a rendered clip whose motion is known.

    The pictures are the scene that the camera pans over, the one that the ball is painted with, and the
    style. `methods` are ids with the settings that each is given; every one stylizes `frames` frames of
    `side` pixels twice.
    """

    inches = (10.0, 7.6)
    pictures = 3

    side: Pixels = 128
    frames: int = Field(default=6, ge=2)
    methods: dict[Literal["gatys2015", "adain2017", "johnson2016"], dict[str, JsonValue]] = Field(
        min_length=1
    )

    @property
    def weights_of(self) -> str | None:
        """That of the descent."""
        return "vgg19" if BY_DESCENT in self.methods else None

    def sizes_at(self, profile: int) -> tuple[int, ...]:
        """The same under every profile."""
        return (self.side,)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns method, way, frame, error, picture.

        `error` is the warping error in grey levels from the frame before, by the true flow, where both show
        the same; none for frame 0. `picture` shows the first frames, as data URIs. The clip itself is among
        the methods, with what interpolation alone leaves over.
        """
        import pandas as pd

        from nstbench.charts.diagrams.data_uri import to_data_uri
        from nstbench.images.pictures import load_picture
        from nstbench.images.rendered_clip import render_clip
        from nstbench.images.tensors import to_picture, to_tensor

        # Named here, so that the chart is made again when one of them changes.
        from nstbench.methods import adain2017, gatys2015, johnson2016
        from nstbench.methods.base import Task
        from nstbench.methods.ruder2016.sequence import Sequence
        from nstbench.metrics.warping_error import warping_error

        known = {each.id: each for package in (gatys2015, adain2017, johnson2016) for each in package.METHODS}
        scene, ball, style = (
            to_tensor(load_picture(file, size, square=True)).to(materials.hardware.device)
            for file, size in zip(
                materials.pictures.values(), (2 * self.side, self.side, self.side), strict=True
            )
        )
        clip = render_clip(scene, ball, self.frames, self.side)
        videos: dict[tuple[str, str], list[Tensor]] = {(SOURCE, ""): list(clip.frames)}
        for method, settings in self.methods.items():
            recipe = known[method]
            weights = {"weights": materials.weights} if method == BY_DESCENT else {}
            parameters = recipe.configure(recipe.default_preset, weights | settings)
            for way, strength in ((ALONE, 0.0), (KEPT, 1.0)):
                sequence = Sequence(recipe, strength)
                videos[method, way] = [
                    sequence.stylize(Task(frame, style, parameters, 0, materials.hardware)).image.clamp(0, 1)
                    for frame in clip.frames
                ]
        rows = []
        for (id, way), frames in videos.items():
            for number, frame in enumerate(frames):
                small = to_picture(frame).resize((THUMBNAIL, THUMBNAIL)) if number < SHOWN else None
                motion = (clip.flows[number - 1], clip.seen[number - 1]) if number else None
                rows.append(
                    {
                        "method": id,
                        "way": way,
                        "frame": number,
                        "error": warping_error(frame, frames[number - 1], *motion) if motion else None,
                        "picture": to_data_uri(small) if small else None,
                    }
                )
        return pd.DataFrame(rows)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Each method's mean warping errors, and their ratio."""
        means = table.groupby(["method", "way"], sort=False)["error"].mean()
        ours = [id for id in table["method"].unique() if id != SOURCE]
        return [
            *(
                f"{id}: the warping error is {means[id, ALONE]:.1f} of 255 grey levels frame by frame and "
                f"{means[id, KEPT]:.1f} in keeping with the frame before, "
                f"{means[id, KEPT] / means[id, ALONE]:.0%} of it."
                for id in ours
            ),
            f"The clip itself has {means[SOURCE, '']:.1f}, which is what interpolation leaves over.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Consecutive frames, a row a video, and the errors over the frames."""
        from nstbench.charts.diagrams.data_uri import from_data_uri
        from nstbench.charts.style import STYLES, legend_under

        strips, curves = figure.subfigures(1, 2, squeeze=False, width_ratios=(5, 6))[0]
        videos = list(table.groupby(["method", "way"], sort=False))
        count = int(table["picture"].notna().groupby([table["method"], table["way"]]).sum().max())
        grid = strips.subplots(
            len(videos), count, squeeze=False, gridspec_kw={"hspace": 0.18, "wspace": 0.03}
        )
        for axes, ((id, way), rows) in zip(grid, videos, strict=True):
            for cell, text in zip(axes, rows["picture"].dropna(), strict=True):
                cell.imshow(from_data_uri(text))
                cell.set(xticks=[], yticks=[])
                cell.spines[:].set_visible(False)
            # Longer than a picture is wide, so the layout must not make room for it.
            title = f"{id}, {way}" if way else id
            axes[0].text(0, 1.04, title, transform=axes[0].transAxes, fontsize=8).set_in_layout(not way)
        errors = curves.subplots()
        colours = {id: colour for id, (colour, _) in zip(table["method"].unique(), STYLES, strict=False)}
        for (id, way), rows in videos:
            name = f"{id}, {way}" if way else id
            measured = rows.dropna(subset="error")
            dash = "--" if way == ALONE else "-" if way else ":"
            errors.plot(
                measured["frame"], measured["error"], dash, color=colours[id], marker="o", ms=3, label=name
            )
        errors.set(
            title="Warping error from the frame before, grey levels of 255",
            xlabel="frame",
            ylim=(0, None),
            xticks=sorted(table["frame"].unique())[1:],
        )
        errors.grid(axis="y")
        legend_under(errors)
