from pathlib import Path

from nstbench.images.making import make_picture
from nstbench.images.manifest import Picture
from nstbench.joblog import job_log

with job_log(snakemake.log[0]):
    picture = Picture.model_validate(snakemake.params.picture)
    make_picture(snakemake.wildcards.name, picture, Path(snakemake.output[0]))
