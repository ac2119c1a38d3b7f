"""Files and folders that are whole or absent, whoever writes beside and whatever dies in the middle."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from nstbench.core import files
from nstbench.core.errors import InputError
from nstbench.core.exchange import exchange
from nstbench.core.files import TEMPORARY, folder_written_whole, remove_litter, written_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_whole_and_nothing_else_is_left(tmp_path):
    with written_whole(tmp_path / "deep" / "a.txt") as temporary:
        temporary.write_text("first")
        assert temporary.suffix == ".txt"
        assert not (tmp_path / "deep" / "a.txt").exists()
    assert (tmp_path / "deep" / "a.txt").read_text() == "first"
    assert names(tmp_path / "deep") == ["a.txt"]


@pytest.mark.parametrize("writing", [written_whole, folder_written_whole])
def test_a_block_that_fails_leaves_what_was_there(tmp_path, writing):
    with pytest.raises(KeyError), writing(tmp_path / "a"):
        raise KeyError
    assert names(tmp_path) == []


@pytest.mark.parametrize("writing", [written_whole, folder_written_whole])
def test_want_of_room_is_told_apart_from_a_file_that_is_missing(tmp_path, writing):
    with pytest.raises(InputError, match="a: No space left on device; choose"), writing(tmp_path / "a"):
        raise OSError(28, "No space left on device")
    with pytest.raises(FileNotFoundError), writing(tmp_path / "a"):
        (tmp_path / "trace.csv").read_text()


@pytest.mark.parametrize("writing", [written_whole, folder_written_whole])
def test_a_place_that_cannot_be_written_is_told(tmp_path, writing):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="file is no folder; choose"),
        writing(tmp_path / "file" / "a"),
    ):
        pass


def replace_again_and_again(path, letter, until):
    while time.monotonic() < until:
        with folder_written_whole(path) as temporary:
            (temporary / "one").write_text(letter)
            (temporary / "two").write_text(letter)


def test_writers_of_one_folder_do_not_fail_and_readers_always_find_it(tmp_path):
    path, until = tmp_path / "run", time.monotonic() + 3
    context = multiprocessing.get_context("fork")
    with folder_written_whole(path) as temporary:
        (temporary / "one").write_text("z")
    writers = [context.Process(target=replace_again_and_again, args=(path, each, until)) for each in "abc"]
    for writer in writers:
        writer.start()
    looks = 0
    while time.monotonic() < until:
        handle = os.open(path, os.O_RDONLY)  # FileNotFoundError when there is a moment without it.
        os.close(handle)
        looks += 1
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert looks > 100
    assert (path / "one").read_text() == (path / "two").read_text()
    assert names(tmp_path) == ["run"]


def test_without_an_exchange_the_last_writer_still_wins(tmp_path, monkeypatch):
    def missing(one, other):
        raise NotImplementedError

    monkeypatch.setattr(files, "exchange", missing)
    for text in ("old", "new"):
        with folder_written_whole(tmp_path / "run") as temporary:
            (temporary / "image").write_text(text)
    assert (tmp_path / "run" / "image").read_text() == "new"
    assert names(tmp_path) == ["run"]


@pytest.mark.skipif(sys.platform != "linux", reason="the system call is Linux's")
def test_two_folders_are_exchanged(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    exchange(tmp_path / "one", tmp_path / "two")
    assert names(tmp_path / "one") == ["two"]
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "three")


def test_litter_of_a_killed_writer_is_removed_and_nothing_else(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from nstbench.core.files import *\n"
        "top = Path(sys.argv[1])\n"
        "with folder_written_whole(top / 'runs' / 'r'), written_whole(top / 'a.pt'):\n"
        "    print('writing', flush=True); time.sleep(60)"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    (tmp_path / "kept.txt").touch()
    assert len(list(tmp_path.rglob(f"{TEMPORARY}*"))) == 2
    assert remove_litter(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["kept.txt", "runs"]
    assert remove_litter(tmp_path) == 0
