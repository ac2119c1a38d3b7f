from pathlib import Path

import torch

from nstbench.core.job_logging import job_log
from nstbench.pipeline.training import TrainingSpecification, carry_out

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    training = TrainingSpecification.model_validate(snakemake.params.training)
    carry_out(training, Path("results/pictures"), Path(snakemake.output["network"]))
