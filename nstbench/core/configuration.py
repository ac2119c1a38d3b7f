"""Files that people write: read as YAML, validated by models, complained about in one line."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from nstbench.core.errors import LONGEST_VALUE, InputError, shortened
from nstbench.core.yaml_files import read_yaml

# What generators of torch can be seeded with is below this.
SEEDS = 2**64
Seed = Annotated[int, Field(ge=0, lt=SEEDS)]
# Bounds that nobody reaches on purpose, so that a slip of the pen is told instead of planned for hours.
MOST_EVALUATIONS = 1_000_000
MOST_SNAPSHOTS = 100
Evaluations = Annotated[int, Field(ge=1, le=MOST_EVALUATIONS)]
Snapshots = Annotated[int, Field(ge=0, le=MOST_SNAPSHOTS)]


def is_plain_name(name: object) -> bool:
    """Whether something can be part of a file's name on every system, and of nothing else.

    Parameters
    ----------
    name : object
        What a file that people write gives as a name.

    Returns
    -------
    bool
        True for a text of at most 100 letters of ASCII, digits, `_` and `-` that does not begin with `-`.
    """
    return isinstance(name, str) and re.fullmatch(r"\w[\w-]{0,99}", name, re.ASCII) is not None


def _plain(name: str) -> str:
    if not is_plain_name(name):
        raise ValueError("a name has letters (a to z), digits, _ and -, at most 100")
    return name


# Of experiments, charts, trainings, claims, profiles and pictures: files and folders are called after them.
Name = Annotated[str, AfterValidator(_plain)]


class Record(BaseModel):
    """A frozen model that refuses unknown names, and numbers that are not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def derived_from(cls, other: "Record", /, **changes: Any) -> Self:
        """The fields that were set in `other`, with `changes` made, validated as a record of this class.

        What `other` left to its defaults is worked out anew, because it may depend on the changes.

        Parameters
        ----------
        other : Record
            The record to start from.
        **changes : object
            Values by the names of fields.

        Returns
        -------
        Record
            Of this class, validated.
        """
        return cls.model_validate({name: getattr(other, name) for name in other.model_fields_set} | changes)


class Named(Record):
    """What a file `<id>.yaml` holds.

    Parameters
    ----------
    id
        The file's name without its suffix.
    """

    id: Name


N = TypeVar("N", bound=Named)
R = TypeVar("R", bound=Record)


def load_named(
    file: Path, model: type[N], check: Callable[[N], object], read: Callable[[Path], Any] = read_yaml
) -> N:
    """Read `<id>.yaml` as a `model`.

    Parameters
    ----------
    file : Path
        The file; its name without the suffix is the record's id.
    model : type
        What it holds.
    check : callable
        Raises InputError when what the record refers to is not there.
    read : callable, optional
        Gives the content of the file; `read_yaml` by default.

    Returns
    -------
    Named
        The record, an instance of `model`.

    Raises
    ------
    InputError
        In one line: file, key, value, and what is allowed.
    """
    content = read(file)
    try:
        named = model.model_validate(content)
        check(named)
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, model)}") from error
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    if named.id != file.stem:
        raise InputError(f"{file}: id {shortened(named.id)} must be the file's name, {shortened(file.stem)}")
    return named


def first_problem(error: ValidationError, model: type[BaseModel]) -> str:
    """The gravest complaint of a validation in one line: where, what is wrong, which value, what is allowed.

    Unknown keys come first, because a misspelt key is also missed under its right name.

    Parameters
    ----------
    error : ValidationError
        What pydantic raised.
    model : type
        The model that refused; its keys are named where one is unknown.

    Returns
    -------
    str
        One line.
    """
    problems = error.errors(include_url=False)
    unknown = [problem for problem in problems if problem["type"] == "extra_forbidden"]
    problem = (unknown or problems)[0]
    keys = [str(part) for part in problem["loc"] if part != "[key]"]
    # A key stands as in the file, unless it is too long for a message or breaks its line.
    plain = [key if key.isprintable() and len(key) <= LONGEST_VALUE else shortened(key) for key in keys]
    # A complaint about the whole has no place of its own.
    place = f"{'.'.join(plain)}: " if plain else ""
    if unknown:
        return f"{place}unknown key; allowed: {', '.join(_keys_beside(model, problem['loc']))}"
    if problem["type"] == "union_tag_invalid":  # Pydantic repeats the whole tag.
        tag, allowed = problem["ctx"]["discriminator"], problem["ctx"]["expected_tags"]
        return f"{place}unknown {tag}; allowed: {allowed}"
    whole = problem["type"] == "missing" or isinstance(problem["input"], dict)
    given = "" if whole else f" (given: {shortened(problem['input'])})"
    return f"{place}{problem['msg'].removeprefix('Value error, ')}{given}"


def _keys_beside(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that `model` allows where `location` ends; a part that is no key tells union members apart."""
    models = [model]
    for part in location[:-1]:
        inner = [m for outer in models if part in outer.model_fields for m in _models_of(outer, part)]
        tagged = [m for m in models if any(field.default == part for field in m.model_fields.values())]
        models = inner or tagged or models
    return list(dict.fromkeys(key for each in models for key in each.model_fields))


def _models_of(model: type[BaseModel], key: int | str) -> list[type[BaseModel]]:
    """The models within the annotation of a field."""
    annotations: list[Any] = [model.model_fields[str(key)].annotation]
    found = []
    while annotations:
        annotation = annotations.pop()
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append(annotation)
        annotations.extend(get_args(annotation))
    return found


def configured(
    owner: str, model: type[R], presets: Mapping[str, R], preset: str, changes: Mapping[str, Any]
) -> R:
    """Make the record of a preset with changes.

    Parameters
    ----------
    owner : str
        Whose presets they are, for messages.
    model : type
        What the record is an instance of.
    presets : mapping of str to Record
        The presets by name.
    preset : str
        Which of them.
    changes : mapping of str to object
        Values by the names of fields.

    Returns
    -------
    Record
        An instance of `model`.

    Raises
    ------
    InputError
        If there is no such preset, or a change does not fit.
    """
    if preset not in presets:
        raise InputError(f"unknown preset {shortened(preset)} of {owner}; allowed: {', '.join(presets)}")
    try:
        return model.derived_from(presets[preset], **changes)
    except ValidationError as error:
        raise InputError(f"{owner}: {first_problem(error, model)}") from error
