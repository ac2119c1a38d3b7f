"""The JSON beside a figure: everything that decided each run in it, and what came out."""

from collections.abc import Sequence
from typing import Any

from nstbench.core.strict_json import to_json
from nstbench.pipeline.finished import FinishedRun
from nstbench.report.exhibit import Exhibit


def sidecar(figures: Sequence[Exhibit]) -> str:
    """Strict JSON of an experiment's exhibits; infinities and NaN are written as text."""
    experiment, profile = figures[0].experiment, figures[0].profile
    content = {
        "experiment": experiment.id,
        "title": experiment.title,
        "source": experiment.source.model_dump(),
        "panel": experiment.panel.model_dump(),
        "profile": profile.model_dump(),
        "tiles": [_tile(run) for exhibit in figures for run in exhibit.runs],
    }
    return to_json(content) + "\n"


def _tile(run: FinishedRun) -> dict[str, Any]:
    record, planned = run.record, run.planned
    return {
        "pair": planned.pair.model_dump(),
        "truth": planned.truth,
        "arm": planned.arm.id,
        "caption": planned.arm.caption,
        "run": planned.run.id,
        "seed": planned.run.seed,
        "settings": planned.run.model_dump(),
        "canonical_ratio": run.canonical_ratio,
        "evaluations": record["evaluations"],
        "device": record["device"],
        "precision": record["precision"],
        "seconds": record["seconds"],
        "final_losses": record["final_losses"],
    }
