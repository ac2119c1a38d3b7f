"""Where the weights lie that ship in the package; readable without importing torch."""

from pathlib import Path

from nstbench.core.errors import InputError

FOLDER = Path(__file__).parent / "weights"
# Channels of every embedded network relative to the original one.
EMBEDDED_WIDTH = 0.5


def embedded_files() -> list[Path]:
    return sorted(FOLDER.glob("*.safetensors"))


def has_embedded_weights(architecture_id: str) -> bool:
    return architecture_id in {file.stem for file in embedded_files()}


def embedded_file(architecture_id: str) -> Path:
    """The weights of one network; InputError when none are embedded."""
    files = {file.stem: file for file in embedded_files()}
    if architecture_id not in files:
        raise InputError(
            f"no embedded weights for {architecture_id!r}; embedded are: {', '.join(files)}; "
            "use one of them, or --weights imagenet"
        )
    return files[architecture_id]
