from pathlib import Path

from nstbench.images.making import make_picture
from nstbench.images.manifest import Picture

picture = Picture.model_validate(snakemake.params.picture)
make_picture(snakemake.wildcards.name, picture, Path(snakemake.output[0]))
