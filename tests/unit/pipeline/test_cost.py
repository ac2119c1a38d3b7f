import json
import math

import pytest

from nstbench.pipeline.cost import evaluations_of, measured_speeds, seconds_of
from nstbench.pipeline.specification import RunSpecification


def leave(results, name, size, seconds, evaluations=10, **parameters):
    folder = results / "runs" / name
    folder.mkdir(parents=True)
    known = {"backbone": "vgg19", "weights": "original"} | parameters
    specification = {"method": "gatys2015", "size": size, "parameters": known}
    record = {"specification": specification, "seconds": seconds, "evaluations": evaluations}
    (folder / "run.json").write_text(json.dumps(record))


def run(size, **parameters):
    known = {"backbone": "vgg19", "weights": "original", "evaluations": 100} | parameters
    return RunSpecification(method="gatys2015", content="c", style="s", size=size, parameters=known)


def test_a_run_takes_its_evaluations_times_the_median_of_its_kind(tmp_path):
    for name, seconds in {"a": 1.0, "b": 3.0, "c": 200.0}.items():
        leave(tmp_path / "one", name, 64, seconds)
    leave(tmp_path / "two", "d", 128, 20.0)
    leave(tmp_path / "two", "e", 64, 0.1, weights="embedded")
    speeds = measured_speeds([tmp_path / "one", tmp_path / "two"])
    assert seconds_of(run(64), speeds) == pytest.approx(100 * 0.3)
    assert seconds_of(run(128), speeds) == pytest.approx(100 * 2.0)
    # Another size takes its share of the nearest one's area.
    assert seconds_of(run(256), speeds) == pytest.approx(100 * 2.0 * 4)
    assert seconds_of(run(32), speeds) == pytest.approx(100 * 0.3 / 4)
    assert seconds_of(run(64, weights="embedded"), speeds) == pytest.approx(100 * 0.01)
    assert math.isnan(seconds_of(run(64, backbone="alexnet"), speeds))


def test_records_that_cannot_be_read_are_passed_over(tmp_path):
    leave(tmp_path, "good", 64, 1.0)
    leave(tmp_path, "none", 64, 1.0, evaluations=0)
    for name, text in {"cut": '{"specif', "old": "{}", "list": "[]"}.items():
        (tmp_path / "runs" / name).mkdir()
        (tmp_path / "runs" / name / "run.json").write_text(text)
    assert measured_speeds([tmp_path]) == {("gatys2015", "vgg19", "original"): {64: 0.1}}
    assert measured_speeds([tmp_path / "nowhere"]) == {}


def test_one_pass_counts_as_one_evaluation():
    passing = RunSpecification(method="johnson2016", content="c", style="s", size=64, parameters={})
    assert evaluations_of(passing) == 1 and evaluations_of(run(64)) == 100
