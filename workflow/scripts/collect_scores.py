"""The scores of all batches in one table.

Input: results/scores/<batch>.csv, with the columns trial, metric, value, reason. Output:
results/scores.csv, with run, experiment, factor (of the experiment's sweep), metric, value, reason, one value
a row. Units are those of each metric (docs/metrics.md).
"""

from pathlib import Path

import pandas as pd

from nstbench.core.errors import InputError
from nstbench.core.files import write_text
from nstbench.pipeline.project import Project
from nstbench.pipeline.seals import whole
from nstbench.pipeline.tables import tidy_scores


def job(project: Project) -> None:
    batches = (Path("results") / "scores" / f"{id}.csv" for id in project.scoring_batches)
    table = tidy_scores(pd.concat([pd.read_csv(whole(file)) for file in batches]), project.planned)
    if missing := sorted({entry.run.id for entry in project.planned} - set(table["run"])):
        raise InputError(f"{missing[0]} and {len(missing) - 1} others have no scores; run snakemake again")
    write_text(Path("results") / "scores.csv", table.to_csv(index=False))
