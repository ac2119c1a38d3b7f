"""Runs that take no time."""

from nstbench.methods import method
from nstbench.pipeline.specification import RunSpecification

TWO_LAYERS = {"style_layers": {"relu1_1": 1.0}, "content_layers": {"relu2_1": 1.0}}


def small_run(snapshots: int = 0, **settings) -> RunSpecification:
    """The photo in the style of the painting at 32 px, as Nikulin and Novak but for `settings`."""
    return RunSpecification(
        method="gatys2015",
        content="photo",
        style="painting",
        size=32,
        precision="fp32",
        snapshots=snapshots,
        parameters=method("gatys2015").configure("nikulin", settings).model_dump(),
    )
