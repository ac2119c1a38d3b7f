"""The command line: `nstbench stylize`, `list`, `score`, `fetch`, `regress`, `bench`, `train-backbone`."""

import sys

import typer

from nstbench.cli.bench import bench
from nstbench.cli.fetch import fetch
from nstbench.cli.listing import list_things
from nstbench.cli.regress import regress
from nstbench.cli.score import score
from nstbench.cli.stylize import stylize
from nstbench.cli.train import train_backbone
from nstbench.errors import InputError

app = typer.Typer(
    help="A reproducible benchmark and paper-replication suite for neural style transfer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(stylize)
app.command()(score)
app.command("list")(list_things)
app.command()(fetch)
app.command()(regress)
app.command()(bench)
app.command("train-backbone")(train_backbone)


def main() -> None:
    """Run a command; bad input ends in one line on stderr and exit status 2."""
    try:
        app()
    except InputError as error:
        print(f"nstbench: {error}", file=sys.stderr)
        sys.exit(2)
