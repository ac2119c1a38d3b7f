from pathlib import Path

from nstbench.core.job_logging import job_log
from nstbench.images.making import make_picture
from nstbench.images.manifest import load_manifest

with job_log(snakemake.log[0]):
    name, manifest = snakemake.wildcards.name, load_manifest(Path(snakemake.params.manifest))
    make_picture(name, manifest[name], Path(snakemake.output[0]))
