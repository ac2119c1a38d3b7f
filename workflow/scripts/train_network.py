"""One network, trained from the pipeline's pictures; goes on from a checkpoint.

Input: results/pictures/<name>.png. Output: the weights (safetensors, fp16) and the learning curve (CSV; one
row a step, seconds of wall time).
"""

from pathlib import Path

from nstbench.pipeline.project import Project
from nstbench.pipeline.training_execution import train


def job(project: Project, id: str) -> None:
    output = Path("results") / "networks" / f"{id}.safetensors"
    train(project.training(id), Path("results/pictures"), output)
