"""The command line, one file a command: `nstbench demo`, `stylize`, `score`, `list` and others."""

import io
import logging
import os
import sys
import traceback
from typing import Annotated

import typer

from nstbench.cli import (
    bench,
    benchmark,
    bot,
    check_method,
    claims,
    demo,
    fetch,
    job,
    listing,
    plan,
    regress,
    score,
    studio,
    stylize,
    survey,
    survey_results,
    train_adain,
    train_backbone,
    train_fast,
    train_swap,
    train_texture,
)
from nstbench.cli.requirements import missing_package
from nstbench.cli.verbosity import with_verbosity
from nstbench.core.errors import InputError
from nstbench.core.files import NO_ROOM
from nstbench.core.memory import bounded_by_free_memory, ran_out
from nstbench.core.tuning import tune_process
from nstbench.core.version import __version__

app = typer.Typer(
    help="A reproducible benchmark and paper-replication suite for neural style transfer.",
    epilog="Start with `nstbench demo`; `nstbench COMMAND -h` shows options and examples.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, command, examples in (
    ("demo", demo.demo, demo.EXAMPLES),
    ("stylize", stylize.stylize, stylize.EXAMPLES),
    ("score", score.score, score.EXAMPLES),
    ("studio", studio.studio, studio.EXAMPLES),
    ("bot", bot.bot, bot.EXAMPLES),
    ("list", listing.list_things, listing.EXAMPLES),
    ("fetch", fetch.fetch, fetch.EXAMPLES),
    ("plan", plan.plan, plan.EXAMPLES),
    ("claims", claims.claims, claims.EXAMPLES),
    ("survey", survey.survey, survey.EXAMPLES),
    ("survey-results", survey_results.survey_results, survey_results.EXAMPLES),
    ("regress", regress.regress, regress.EXAMPLES),
    ("benchmark", benchmark.benchmark, benchmark.EXAMPLES),
    ("check-method", check_method.check_method, check_method.EXAMPLES),
    ("bench", bench.bench, bench.EXAMPLES),
    ("train-fast", train_fast.train_fast, train_fast.EXAMPLES),
    ("train-adain", train_adain.train_adain, train_adain.EXAMPLES),
    ("train-swap", train_swap.train_swap, train_swap.EXAMPLES),
    ("train-texture", train_texture.train_texture, train_texture.EXAMPLES),
    ("train-backbone", train_backbone.train_backbone, train_backbone.EXAMPLES),
):
    # Typer prints each paragraph of an epilog on a line of its own.
    app.command(name, epilog="\n\n".join(("Examples:", *examples)))(with_verbosity(command))


# What the pipeline's rules call; nobody types them.
app.command("job", hidden=True)(job.job)
app.command("job-server", hidden=True)(job.job_server)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"nstbench {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options of `nstbench` itself."""
    # Jobs come and go beside others, which need what is free just now.
    if context.invoked_subcommand not in ("job", "job-server"):
        context.with_resource(bounded_by_free_memory())


def main() -> None:
    """Run a command; bad input ends in one line on stderr and exit status 2."""
    tune_process()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no more than ASCII still gets every line.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has enough, as `head` does; the interpreter is not to write to it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (InputError, ModuleNotFoundError) as error:
        if logging.getLogger("nstbench").isEnabledFor(logging.DEBUG):
            traceback.print_exc()
        line = missing_package(error) if isinstance(error, ModuleNotFoundError) else str(error)
        print(f"nstbench: {line}", file=sys.stderr)
        sys.exit(2)
    except (MemoryError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            print(f"nstbench: cannot write: {error.strerror}; free some space", file=sys.stderr)
            sys.exit(2)
        if not ran_out(error):
            raise
        if logging.getLogger("nstbench").isEnabledFor(logging.DEBUG):
            traceback.print_exc()
        print("nstbench: out of memory; choose a smaller size, or close other programs", file=sys.stderr)
        sys.exit(2)
