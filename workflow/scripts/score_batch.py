"""The scores of one batch of results and of the controls of their pairs.

Input: finished runs and pictures. Output: a table with the columns trial, metric, value, reason. Units are
those of each metric (docs/metrics.md).
"""

from pathlib import Path

import piq  # noqa: F401  imported here, so that it does not count as computing
import torch

from nstbench.core.files import write_text
from nstbench.core.job_logging import job_log
from nstbench.pipeline.scoring import score_trials
from nstbench.pipeline.specification import RunSpecification

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    trials = [(RunSpecification.model_validate(run), truth) for run, truth in snakemake.params.trials]
    scores = score_trials(trials, Path("results/pictures"), Path("results"))
    write_text(Path(snakemake.output[0]), scores.to_csv(index=False))
