"""The scores of one batch of results and of the controls of their pairs.

Input: finished runs and pictures. Output: a table with the columns trial, metric, value, reason. Units are
those of each metric (docs/metrics.md).
"""

from pathlib import Path

from nstbench.core.files import write_text
from nstbench.pipeline.project import Project
from nstbench.pipeline.scoring import score_trials


def job(project: Project, id: str) -> None:
    scored = project.scoring_batches | project.benchmark_scoring_batches
    trials = [(planned.run, planned.truth) for planned in scored[id]]
    scores = score_trials(trials, Path("results/pictures"), Path("results"), project.profile.judges)
    write_text(Path("results") / "scores" / f"{id}.csv", scores.to_csv(index=False))
