from pathlib import Path

import nbformat

from nstbench.files import write_text
from nstbench.joblog import job_log
from nstbench.reporting.notebook_page import cleaned, notebook_page

with job_log(snakemake.log[0]):
    notebook = cleaned(nbformat.read(snakemake.input.executed, nbformat.NO_CONVERT))
    write_text(Path(snakemake.output.notebook), nbformat.writes(notebook))
    write_text(Path(snakemake.output.page), notebook_page(notebook))
