"""data/images.yaml: every picture of the suite by name, with its author, licence and where it comes from."""

import os
from collections.abc import Collection
from pathlib import Path

from pydantic import ConfigDict, PrivateAttr, RootModel, ValidationError, model_validator

from nstbench.core.configuration import Name, Record, first_problem
from nstbench.core.errors import InputError, shortened
from nstbench.core.yaml_files import read_yaml
from nstbench.images.package_photographs import PACKAGED, photograph

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


class Procedural(Record):
    """Which program of data/painting painted a picture: the painter, its seed, the size in pixels.

    Further keys are the painter's own parameters, such as `season: winter`.

    Parameters
    ----------
    painter
        A program of data/painting.
    seed
        Of its random draws.
    size
        Of the square picture, in pixels.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str]

    painter: str
    seed: int
    size: int = 512


class Picture(Record):
    """One entry: a photograph of an installed package, a file in data/, or a picture with an address.

    A picture with an address is used when the folder NSTBENCH_DATA holds it, under its name or one that it is
    `also_called` by, its `stand_in` otherwise.
    `procedural` says how a shipped file was painted.

    Parameters
    ----------
    title, author, licence
        What captions and the list of pictures say.
    package
        The name of a photograph that comes with an installed package.
    file
        A file in data/, relative to the manifest.
    procedural
        How a program painted the file.
    url
        Where the picture can be had.
    md5
        Of the file at the address, where it is known; without it the picture cannot be fetched.
    stand_in
        The name of the picture that is used where this one is not here.
    also_called
        Names that its file has in other projects.
    """

    title: str
    author: str
    licence: str
    package: str | None = None
    file: str | None = None
    procedural: Procedural | None = None
    url: str | None = None
    md5: str | None = None
    stand_in: Name | None = None
    also_called: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _one_origin(self) -> "Picture":
        if sum(origin is not None for origin in (self.package, self.file, self.url)) != 1:
            raise ValueError("give exactly one of package, file, url")
        if self.file is not None and (Path(self.file).is_absolute() or ".." in Path(self.file).parts):
            raise ValueError(f"file {shortened(self.file)} leads out of data/; name one below it")
        if self.procedural is not None and self.file is None:
            raise ValueError("procedural belongs to a file; name the file that the program painted")
        if self.package is not None and self.package not in PACKAGED:
            raise ValueError(
                f"unknown package photograph {shortened(self.package)}; allowed: {', '.join(PACKAGED)}"
            )
        if (self.url is None) != (self.stand_in is None):
            raise ValueError("url and stand_in belong together")
        if self.url is None and (self.md5 or self.also_called):
            raise ValueError("md5 and also_called belong to a url")
        return self


class Manifest(RootModel[dict[Name, Picture]]):
    """All pictures by name; `file` paths start at the folder that holds the manifest."""

    _folder: Path = PrivateAttr(default=Path("data"))
    # What `_own` has found, for a plan asks for each picture thousands of times.
    _found: dict[tuple[str, str], Path | None] = PrivateAttr(default_factory=dict)
    # The pictures with an address that results were made with; None for those that this machine has.
    _recorded: frozenset[str] | None = PrivateAttr(default=None)

    def __getitem__(self, name: str) -> Picture:
        if name not in self.root:
            raise InputError(f"unknown picture {shortened(name)}; allowed: {', '.join(self.root)}")
        return self.root[name]

    def available(self, name: str) -> str:
        """Choose the picture that is used for a name.

        Parameters
        ----------
        name : str
            A picture of the manifest.

        Returns
        -------
        str
            `name` itself, or its stand-in when it has an address and is not on this machine.

        Raises
        ------
        InputError
            If there is no such picture.
        """
        picture = self[name]
        recorded = self._recorded
        here = self._own(name) is not None if recorded is None else name in recorded
        if picture.stand_in is None or here:
            return name
        return self.available(picture.stand_in)

    @property
    def own(self) -> list[str]:
        """The pictures with an address that are here, by name."""
        return [name for name in self.root if self[name].url and self.available(name) == name]

    def file(self, name: str) -> Path:
        """Find the file that holds a picture on this machine.

        Parameters
        ----------
        name : str
            A picture of the manifest.

        Returns
        -------
        Path
            In an installed package, beside the manifest (where it need not exist) or in NSTBENCH_DATA.

        Raises
        ------
        InputError
            If there is no such picture, or if it has an address and is not in NSTBENCH_DATA.
        """
        picture = self[name]
        if picture.package is not None:
            return photograph(picture.package)
        if picture.file is not None:
            return self._folder / picture.file
        own = self._own(name)
        if own is None:
            raise InputError(
                f"picture {name!r} is not in the folder NSTBENCH_DATA; run `nstbench fetch {name}` first"
            )
        return own

    def _own(self, name: str) -> Path | None:
        """The file of a picture in the folder that NSTBENCH_DATA names, or in a folder in there, if any."""
        folder = os.environ.get("NSTBENCH_DATA")
        if not folder:
            return None
        if (folder, name) not in self._found:
            folders = [Path(folder), *sorted(each for each in Path(folder).glob("*") if each.is_dir())]
            candidates = (
                each / f"{called}{suffix}"
                for called in (name, *self[name].also_called)
                for each in folders
                for suffix in SUFFIXES
            )
            self._found[folder, name] = next((file for file in candidates if file.is_file()), None)
        return self._found[folder, name]


def load_manifest(file: Path, own: Collection[str] | None = None) -> Manifest:
    """Read data/images.yaml.

    Parameters
    ----------
    file : Path
        The manifest. Files that it names lie relative to its folder.
    own : collection of str, optional
        The pictures with an address that results were made with. When left out, those that this machine has.

    Returns
    -------
    Manifest
        All pictures by name; their files need not exist.

    Raises
    ------
    InputError
        If the file cannot be read or an entry is wrong; the message names the entry and what is allowed.
    """
    try:
        manifest = Manifest.model_validate(read_yaml(file))
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Manifest)}") from error
    manifest._folder = file.parent
    manifest._recorded = None if own is None else frozenset(own)
    for name in manifest.root:
        # Stand-ins have to end, without a circle, at a picture that is always here.
        passed: set[str] = set()
        replaced = name
        while (stand_in := manifest[replaced].stand_in) is not None:
            passed.add(replaced)
            if stand_in not in manifest.root.keys() - passed:
                raise InputError(
                    f"{file}: {replaced}.stand_in: {stand_in!r} leads to no picture that is always here; "
                    "name one that comes with a package or ships as a file"
                )
            replaced = stand_in
    return manifest
