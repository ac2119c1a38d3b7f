"""What a person sees of a running pipeline: one line with what is done, what runs and the time that is left.

The Snakefile puts it in the place of Snakemake's own output, which names every input of every job. That stays
in the log below .snakemake/log/.
"""

import logging
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from nstbench.core.number_format import duration

if TYPE_CHECKING:
    from types import FrameType

    from rich.progress import Progress

SECONDS_BETWEEN_LINES = 10.0
# Without a terminal, while nothing begins or ends.
MOST_SECONDS_OF_SILENCE = 60.0
SECONDS_BETWEEN_LOOKS = 1.0
# Finished jobs; the first of them has waited for imports.
FEWEST_TO_ESTIMATE = 3
# Ctrl-C reaches the jobs as well, and they may end before the console hears of it.
SECONDS_UNTIL_INTERRUPT = 0.3
SITE = Path("reports") / "index.html"
# What Snakemake calls the handler that writes to its standard error.
SNAKEMAKES_OWN = "DefaultStreamHandler"
MOST_RUNNING_NAMED = 3
LAST_LINES_OF_A_LOG = 3


def take_over(logger: logging.Logger) -> None:
    """Put a console in the place of Snakemake's own output; does nothing where another logger has taken it.

    Parameters
    ----------
    logger : logging.Logger
        The one that Snakemake reports to.
    """
    for handler in list(logger.handlers):
        if handler.name == SNAKEMAKES_OWN:
            console = ConsoleHandler()
            logger.removeHandler(handler)
            logger.addHandler(console)
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                signal.signal(signal.SIGINT, console.note_interrupt)


