"""The commands as a user types them."""

import json
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

import nstbench
from nstbench.cli import main

QUICK = ("--size", "32", "--iterations", "3", "--precision", "fp32")


@dataclass(frozen=True)
class Finished:
    """What a command left: its exit status and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["nstbench", *map(str, arguments)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        return Finished(status, *capsys.readouterr())

    return run


def assert_refused(process, *words):
    """One clear line, exit status 2, no traceback."""
    assert process.returncode == 2
    assert len(process.stderr.strip().splitlines()) == 1
    assert process.stderr.startswith("nstbench: ")
    for word in words:
        assert word in process.stderr
    assert process.stdout == ""


def test_stylize_writes_the_picture(run, photo, painting, tmp_path):
    out = tmp_path / "out.png"
    process = run("stylize", photo, painting, "-o", out, *QUICK, "--json")
    assert process.returncode == 0, process.stderr
    with Image.open(out) as picture:
        assert picture.size == (32, 21)
    summary = json.loads(process.stdout)
    assert summary["precision"] == "fp32"
    assert summary["parameters"]["evaluations"] == 3
    assert "3/3" in process.stderr


def test_python_takes_the_same_words(photo, painting, tmp_path):
    out = tmp_path / "out.jpg"
    result = nstbench.stylize(photo, painting, out, size=32, iterations=3, precision="fp32")
    assert result.picture.size == (32, 21)
    assert out.stat().st_size > 0
    again = nstbench.stylize(photo, painting, size=32, iterations=3, precision="fp32")
    assert np.array_equal(np.asarray(result.picture), np.asarray(again.picture))


BAD_OPTIONS = [
    (("--method", "gatys1915"), ("'gatys1915'", "gatys2015")),
    (("--backbone", "vgg99"), ("'vgg99'", "vgg19")),
    (("--size", "-5"), ("size -5", "16 to 8192")),
    (("--iterations", "0"), ("evaluations", "greater than or equal to 1")),
    (("--precision", "fp8"), ("'fp8'", "fp32, bf16")),
    (("--device", "tpu"), ("'tpu'", "cpu")),
    (("--seed", "-1"), ("seed -1",)),
    (("--weights", "nowhere.pth"), ("'nowhere.pth'", "embedded")),
]


@pytest.mark.parametrize(("options", "words"), BAD_OPTIONS)
def test_bad_options_are_refused_in_one_line(run, photo, painting, tmp_path, options, words):
    out = tmp_path / "out.png"
    assert_refused(run("stylize", photo, painting, "-o", out, *options), *words)
    assert not out.exists()


def test_bad_content_is_refused(run, painting, tmp_path):
    assert_refused(
        run("stylize", tmp_path / "no.png", painting, "-o", tmp_path / "o.png"), "no.png", "not exist"
    )


def test_text_as_weights_is_refused(run, photo, painting, tmp_path):
    weights = tmp_path / "weights.pth"
    weights.write_text("no weights")
    process = run("stylize", photo, painting, "-o", tmp_path / "o.png", "--weights", weights)
    assert_refused(process, "no readable weight file")


@pytest.mark.parametrize("out", ["/proc/nothing/out.png", "picture.xyz"])
def test_unwritable_output_is_refused_before_any_work(run, photo, painting, out):
    assert_refused(run("stylize", photo, painting, "-o", out, *QUICK), "cannot write", out)


@pytest.mark.parametrize("kind", ["methods", "experiments", "backbones", "metrics"])
def test_lists_are_objects_with_ids(run, kind):
    process = run("list", kind, "--json")
    rows = json.loads(process.stdout)
    assert rows
    assert all(row["id"] for row in rows)


def test_list_is_readable(run):
    assert "nikulin-fig3" in run("list", "experiments").stdout


def test_a_process_ends_with_status_2_and_one_line(tmp_path):
    command = [sys.executable, "-m", "nstbench", "stylize", "no.png", "no.png", "-o", str(tmp_path / "o.png")]
    process = subprocess.run(command, capture_output=True, text=True)
    assert_refused(process, "no.png does not exist")
