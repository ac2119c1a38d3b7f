from pathlib import Path

import torch

from nstbench.experiments.execution import execute
from nstbench.experiments.scoring import score_runs
from nstbench.experiments.specification import RunSpecification
from nstbench.files import write_text

torch.set_num_threads(snakemake.threads)  # noqa: F821
runs = [RunSpecification.model_validate(run) for run in snakemake.params.runs]  # noqa: F821
pictures, results = Path("results/pictures"), Path("results")

with open(snakemake.log[0], "w", encoding="utf-8") as log:  # noqa: F821
    for run in runs:
        execute(run, pictures, results, log)
scores = score_runs(runs, pictures, results)
write_text(Path(snakemake.output[0]), scores.to_csv(index=False))  # noqa: F821
