"""Where trained networks lie, and what their cards say; no torch needed.

They are in the package, in the pipeline's results, or anywhere.
"""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import safe_open

from nstbench.core.configuration import first_problem
from nstbench.core.errors import InputError, shortened
from nstbench.core.files import is_file
from nstbench.core.strict_json import parse_json

# What a file can hold, and the command that makes it.
COMMANDS = {
    "transformation": "train-fast",
    "decoder": "train-adain",
    "inverse": "train-swap",
    "generator": "train-texture",
}
# The one key of a file's metadata: the card as JSON.
CARD = "nstbench"
FOLDER = Path(__file__).parents[1] / "trained"
# Of the pipeline's trainings, below the folder that it works in.
TRAINED = Path("results") / "networks"


class Card(BaseModel):
    """What the card of every network says, of which a network of the right size can be built.

    A card comes from a file, which may come from anybody: nothing is built before it is validated.

    Parameters
    ----------
    width
        Channels relative to the original network, in (0, 1].
    """

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    width: float = Field(gt=0, le=1)


C = TypeVar("C", bound=Card)


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
    found = next((file for file in candidates if file is not None and is_file(file)), None)
    if found is None:
        shipped = ", ".join(shipped_networks())
        commands = ", ".join(f"`nstbench {command}`" for command in COMMANDS.values())
        raise InputError(
            f"network {shortened(name)} does not exist; allowed: {shipped}, a training of the pipeline once "
            f"it is done, or a file of {commands}"
        )
    return found


def read_card(file: Path) -> dict[str, Any]:
    """Read what the file of a trained network says of it, without the weights.

    Parameters
    ----------
    file
        A .safetensors file.

    Returns
    -------
    dict
        Empty when the file has no card.

    Raises
    ------
    InputError
        When there is no such file, or when it is damaged.
    """
    try:
        with safe_open(file, "numpy") as stored:
            metadata = stored.metadata() or {}
    except Exception as error:  # A damaged file can raise anything.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        commands = " or ".join(f"`nstbench {command}`" for command in COMMANDS.values())
        raise InputError(f"{file} is not a readable network ({reason}); give a file of {commands}") from error
    try:
        card = parse_json(metadata.get(CARD, "{}"))
    except ValueError:
        return {}
    return card if isinstance(card, dict) else {}


def checked_card(file: Path, card: object, model: type[C]) -> C:
    """Validate a card before a network is built after it.

    Parameters
    ----------
    file
        What it was read from.
    card
        As `read_card` gives it.
    model
        What such cards say.

    Returns
    -------
    Card
        An instance of `model`; what else the card says is left out.

    Raises
    ------
    InputError
        When a value is missing, of another type or out of range.
    """
    try:
        return model.model_validate(card)
    except ValidationError as error:
        problem = first_problem(error, model)
    except InputError as error:
        problem = str(error)
    raise InputError(f"{file} has a card that no training writes: {problem}; train it again")
