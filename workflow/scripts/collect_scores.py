"""The scores of all batches in one table.

Input: results/scores/<batch>.csv, with the columns trial, metric, value, reason. Output:
results/scores.csv, with run, experiment, metric, value, reason, one value a row. Units are those of each
metric (docs/metrics.md).
"""

from pathlib import Path

import pandas as pd

from nstbench.core.files import write_text
from nstbench.core.job_logging import job_log
from nstbench.pipeline.project import Project
from nstbench.pipeline.tables import tidy_scores

with job_log(snakemake.log[0]):
    project = Project.load(**snakemake.params.plan)
    scores = pd.concat([pd.read_csv(file) for file in snakemake.input.batches])
    table = tidy_scores(scores, project.planned)
    write_text(Path(snakemake.output[0]), table.to_csv(index=False))
