"""One network, trained from the pipeline's pictures; goes on from a checkpoint.

Input: results/pictures/<name>.png. Output: the weights (safetensors, fp16) and the learning curve (CSV; one
row a step, seconds of wall time).
"""

from pathlib import Path

import torch

from nstbench.core.job_logging import job_log
from nstbench.pipeline.specification import TrainingSpecification
from nstbench.pipeline.training_execution import train

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    training = TrainingSpecification.model_validate(snakemake.params.training)
    train(training, Path("results/pictures"), Path(snakemake.output["network"]))
