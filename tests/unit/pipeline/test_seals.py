"""Seals: damage of any kind is noticed, what nobody sealed is left alone."""

import json
import os
import shutil

import pytest

from nstbench.core.errors import InputError
from nstbench.core.files import lock
from nstbench.pipeline.finished import read_record, run_file
from nstbench.pipeline.seals import damages, discard_damaged, seal, seal_file, whole


def truncate(file):
    file.write_bytes(file.read_bytes()[:3])


def empty(file):
    file.write_bytes(b"")


def swap(file):
    """Another content of the same length."""
    file.write_bytes(file.read_bytes()[::-1])


def delete(file):
    file.unlink()


def delete_folder(file):
    shutil.rmtree(file.parent)


@pytest.fixture
def results(tmp_path):
    """A table, and a figure in the other folder, as one job leaves them."""
    for name in ("results/tables/a.csv", "reports/figures/a.svg"):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(f"what {name} says")
    files = [tmp_path / "results" / "tables" / "a.csv", tmp_path / "reports"]
    seal(tmp_path / "results", "job", files)
    return tmp_path / "results"


@pytest.mark.parametrize("place", ["results/tables/a.csv", "reports/figures/a.svg"])
@pytest.mark.parametrize("harm", [truncate, empty, swap, delete, delete_folder])
def test_what_does_not_fit_its_seal_is_named_refused_and_discarded(results, place, harm):
    assert damages(results, "job") == {}
    file = results.parent / place
    harm(file)
    assert set(damages(results, "job")) == {file}
    with pytest.raises(InputError, match=r"run snakemake"):
        whole(file)
    other = next(each for each in results.parent.rglob("a.*") if each != file)
    assert whole(other) == other
    discard_damaged(results, "job")
    assert not file.exists() and other.exists() and not seal_file(results, "job").exists()


def test_what_was_copied_or_touched_is_whole(results, tmp_path):
    os.utime(results / "tables" / "a.csv", (1, 1))
    assert damages(results, "job") == {}
    moved = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-copy")) / "results"
    assert damages(moved, "job") == {}
    assert whole(moved / "tables" / "a.csv")


def test_what_was_made_by_hand_is_left_alone(results):
    own = results / "tables" / "own.csv"
    own.write_text("mine")
    discard_damaged(results, "job")
    assert whole(own).read_text() == "mine"
    assert damages(results, "another job") == {}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"a": 1}', b"\xff", b"[" * 100_000])
def test_a_damaged_seal_is_damage_and_can_be_replaced(results, content):
    seal_file(results, "job").write_bytes(content)
    assert set(damages(results, "job")) == {seal_file(results, "job")}
    discard_damaged(results, "job")
    assert (results / "tables" / "a.csv").exists()


def test_the_seal_of_a_job_that_has_run_is_missed(results):
    seal_file(results, "job").unlink()
    (results / "logs").mkdir()
    (results / "logs" / "job.log").write_text("computed for 1.00 s\n")
    assert set(damages(results, "job")) == {seal_file(results, "job")}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\x00", b"[" * 100_000])
def test_a_record_that_is_none_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(InputError, match=r"run\.json is not the record of a run; run snakemake again"):
        read_record(tmp_path)


def test_a_file_of_a_run_that_is_not_what_the_run_left_is_refused(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"outputs": {"trace.csv": "0" * 64}}))
    with pytest.raises(InputError, match=r"trace\.csv is not there"):
        run_file(tmp_path, "trace.csv", read_record(tmp_path))
    (tmp_path / "trace.csv").write_text("half")
    with pytest.raises(InputError, match=r"trace\.csv has another content"):
        run_file(tmp_path, "trace.csv", read_record(tmp_path))


def test_a_lock_is_held_once_and_free_when_closed(tmp_path):
    held = lock(tmp_path / "results" / ".lock")
    with pytest.raises(InputError, match="another pipeline is at work"):
        lock(tmp_path / "results" / ".lock")
    held.close()
    lock(tmp_path / "results" / ".lock").close()
