"""The command line: `nstbench stylize`, `list`, `score`, `survey`, `fetch`, `regress`, `bench` and others."""

import sys

import typer

from nstbench.cli.bench import bench
from nstbench.cli.claims import claims
from nstbench.cli.fetch import fetch
from nstbench.cli.listing import list_things
from nstbench.cli.regress import regress
from nstbench.cli.requirements import missing_package
from nstbench.cli.score import score
from nstbench.cli.stylize import stylize
from nstbench.cli.survey import survey
from nstbench.cli.survey_results import survey_results
from nstbench.cli.train import train_adain, train_backbone, train_fast
from nstbench.core.errors import InputError

app = typer.Typer(
    help="A reproducible benchmark and paper-replication suite for neural style transfer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(stylize)
app.command()(score)
app.command()(claims)
app.command()(survey)
app.command("survey-results")(survey_results)
app.command("list")(list_things)
app.command()(fetch)
app.command()(regress)
app.command()(bench)
app.command("train-fast")(train_fast)
app.command("train-adain")(train_adain)
app.command("train-backbone")(train_backbone)


def main() -> None:
    """Run a command; bad input ends in one line on stderr and exit status 2."""
    try:
        app()
    except InputError as error:
        print(f"nstbench: {error}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        print(f"nstbench: {missing_package(error)}", file=sys.stderr)
        sys.exit(2)
