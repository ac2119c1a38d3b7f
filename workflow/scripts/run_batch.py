"""The runs of one batch, in lockstep; those that are done with this code are left alone.

Input: results/pictures/<name>.png and networks. Output: results/runs/<id>/ of each run, and a table of them
with the columns id, fingerprint, seconds (wall time).
"""

from pathlib import Path

from nstbench.core.files import write_text
from nstbench.pipeline.execution import execute
from nstbench.pipeline.finished import read_record
from nstbench.pipeline.project import Project


def job(project: Project, id: str) -> list[Path]:
    runs = project.every_batch[id]
    folders = execute(runs, Path("results/pictures"), Path("results"), project.profile.together)
    made = [read_record(folder) for folder in folders]
    lines = ["id,fingerprint,seconds"]
    lines += [f"{record['id']},{record['fingerprint']},{record['seconds']}" for record in made]
    write_text(Path("results") / "batches" / f"{id}.csv", "\n".join(lines) + "\n")
    return folders
