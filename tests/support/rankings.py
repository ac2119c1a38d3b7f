"""A ranking of two entries by one measure."""

from nstbench.pipeline.benchmark.records import (
    Agreement,
    Entry,
    Front,
    FrontPoint,
    Measure,
    Placing,
    Ranking,
    Row,
)
from nstbench.pipeline.experiment import Pair


def a_ranking() -> Ranking:
    """Two entries, one measure."""
    common = {"strength": 1, "measure": "SSIM", "low": 0.1, "high": 0.9, "pairs": 4}
    entries = [
        {"method": "gatys2015", "preset": "default", "kind": "ours"},
        {"method": "theirs", "preset": "command", "kind": "peer"},
    ]
    return Ranking(
        scope="quick",
        size=64,
        evaluations=3,
        weights="embedded",
        machine="a machine",
        pairs=(Pair(content="photo", style="painting"),),
        pictures="All of them are real.",
        entries=tuple(Entry(**entry, title="A title", source="a source") for entry in entries),
        measures=(Measure(id="SSIM", title="similarity", subject="content", better="higher"),),
        rows=tuple(Row(**entry, **common, value=0.5, place=place) for place, entry in enumerate(entries, 1)),
        fronts=(
            Front(
                id="front",
                title="One against itself",
                x="SSIM",
                y="SSIM",
                log_x=False,
                points=(FrontPoint(**entries[0], strength=1, x=0.5, y=0.5, on_front=True),),
            ),
        ),
        placings=(Placing(measure="SSIM", pairs=4, p=None, ranks={"theirs": 1.0}, groups=(("theirs",),)),),
        agreement=(Agreement(one="SSIM", other="SSIM", rho=None),),
        left_out={},
    )
