"""All scores in one table: `job(project)` reads results/scores/ and writes results/scores.csv."""

from pathlib import Path

import pandas as pd

from nstbench.core.files import write_text
from nstbench.pipeline.project import Project
from nstbench.pipeline.tables import tidy_scores


def job(project: Project) -> None:
    batches = (Path("results") / "scores" / f"{id}.csv" for id in project.scoring_batches)
    table = tidy_scores(pd.concat([pd.read_csv(file) for file in batches]), project.planned)
    write_text(Path("results") / "scores.csv", table.to_csv(index=False))
