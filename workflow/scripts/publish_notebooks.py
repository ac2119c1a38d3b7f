"""Executed notebooks, cleaned of what differs from run to run, and each as a page (HTML)."""

from pathlib import Path

import nbformat

from nstbench.core.files import write_text
from nstbench.core.job_logging import job_log
from nstbench.report.notebook.page import cleaned, notebook_page

with job_log(snakemake.log[0]):
    files = zip(snakemake.input.executed, snakemake.output.notebooks, snakemake.output.pages, strict=True)
    for executed, clean, page in files:
        notebook = cleaned(nbformat.read(executed, nbformat.NO_CONVERT))
        write_text(Path(clean), nbformat.writes(notebook))
        write_text(Path(page), notebook_page(notebook))
