"""The scores of all batches in one table.

Input: results/scores/<batch>.csv, with the columns trial, metric, value, reason. Output:
results/scores.csv, with run, experiment, metric, value, reason, one value a row. Units are those of each
metric (docs/metrics.md).
"""

from pathlib import Path

import pandas as pd

from nstbench.core.files import write_text
from nstbench.pipeline.project import Project
from nstbench.pipeline.tables import tidy_scores


def job(project: Project) -> None:
    batches = (Path("results") / "scores" / f"{id}.csv" for id in project.scoring_batches)
    table = tidy_scores(pd.concat([pd.read_csv(file) for file in batches]), project.planned)
    write_text(Path("results") / "scores.csv", table.to_csv(index=False))
