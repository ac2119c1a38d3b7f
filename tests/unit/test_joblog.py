import sys

import pytest

from nstbench.errors import InputError
from nstbench.joblog import job_log, seconds_computed


def test_everything_printed_is_logged_and_the_computing_timed(tmp_path):
    log = tmp_path / "job.log"
    with job_log(str(log)):
        print("to stdout")
        print("to stderr", file=sys.stderr)
    assert log.read_text().splitlines()[:2] == ["to stdout", "to stderr"]
    assert 0 <= seconds_computed(log) < 10


def test_bad_input_is_one_line_and_status_2(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit) as exit_, job_log(str(log)):
        raise InputError("size 3 is out of range")
    assert exit_.value.code == 2
    assert log.read_text() == "nstbench: size 3 is out of range\n"
    assert seconds_computed(log) == 0
