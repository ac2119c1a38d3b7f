"""Files that people write: read as YAML, validated by models, complained about in one line."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from nstbench.errors import InputError


class Record(BaseModel):
    """A frozen model that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_yaml(file: Path) -> Any:
    """The content of a YAML file; InputError, one line, when it cannot be read."""
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{file} cannot be read: {' '.join(str(error).split())}") from error


def first_problem(error: ValidationError) -> str:
    """The first complaint of a validation in one line: where, what is wrong, which value."""
    problem = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"]) or "value"
    whole = problem["type"] == "missing" or isinstance(problem["input"], dict)
    given = "" if whole else f" (given: {problem['input']!r})"
    return f"{place}: {problem['msg']}{given}"
