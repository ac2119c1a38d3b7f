"""Paint data/pictures again, from the painters, seeds and parameters in data/images.yaml.

PYTHONPATH=data python -m painting            # every procedural picture, and the two of `nstbench demo`
PYTHONPATH=data python -m painting tesserae   # this one
"""

import sys
from pathlib import Path

from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.demo import DEMO_SIZE, demo_pair
from nstbench.images.manifest import Manifest, load_manifest
from nstbench.images.pictures import load_picture, save_picture
from painting.painters import paint

MANIFEST = Path(__file__).parents[1] / "images.yaml"


def repaint(manifest: Manifest, names: list[str]) -> None:
    """Write the pictures `names`, or all procedural ones, to the files that the manifest names.

    Raises InputError for a picture that no program painted, and for parameters that no painter takes.
    """
    procedural = {name: entry.procedural for name, entry in manifest.root.items() if entry.procedural}
    for name in names or procedural:
        if name not in procedural:
            raise InputError(f"{name!r} is not a procedural picture; allowed: {', '.join(procedural)}")
        print(f"painting {manifest.file(name)}", flush=True)
        save_picture(Image.fromarray(paint(**procedural[name].model_dump())), manifest.file(name))


def main() -> None:
    """Paint what the arguments name; without any, everything, the small copies for the demo included."""
    try:
        manifest, names = load_manifest(MANIFEST), sys.argv[1:]
        repaint(manifest, names)
        if not names:
            for copy in demo_pair():
                save_picture(load_picture(manifest.file(copy.stem), DEMO_SIZE), copy)
    except InputError as error:
        sys.exit(f"painting: {error}")


if __name__ == "__main__":
    main()
