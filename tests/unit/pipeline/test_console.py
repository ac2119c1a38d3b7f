"""What a person sees of a running pipeline, from the events that Snakemake reports."""

import logging
import subprocess
import sys

import pytest

from nstbench.pipeline.console import SNAKEMAKES_OWN, ConsoleHandler, take_over
from nstbench.pipeline.project import CHECKOUT


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Reports an event as Snakemake does."""
    monkeypatch.chdir(tmp_path)
    handler = ConsoleHandler()

    def report(event, message="", level=logging.INFO, **fields):
        handler.emit(logging.makeLogRecord({"msg": message, "levelno": level, "event": event, **fields}))

    return report


def begin(report, /, **stats):
    report("resources_info", cores=2)
    report("run_info", stats=stats | {"total": sum(stats.values())})


def test_lines_say_what_is_done_what_runs_and_how_long_it_took(report, capsys):
    begin(report, picture=2)
    report("job_info", jobid=1, rule_name="picture", rule_msg="picture cat", log=[])
    report("job_finished", job_id=1)
    report("progress", done=1, total=2)
    report("progress", done=2, total=2)
    first, running, last = capsys.readouterr().err.splitlines()
    assert first == "2 jobs to do on 2 core(s)"
    assert running == "0 of 2 jobs done; picture cat"
    assert last.startswith("Done in ")


def test_the_end_says_where_to_look(report, capsys, tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "index.html").touch()
    begin(report, report=1)
    report("progress", done=1, total=1)
    assert capsys.readouterr().err.splitlines()[-1].endswith("; open reports/index.html")


def test_a_failed_job_is_named_once_with_the_end_of_its_log(report, capsys, tmp_path):
    log = tmp_path / "log"
    log.write_text("\n".join(f"line {number}" for number in range(9)))
    begin(report, figure=1)
    report("job_info", jobid=4, rule_name="figure", rule_msg="figure x.png", log=[str(log)])
    capsys.readouterr()
    for _ in range(2):
        report("job_error", level=logging.ERROR, jobid=4, rule_name="figure", log=[str(log)])
    report(None, "Exiting because a job execution failed.", logging.ERROR)
    assert capsys.readouterr().err.splitlines() == [
        "FAILED: figure x.png",
        "    line 6",
        "    line 7",
        "    line 8",
        f"    the whole log: {log}",
    ]


def test_only_snakemakes_own_output_is_replaced():
    logger = logging.Logger("of a test")
    own, other = logging.StreamHandler(), logging.StreamHandler()
    own.name = SNAKEMAKES_OWN
    logger.addHandler(own)
    logger.addHandler(other)
    take_over(logger)
    assert own not in logger.handlers
    assert other in logger.handlers
    assert len(logger.handlers) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("options", "own"), [([], False), (["--verbose"], True)])
def test_the_pipeline_is_short_unless_it_is_asked_for_more(tmp_path, options, own):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--directory", str(tmp_path), *options]
    process = subprocess.run(
        [*command, "results/pictures/chelsea.png"], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    assert ("Finished jobid" in process.stderr) == own
    if not own:
        assert max(map(len, process.stderr.splitlines())) < 120
