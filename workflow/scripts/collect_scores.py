from pathlib import Path

import pandas as pd

from nstbench.experiments.project import Project
from nstbench.experiments.tables import tidy_scores
from nstbench.files import write_text
from nstbench.joblog import job_log

with job_log(snakemake.log[0]):
    project = Project.load(**snakemake.params.plan)
    scores = pd.concat([pd.read_csv(file) for file in snakemake.input.batches])
    table = tidy_scores(scores, project.planned)
    write_text(Path(snakemake.output[0]), table.to_csv(index=False))
