"""Usage: `nstbench studio`."""

from typing import Annotated

import typer

EXAMPLES = ("nstbench studio", "nstbench studio --no-browser")

Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")]


def studio(browser: Browser = True) -> None:
    """Serve a page on this machine alone, where pictures are dropped, stylized and compared."""
    from nstbench.apps.studio.serve import serve

    serve(browser)
