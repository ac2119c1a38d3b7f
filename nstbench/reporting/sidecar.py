"""The JSON beside a figure: everything that decided each run in it, and what came out."""

import json
import math
from collections.abc import Sequence
from typing import Any

from nstbench.experiments.finished import FinishedRun
from nstbench.reporting.exhibit import Exhibit


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
    return json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


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


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
