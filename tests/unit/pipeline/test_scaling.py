"""The simulation of many workers, against what can be worked out by hand."""

import math

import pytest

from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.timing.scaling import Job, Measured, jobs_of, makespan, ways_to_the_end


@pytest.mark.parametrize("workers", [1, 2, 7, 40])
@pytest.mark.parametrize("count", [1, 12, 13])
def test_equal_jobs_come_in_rounds(workers, count):
    jobs = {str(number): Job(3.0) for number in range(count)}
    assert makespan(jobs, workers, overhead=2.0) == pytest.approx(math.ceil(count / workers) * 5.0)


def test_a_chain_is_no_quicker_on_more_workers():
    jobs = {"a": Job(1.0), "b": Job(2.0, ("a",)), "c": Job(4.0, ("b",))}
    assert makespan(jobs, 1) == makespan(jobs, 9) == 7.0
    assert ways_to_the_end(jobs, overhead=1.0) == {"a": 10.0, "b": 8.0, "c": 5.0}


def test_what_others_wait_for_longest_comes_first():
    """Two workers: a chain of 2 + 3 beside 5 is perfect; had 5 and 4 been first, it were 9."""
    jobs = {"long": Job(4.0), "first": Job(2.0), "then": Job(3.0, ("first",))}
    assert makespan(jobs, 2) == 5.0
    assert makespan(jobs, 1) == 9.0


@pytest.mark.parametrize("most", [None, 1, 4])
def test_all_runs_and_trainings_of_a_profile_are_somewhere(most, monkeypatch):
    """Each of them a second long, and nothing else takes time."""
    monkeypatch.setattr(Measured, "runs", lambda measured, runs: len(runs))
    monkeypatch.setattr(Measured, "training", lambda measured, id, steps: 1)
    project = Project.load(CHECKOUT, "smoke")
    kinds = dict.fromkeys(("score", "figure", "chart", "scores", "claims", "notebook", "report"), 0.0)
    jobs = jobs_of(project, Measured(kinds, {}, {}), most)
    runs = {run.id for batch in project.every_batch.values() for run in batch}
    assert makespan(jobs, 1) == len(runs) + len(project.trainings)
    # One after the other where a network is trained first.
    assert max(ways_to_the_end(jobs).values()) == 1 + (most or max(map(len, project.every_batch.values())))
