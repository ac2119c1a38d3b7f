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
