"""Where trained networks lie: in the package, in the pipeline's results, or anywhere; no torch needed."""

from pathlib import Path

from nstbench.core.errors import InputError

FOLDER = Path(__file__).parents[1] / "trained"
# Of the pipeline's trainings, below the folder that it works in.
TRAINED = Path("results") / "networks"


def shipped_networks() -> dict[str, Path]:
    """The trained networks of the package.

    Returns
    -------
    dict
        Files by name, that of the picture in data/images.yaml that they have learned.
    """
    return {file.stem: file for file in sorted(FOLDER.glob("*.safetensors"))}


def trained_file(id: str) -> Path:
    """What a training of the pipeline leaves.

    Parameters
    ----------
    id
        Of the training.

    Returns
    -------
    Path
        Relative to the folder that the pipeline works in.
    """
    return TRAINED / f"{id}.safetensors"


def locate_network(name: str) -> Path:
    """Find a trained network.

    Parameters
    ----------
    name
        Of a shipped network, of a training of the pipeline, or a path; looked for in this order.

    Returns
    -------
    Path
        It exists.

    Raises
    ------
    InputError
        When there is no such network.
    """
    candidates = (shipped_networks().get(name), trained_file(name), Path(name))
    found = next((file for file in candidates if file is not None and file.is_file()), None)
    if found is None:
        shipped = ", ".join(shipped_networks())
        raise InputError(
            f"network {name!r} does not exist; allowed: {shipped}, a training of the pipeline once "
            "it is done, or a file of `nstbench train-fast` or `train-adain`"
        )
    return found
