"""What a person sees of a running pipeline, from the events that Snakemake reports."""

import logging
import signal
import time

import pytest

from nstbench.pipeline import console
from nstbench.pipeline.console import SNAKEMAKES_OWN, ConsoleHandler, take_over


@pytest.fixture
def handler(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    handler = ConsoleHandler()
    yield handler
    handler.close()


@pytest.fixture
def report(handler):
    """Reports an event as Snakemake does."""

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
    report("job_info", jobid=1, rule_name="report", rule_msg="site", log=[])
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


def test_what_is_refused_before_the_first_job_is_not_announced(report, capsys):
    begin(report, picture=2)
    assert capsys.readouterr().err == ""


def test_a_long_job_is_named_again_while_nothing_happens(report, capsys, monkeypatch):
    for name, seconds in {"MOST_SECONDS_OF_SILENCE": 0.2, "SECONDS_BETWEEN_LOOKS": 0.02}.items():
        monkeypatch.setattr(console, name, seconds)
    monkeypatch.setattr(console, "SECONDS_BETWEEN_LINES", 0.0)
    begin(report, training=1)
    report("job_info", jobid=1, rule_name="training", rule_msg="training adain: progress in x.log", log=[])
    time.sleep(0.7)
    _, *lines = capsys.readouterr().err.splitlines()
    assert set(lines) == {"0 of 1 jobs done; training adain"}
    assert 2 <= len(lines) <= 4


def test_the_time_left_counts_a_job_that_takes_longer_than_usual_as_nearly_done(report, capsys, monkeypatch):
    """Three batches of 10 s are done on two cores; one of the two that are left has run for 60 s."""
    now = [0.0]
    monkeypatch.setattr(console, "SECONDS_BETWEEN_LINES", 0.0)
    monkeypatch.setattr(console.time, "monotonic", lambda: now[0])
    begin(report, runs_a=8)
    for job in range(3):
        report("job_info", jobid=job, rule_name="runs_a", rule_msg="runs", log=[])
        now[0] += 10
        report("job_finished", job_id=job)
    report("job_info", jobid=3, rule_name="runs_a", rule_msg="runs", log=[])
    now[0] += 60
    capsys.readouterr()
    report("progress", done=3, total=8)
    assert capsys.readouterr().err == "3 of 8 jobs done; about 20 s left; runs\n"


def test_the_first_figure_is_announced_once(report, capsys, tmp_path):
    begin(report, figure=3)
    report("progress", done=1, total=3)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "index.html").touch()
    report("progress", done=2, total=3)
    report("progress", done=3, total=3)
    announced = [line for line in capsys.readouterr().err.splitlines() if "grows" in line]
    assert announced == ["reports/index.html has the first figure, and grows"]


def test_jobs_that_end_by_ctrl_c_have_not_failed(handler, report, capsys):
    begin(report, figure=1)
    report("job_info", jobid=4, rule_name="figure", rule_msg="figure x", log=[])
    capsys.readouterr()
    with pytest.raises(KeyboardInterrupt):
        handler.note_interrupt(signal.SIGINT, None)
    report("job_error", level=logging.ERROR, jobid=4, rule_name="figure", log=[])
    report(None, "At least one job did not complete successfully.", logging.ERROR)
    handler.close()
    handler.close()
    assert capsys.readouterr().err.splitlines() == ["Interrupted; the same command goes on where it stopped"]


def test_only_snakemakes_own_output_is_replaced(monkeypatch):
    logger = logging.Logger("of a test")
    own, other = logging.StreamHandler(), logging.StreamHandler()
    own.name = SNAKEMAKES_OWN
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    logger.addHandler(own)
    logger.addHandler(other)
    take_over(logger)
    assert own not in logger.handlers
    assert other in logger.handlers
    assert len(logger.handlers) == 2
