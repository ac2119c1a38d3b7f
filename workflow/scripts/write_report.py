import subprocess
from pathlib import Path

from nstbench.experiments.project import Project
from nstbench.reporting.site import write_site

plan = snakemake.params.plan
project = Project.load(Path(plan["root"]), plan["profile"])
described = subprocess.run(
    ["git", "-C", plan["root"], "describe", "--always", "--dirty"], capture_output=True, text=True
)
write_site(
    list(project.experiments.values()),
    project.planned,
    project.profile,
    project.manifest,
    results=Path("results"),
    reports=Path("reports"),
    commit=described.stdout.strip() or "unknown",
)
