"""The scripts in examples/ run, with small pictures."""

import json
import re
import runpy

import pytest

from nstbench.pipeline.project import CHECKOUT

EXAMPLES = CHECKOUT / "examples"
SMALL = {
    "two_pictures": {"size": 48, "evaluations": 2},
    "own_loop": {"size": 48, "steps": 2},
    "new_method": {"size": 48},
    "new_metric": {"size": 48, "evaluations": 2},
}


def test_every_example_is_listed_and_tested():
    scripts = {file.stem for file in EXAMPLES.glob("*.py")}
    # The method that is to be ranked is tried with the conformance test.
    assert scripts == {*SMALL, "reading_results", "ranked_method"}
    listed = re.findall(r"^\| \[(\w+)\.py\]", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    assert set(listed) == scripts


@pytest.mark.parametrize("name", SMALL)
def test_example_runs(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"](**SMALL[name])
    assert capsys.readouterr().out
    assert name == "new_metric" or list(tmp_path.glob(f"{name}*.png"))


def test_results_of_a_pipeline_are_read(tmp_path, capsys):
    run = tmp_path / "runs" / "gatys2015-0"
    run.mkdir(parents=True)
    specification = {"method": "gatys2015", "content": "cat", "style": "night"}
    (run / "run.json").write_text(
        json.dumps({"id": "gatys2015-0", "specification": specification, "seconds": 1.5})
    )
    (run / "trace.csv").write_text("evaluation,total\n1,3.0\n2,2.0\n")
    (tmp_path / "scores.csv").write_text(
        "run,experiment,metric,value,reason\n"
        + "".join(f"gatys2015-0,e,{metric},0.5,\n" for metric in ("SSIM", "S", "SWD"))
    )
    (tmp_path / "claims.csv").write_text("id,document,verdict\na,Da,supported\nb,Da,contradicted\n")
    runpy.run_path(str(EXAMPLES / "reading_results.py"))["main"](tmp_path)
    printed = capsys.readouterr().out
    assert "gatys2015, cat in the style of night, 2 evaluations, 1.5 s" in printed
    assert "supported" in printed
