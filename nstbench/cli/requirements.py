"""What some commands need beyond the installed package, and how to get it."""

from pathlib import Path

from nstbench.core.errors import InputError


def checkout() -> Path:
    """Give the folder of the checkout that this package is run from.

    Raises
    ------
    InputError
        If the package was installed from a wheel, without `config/` and `data/`.
    """
    from nstbench.pipeline.project import CHECKOUT

    if not (CHECKOUT / "config" / "config.yaml").is_file():
        raise InputError(
            "this needs a checkout of the repository, with its config/ and data/; get one with "
            "`git clone REPOSITORY nstbench && cd nstbench && make`, and use .venv/bin/nstbench there"
        )
    return CHECKOUT


# Which of the package's extras brings what is not there; the pipeline's brings all else.
EXTRAS = {"fastapi": "studio", "uvicorn": "studio", "telegram": "bot", "av": "video"}


def missing_package(error: ModuleNotFoundError) -> str:
    """Say in one line which package a command lacks and how to install it."""
    extra = EXTRAS.get(str(error.name).partition(".")[0], "pipeline")
    return (
        f"this needs the Python package {error.name!r}, which is not installed; install it with "
        f"`pip install 'nstbench[{extra}]'`"
    )
