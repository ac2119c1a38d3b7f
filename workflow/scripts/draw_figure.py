"""One figure: the panel of an experiment with its loss curves.

Input: finished runs and pictures. Output: the panel (PNG, pixels as the runs have them), loss curves (SVG), a
thumbnail, and what every tile was made with (JSON).
"""

from pathlib import Path

from nstbench.core.job_logging import job_log
from nstbench.pipeline.project import Project
from nstbench.report.figures.files import write_figure

with job_log(snakemake.log[0]):
    project = Project.load(**snakemake.params.plan)
    id = snakemake.wildcards.experiment
    write_figure(
        project.experiments[id],
        project.plans[id],
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
    )
