"""The runs of one batch, one after the other; those that are done with this code are left alone.

Input: results/pictures/<name>.png and networks. Output: results/runs/<id>/ of each run, and a table of them
with the columns id, fingerprint, seconds (wall time).
"""

from pathlib import Path

import torch

from nstbench.core.files import write_text
from nstbench.core.job_logging import job_log
from nstbench.pipeline.execution import execute
from nstbench.pipeline.finished import read_record
from nstbench.pipeline.specification import RunSpecification

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    runs = [RunSpecification.model_validate(run) for run in snakemake.params.runs]
    made = [read_record(execute(run, Path("results/pictures"), Path("results"))) for run in runs]
    lines = ["id,fingerprint,seconds"]
    lines += [f"{record['id']},{record['fingerprint']},{record['seconds']}" for record in made]
    write_text(Path(snakemake.output[0]), "\n".join(lines) + "\n")
