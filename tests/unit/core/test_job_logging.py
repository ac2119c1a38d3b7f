import sys

import pytest

from nstbench.core.errors import InputError
from nstbench.core.job_logging import job_log, seconds_computed


def test_everything_printed_is_logged_and_the_computing_timed(tmp_path, monkeypatch):
    clock, of_cores = iter([100.0, 107.25]), iter([3.0, 4.5])
    monkeypatch.setattr("nstbench.core.job_logging.time.perf_counter", lambda: next(clock))
    monkeypatch.setattr("nstbench.core.job_logging.time.process_time", lambda: next(of_cores))
    log = tmp_path / "job.log"
    with job_log(str(log)):
        print("to stdout")
        print("to stderr", file=sys.stderr)
    assert log.read_text().splitlines()[:2] == ["to stdout", "to stderr"]
    assert seconds_computed(log) == (7.25, 1.5)


def test_bad_input_is_one_line_and_status_2(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit) as exit_, job_log(str(log)):
        raise InputError("size 3 is out of range")
    assert exit_.value.code == 2
    assert log.read_text() == "nstbench: size 3 is out of range\n"
    assert seconds_computed(log) == (0, 0)


def test_a_traceback_is_logged(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(ZeroDivisionError), job_log(str(log)):
        1 / 0  # noqa: B018
    assert log.read_text().startswith("Traceback")
    assert log.read_text().splitlines()[-1] == "ZeroDivisionError: division by zero"
