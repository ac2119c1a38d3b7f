from pathlib import Path

import piq  # noqa: F401  imported here, so that it does not count as computing
import torch

from nstbench.experiments.scoring import score_runs
from nstbench.experiments.specification import RunSpecification
from nstbench.files import write_text
from nstbench.joblog import job_log

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    runs = [RunSpecification.model_validate(run) for run in snakemake.params.runs]
    scores = score_runs(runs, Path("results/pictures"), Path("results"))
    write_text(Path(snakemake.output[0]), scores.to_csv(index=False))
