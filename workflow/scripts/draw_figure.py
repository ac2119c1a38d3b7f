from pathlib import Path

from nstbench.experiments.project import Project
from nstbench.reporting.figure import write_figure

plan = snakemake.params.plan
project = Project.load(Path(plan["root"]), plan["profile"])
id = snakemake.wildcards.experiment
write_figure(
    project.experiments[id],
    project.plans[id],
    project.profile,
    project.manifest,
    results=Path("results"),
    reports=Path("reports"),
)
