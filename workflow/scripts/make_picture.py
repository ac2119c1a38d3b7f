from pathlib import Path

from nstbench.images.making import make_picture
from nstbench.images.manifest import Picture

picture = Picture.model_validate(snakemake.params.picture)  # noqa: F821
make_picture(snakemake.wildcards.name, picture, Path(snakemake.output[0]))  # noqa: F821
