"""Runs, scores and memory of a benchmark: made once, found again, errors told at the end."""

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pandas as pd
import pytest
from small_runs import TWO_LAYERS, small_run

from nstbench.core.errors import InputError
from nstbench.pipeline.benchmark import making


def future(result=None, error=None):
    made = Future()
    if error is None:
        made.set_result(result)
    else:
        made.set_exception(error)
    return made


def test_one_that_fails_does_not_keep_the_others_from_their_ends():
    waiting = [future(1), future(error=ValueError("too small")), future(2)]
    found = []
    with pytest.raises(ValueError, match="too small"):
        found.extend(done.result() for done in making._finished(waiting))
    with pytest.raises(InputError, match="a process was killed"):
        list(making._finished([future(error=BrokenProcessPool())]))


def test_scores_are_kept_by_all_that_they_depend_on(tmp_path):
    one = making._score_file(tmp_path, ["code", {"vgg19": "embedded"}, [["run", "picture"]]])
    assert one == making._score_file(tmp_path, ["code", {"vgg19": "embedded"}, [["run", "picture"]]])
    others = [
        making._score_file(tmp_path, key)
        for key in (
            ["code'", {"vgg19": "embedded"}, [["run", "picture"]]],
            ["code", {"vgg19": "original"}, [["run", "picture"]]],
            ["code", {"vgg19": "embedded"}, [["run", "picture'"]]],
        )
    ]
    assert len({one, *others}) == 4
    making._score(one, lambda value: pd.DataFrame({"trial": [value]}), ("run",))
    assert pd.read_csv(one)["trial"].tolist() == ["run"]


def test_memory_is_measured_by_a_few_evaluations_of_the_run(tmp_path, monkeypatch):
    asked = []

    def execute(runs, folder, results):
        asked.extend(runs)
        return [tmp_path]

    monkeypatch.setattr(making, "execute", execute)
    monkeypatch.setattr(making, "read_record", lambda folder: {"device": "cpu"})
    peaks = iter([100.0, 164.0])
    monkeypatch.setattr(making, "_most_so_far", lambda: next(peaks))
    run = small_run(**TWO_LAYERS, evaluations=150)
    assert making._peak(run, tmp_path) == 64
    assert asked[0].parameters == {**run.parameters, "evaluations": 5}
