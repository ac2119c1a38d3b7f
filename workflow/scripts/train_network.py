"""Train a network: `job(project, id)` writes results/networks/<id>.safetensors and its learning curve."""

from pathlib import Path

from nstbench.pipeline.project import Project
from nstbench.pipeline.training_execution import train


def job(project: Project, id: str) -> None:
    output = Path("results") / "networks" / f"{id}.safetensors"
    train(project.training(id), Path("results/pictures"), output)
