"""--quiet and --verbose, which every command has."""

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Annotated

import typer

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors only.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Also print what is used, and where an error comes from.")
]


def with_verbosity(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --quiet and --verbose, which set the level of the logger `nstbench`."""

    @functools.wraps(command)
    def run(*arguments: object, quiet: bool, verbose: bool, **options: object) -> None:
        logging.basicConfig(format="nstbench: %(message)s", force=True)
        level = logging.ERROR if quiet else logging.DEBUG if verbose else logging.WARNING
        logging.getLogger("nstbench").setLevel(level)
        command(*arguments, **options)

    # Typer reads a command's options from its signature.
    signature = inspect.signature(command, eval_str=True)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)
        for name, annotation in (("quiet", Quiet), ("verbose", Verbose))
    ]
    parameters = [*signature.parameters.values(), *added]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run