class ConsoleHandler(logging.Handler):
    """Turns Snakemake's events into a bar on a terminal, and into a line now and then elsewhere."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._started = time.monotonic()
        self._last_line = -SECONDS_BETWEEN_LINES
        self._cores = 1
        self._done = self._total = 0
        self._waiting: Counter[str] = Counter()
        self._running: dict[int, tuple[str, str, float]] = {}
        self._seconds: dict[str, list[float]] = {}
        self._failed: set[int] = set()
        self._bar: Progress | None = None
        self._site_is_known = SITE.is_file()
        self._has_begun = False
        self._interrupted = threading.Event()
        self._ended = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Show what a record says, if people want to know it."""
        try:
            show = getattr(self, f"_on_{getattr(record, 'event', None)}", None)
            if show:
                show(record)
            elif record.levelno >= logging.ERROR and not (self._failed or self._interrupted.is_set()):
                self._say(record.getMessage().strip())
            elif record.getMessage().startswith("Nothing to be done"):
                self._say(f"Everything is up to date{_where_to_look()}")
        except Exception:
            self.handleError(record)

    def note_interrupt(self, number: int, frame: "FrameType | None") -> None:
        """Handle Ctrl-C: the jobs that end by it have not failed."""
        self._interrupted.set()
        signal.default_int_handler(number, frame)

    def close(self) -> None:
        """Take the bar from the terminal."""
        self._stop_bar()
        if self._interrupted.is_set() and not self._ended.is_set():
            self._say("Interrupted; the same command goes on where it stopped")
        self._ended.set()
        super().close()

    def _on_resources_info(self, record: Any) -> None:
        self._cores = getattr(record, "cores", None) or self._cores

    def _on_run_info(self, record: Any) -> None:
        self._waiting = Counter({rule: count for rule, count in record.stats.items() if rule != "total"})
        self._total = self._waiting.total()

    def _begin(self) -> None:
        """Before the first job; a pipeline that was refused before that says no more than why."""
        self._say(f"{self._total} jobs to do on {self._cores} core(s)")
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
            from rich.table import Column

            # On a narrow terminal it is the names of jobs that are cut.
            names = Column(no_wrap=True, overflow="ellipsis", ratio=1)
            self._bar = Progress(
                BarColumn(20, table_column=Column(min_width=10)),
                MofNCompleteColumn(
                    table_column=Column(no_wrap=True, min_width=len(f"{self._total}") * 2 + 1)
                ),
                TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=len("0:00:00"))),
                TextColumn("{task.description}", markup=False, table_column=names),
                console=Console(file=sys.stderr),
                transient=True,
                expand=True,
            )
            self._bar.add_task("", total=self._total)
            self._bar.start()
        threading.Thread(target=self._keep_showing, daemon=True).start()

    def _keep_showing(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self.acquire()
            try:
                silent = time.monotonic() - self._last_line
                if self._running and (self._bar or silent >= MOST_SECONDS_OF_SILENCE):
                    self._show_progress()
            finally:
                self.release()

    def _on_job_info(self, record: Any) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._begin()
        name = (record.rule_msg or record.rule_name).partition(": progress")[0]
        self._running[record.jobid] = (record.rule_name, name, time.monotonic())
        self._show_progress()

    def _on_job_finished(self, record: Any) -> None:
        if record.job_id in self._running:
            rule, _, started = self._running.pop(record.job_id)
            self._seconds.setdefault(_kind(rule), []).append(time.monotonic() - started)
            self._waiting[rule] -= 1

    def _on_progress(self, record: Any) -> None:
        self._done, self._total = record.done, record.total
        self._show_progress()
        if not self._site_is_known and SITE.is_file() and self._done < self._total:
            self._site_is_known = True
            self._say(f"{SITE} has the first figure, and grows")
        if self._done == self._total:
            self._say(f"Done in {duration(time.monotonic() - self._started)}{_where_to_look()}")

    def _on_job_error(self, record: Any) -> None:
        # Snakemake reports a failed job once more at its end.
        if record.jobid in self._failed or self._interrupted.wait(SECONDS_UNTIL_INTERRUPT):
            return
        self._failed.add(record.jobid)
        name = self._running.pop(record.jobid, ("", record.rule_name, 0.0))[1]
        self._say(f"FAILED: {name}")
        for log in map(Path, record.log):
            lines: list[str] = []
            with suppress(OSError):
                lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            for line in lines[-LAST_LINES_OF_A_LOG:]:
                self._say(f"    {line}")
            self._say(f"    the whole log: {log}")

    def _on_error(self, record: Any) -> None:
        # That a command of a job has failed is said by its job_error, which comes next.
        if (
            not (self._failed or self._interrupted.is_set())
            and "CalledProcessError" not in record.getMessage()
        ):
            self._say(record.getMessage().strip())

    def _on_workflow_started(self, record: Any) -> None:
        """Versions and paths are of no interest to most."""

    _on_shellcmd = _on_job_started = _on_group_info = _on_debug_dag = _on_rulegraph = _on_workflow_started

    def _show_progress(self) -> None:
        running = [name for _, name, _ in self._running.values()]
        shown = ", ".join(running[:MOST_RUNNING_NAMED])
        if len(running) > MOST_RUNNING_NAMED:
            shown += f" and {len(running) - MOST_RUNNING_NAMED} more"
        line = "; ".join(filter(None, (self._time_left(), shown)))
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=self._done, total=self._total, description=line)
        elif time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES and self._total:
            self._last_line = time.monotonic()
            self._say(f"{self._done} of {self._total} jobs done; {line}")

    def _time_left(self) -> str:
        """From how long jobs of each kind took so far; a kind that has not run yet counts as the mean."""
        every = [seconds for kind in self._seconds.values() for seconds in kind]
        if len(every) < FEWEST_TO_ESTIMATE or self._done == self._total:
            return ""
        mean = {rule: fmean(self._seconds.get(_kind(rule), every)) for rule in self._waiting}
        left = sum(count * mean[rule] for rule, count in self._waiting.items())
        # What runs counts as waiting until it has ended; a job that takes longer than usual is about to end.
        left -= sum(min(time.monotonic() - began, mean[rule]) for rule, _, began in self._running.values())
        return f"about {duration(left / self._cores)} left" if left > self._cores else ""

    def _say(self, line: str) -> None:
        if self._bar:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def _stop_bar(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None


def _kind(rule: str) -> str:
    """Rules of one kind take about equally long: those of runs have a name an experiment."""
    return rule.partition("_")[0]


def _where_to_look() -> str:
    return f"; open {SITE}" if SITE.is_file() else ""
