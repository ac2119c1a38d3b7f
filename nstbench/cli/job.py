"""`nstbench job`: what the pipeline's rules run, one script of workflow/scripts at a time.

Starting Python with torch, pandas and matplotlib takes longer than most jobs of a small profile. So the
Snakefile starts `nstbench job-server`, which imports everything once and forks a child for each job that
workflow/scripts/run_job.py asks for. Snakemake still decides what is made, and when.
"""

import importlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nstbench.charts.chart import Chart
    from nstbench.pipeline.experiment import Experiment
    from nstbench.pipeline.project import Project

SECONDS_BETWEEN_LOOKS = 1.0
# Scripts after which the site has a figure more.
FIGURES = ("draw_figure", "draw_chart")
# What a child sends first, so that a client knows that its job has begun.
BEGUN = b"+"
# Packages that scripts import when they need them, which is in most jobs of some kind.
IMPORTED_LATER = ("lpips", "piq", "scipy.ndimage", "skimage.color", "skimage.metrics", "timm")

Changes = Annotated[str, typer.Option(help="What is laid over config.yaml, as JSON.")]


def job(
    script: Annotated[str, typer.Argument(help="A file of workflow/scripts, without its suffix.")],
    subjects: Annotated[list[str] | None, typer.Argument(help="What it is to make, by id.")] = None,
    profile: Annotated[str | None, typer.Option(help="The profile of config.yaml.")] = None,
    changes: Changes = "{}",
    log: Annotated[Path, typer.Option(help="Gets all that is printed.")] = Path(os.devnull),
    threads: Annotated[int, typer.Option(min=1, help="Threads to compute with.")] = 1,
) -> None:
    """Run one job of the pipeline in the working folder."""
    from nstbench.core.files import noting_files
    from nstbench.core.job_logging import job_log
    from nstbench.pipeline.seals import discard_damaged, seal

    with job_log(str(log)):
        results, name = Path("results"), log.stem
        discard_damaged(results, name)
        run, project = _script(script), _project(profile, changes)
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(threads)
        with noting_files() as written:
            # What it found done from before is its own as well.
            found = run(project, *(subjects or ()))
        seal(results, name, [*written, *(found or ())])
        if script in FIGURES:
            from nstbench.report.site.unfinished import write_unfinished

            write_unfinished(_figures(profile, changes), project.profile, results, Path("reports"))


@cache
def _script(name: str) -> Callable[..., list[Path] | None]:
    """The function `job` of a script; loading it imports all that it needs."""
    from nstbench.pipeline.project import CHECKOUT

    file = CHECKOUT / "workflow" / "scripts" / f"{name}.py"
    specification = importlib.util.spec_from_file_location(f"nstbench_job_{name}", file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    run: Callable[..., list[Path] | None] = module.job
    return run


@cache
def _project(profile: str | None, changes: str) -> "Project":
    from nstbench.pipeline.project import CHECKOUT, Project

    return Project.load(CHECKOUT, profile, json.loads(changes))


@cache
def _figures(profile: str | None, changes: str) -> "list[Experiment | Chart]":
    """All that the site is to show."""
    from nstbench.charts.chart import load_charts

    project = _project(profile, changes)
    return [*project.experiments.values(), *load_charts(project).values()]


def job_server(
    listening: Annotated[int, typer.Argument(help="A Unix socket that listens, as a file descriptor.")],
    profile: Annotated[str | None, typer.Option(help="The profile of config.yaml.")] = None,
    changes: Changes = "{}",
) -> None:
    """Fork a child for each job that is asked for on a socket, until the pipeline that started it is gone."""
    from nstbench.pipeline.project import CHECKOUT

    pipeline = os.getppid()
    # Ctrl-C on a terminal reaches everybody; jobs end when their client has ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _figures(profile, changes)
    for file in sorted((CHECKOUT / "workflow" / "scripts").glob("*.py")):
        if file.stem != "run_job":
            _script(file.stem)
    with _Server(listening) as server:
        threading.Thread(target=_end_with, args=(pipeline, server), daemon=True).start()
        server.serve_forever()
        shutil.rmtree(Path(server.socket.getsockname()).parent)


if hasattr(os, "fork"):  # Where it cannot, the Snakefile starts no server.

    class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
        """On a socket that the pipeline has bound, so that its first jobs can wait there for the imports."""

        max_children = 10_000  # Snakemake counts the cores.
        block_on_close = False

        def __init__(self, listening: int) -> None:
            super().__init__("", _Child, bind_and_activate=False)
            self.socket.close()
            self.socket = socket.socket(fileno=listening)
            self._to_import = list(IMPORTED_LATER)

        def service_actions(self) -> None:
            """Between jobs: import a package, so that the first jobs need not wait for all of them."""
            super().service_actions()
            if self._to_import:
                with suppress(ImportError):  # A job that needs it says so.
                    importlib.import_module(self._to_import.pop(0))


class _Child(socketserver.StreamRequestHandler):
    """One job, in a process of its own."""

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline())
        os.chdir(asked["folder"])
        self.wfile.write(BEGUN)
        threading.Thread(target=self._end_with_client, daemon=True).start()
        self.wfile.write(str(_status(asked["arguments"])).encode())

    def _end_with_client(self) -> None:
        """A client that is gone was interrupted or killed, and its job with it."""
        if not self.connection.recv(1):
            os.kill(os.getpid(), signal.SIGTERM)


def _status(arguments: list[str]) -> int:
    """The exit status of `nstbench job` with these arguments."""
    from nstbench.cli import main

    sys.argv = ["nstbench", "job", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # Its traceback stands in the job's log.
        return 1
    return 0


def _end_with(pipeline: int, server: "_Server") -> None:
    """End the server when its parent is another process than at first."""
    while os.getppid() == pipeline:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    server.shutdown()
