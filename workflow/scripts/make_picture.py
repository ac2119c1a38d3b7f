"""One picture as 8-bit RGB PNG at its own size, from data/, an installed package or NSTBENCH_DATA."""

from pathlib import Path

from nstbench.images.pictures import save_picture
from nstbench.images.reading import read_picture
from nstbench.pipeline.project import Project


def job(project: Project, name: str) -> None:
    save_picture(read_picture(project.manifest.file(name)), Path("results") / "pictures" / f"{name}.png")
