"""One picture as 8-bit RGB PNG at its own size, from data/, an installed package or NSTBENCH_DATA."""

from pathlib import Path

from nstbench.core.job_logging import job_log
from nstbench.images.manifest import load_manifest
from nstbench.images.pictures import read_picture, save_picture

with job_log(snakemake.log[0]):
    manifest = load_manifest(Path(snakemake.params.manifest))
    picture = read_picture(manifest.file(snakemake.wildcards.name))
    save_picture(picture, Path(snakemake.output[0]))
