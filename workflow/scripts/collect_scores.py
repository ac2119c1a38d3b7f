from pathlib import Path

import pandas as pd

from nstbench.experiments.project import Project
from nstbench.experiments.tables import tidy_scores
from nstbench.files import write_text

plan = snakemake.params.plan
project = Project.load(Path(plan["root"]), plan["profile"])
scores = pd.concat([pd.read_csv(file) for file in snakemake.input.batches])
table = tidy_scores(scores, project.planned)
write_text(Path(snakemake.output[0]), table.to_csv(index=False))
