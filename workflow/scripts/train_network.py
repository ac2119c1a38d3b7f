from pathlib import Path

import torch

from nstbench.core.job_logging import job_log
from nstbench.pipeline.specification import TrainingSpecification
from nstbench.pipeline.training_execution import train

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    training = TrainingSpecification.model_validate(snakemake.params.training)
    train(training, Path("results/pictures"), Path(snakemake.output["network"]))
