"""Where the weights lie that ship in the package; readable without importing torch."""

from pathlib import Path

from nstbench.errors import InputError

FOLDER = Path(__file__).parent / "weights"


def embedded_files() -> list[Path]:
    return sorted(FOLDER.glob("*.safetensors"))


def embedded_file(architecture_id: str) -> Path:
    """The weights of one network; InputError when none are embedded."""
    files = {file.stem: file for file in embedded_files()}
    if architecture_id not in files:
        raise InputError(f"no embedded weights for {architecture_id!r}; embedded are: {', '.join(files)}")
    return files[architecture_id]
