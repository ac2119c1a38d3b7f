"""Copy a picture of the manifest: `job(project, name)` writes results/pictures/<name>.png."""

from pathlib import Path

from nstbench.images.pictures import read_picture, save_picture
from nstbench.pipeline.project import Project


def job(project: Project, name: str) -> None:
    save_picture(read_picture(project.manifest.file(name)), Path("results") / "pictures" / f"{name}.png")
