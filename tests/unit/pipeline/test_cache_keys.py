"""Real changes in a copy of the package, and what each of them makes outdated."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from nstbench.charts.chart import load_charts
from nstbench.methods import method, methods
from nstbench.pipeline import cache_keys
from nstbench.pipeline.cache_keys import UNCOUNTED, fingerprint, run_key, script_key
from nstbench.pipeline.project import CHECKOUT, Project

# The keys of every result, as the rules of the pipeline ask for them.
KEYS = """
import json, sys
from pathlib import Path
from nstbench.charts.chart import load_charts
from nstbench.methods import methods
from nstbench.pipeline.cache_keys import method_package, run_key, script_key
from nstbench.pipeline.project import Project

CHECKOUT = Path(sys.argv[1])

def code_of(script, *looked_up, **options):
    return script_key(CHECKOUT / "workflow" / "scripts" / f"{script}.py", *looked_up, **options)

keys = {f"run {id}": run_key(id) for id in methods()}
keys["training"] = code_of("train_network", packages=[method_package("johnson2016")], specified=True)
keys["picture"] = code_of("make_picture", specified=True)
keys["scores"] = code_of("score_batch", packages=["nstbench.metrics"], specified=True)
keys["verdicts"] = code_of("judge_claims", packages=["nstbench.claims"])
keys["figure"] = code_of("draw_figure")
keys["report"] = code_of("write_report", packages=["nstbench.metrics"], docstrings=True)
for id, chart in load_charts(Project.load(CHECKOUT)).items():
    keys[f"chart {id}"] = code_of("draw_chart", [chart.module])
print(json.dumps(keys))
"""
RUNS = {f"run {id}" for id in methods()}
# Methods without a Gram matrix.
WITHOUT_GRAM = {
    "adain2017",
    "chen2016",
    "chen2016_descent",
    "efros1999",
    "efros2001",
    "hertzmann2001",
    "johnson2016_super_resolution",
    "kwatra2003",
    "pitie2007",
    "wei2000",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The package without its weights."""
    root = tmp_path_factory.mktemp("copy")
    leave_out = shutil.ignore_patterns("__pycache__", "*.safetensors", "*.png", "*.jpg")
    shutil.copytree(CHECKOUT / "nstbench", root / "nstbench", ignore=leave_out)
    return root


def keys_of(root):
    command = [sys.executable, "-c", KEYS, str(CHECKOUT)]
    environment = os.environ | {"PYTHONPATH": str(root)}
    process = subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.fixture(scope="module")
def before(copy):
    return keys_of(copy)


@pytest.fixture
def outdated_by(copy, before):
    """The results whose keys differ while a file of the package holds what `edit` makes of it."""

    def outdated(file, edit=lambda text: text + "\nEXTRA = 1\n"):
        path = copy / "nstbench" / file
        text = path.read_text()
        assert edit(text) != text
        path.write_text(edit(text))
        try:
            after = keys_of(copy)
        finally:
            path.write_text(text)
        return {name for name in before if before[name] != after[name]}

    return outdated


def test_a_method_makes_its_own_runs_outdated(outdated_by):
    changed = outdated_by("methods/efros2001/method.py")
    assert changed & RUNS == {"run efros2001"}
    assert not changed & {"scores", "training", "picture"}


def test_a_network_of_a_method_makes_its_runs_and_trainings_outdated(outdated_by):
    changed = outdated_by("methods/johnson2016/modules.py")
    assert changed & {*RUNS, "training", "scores"} == {"run johnson2016", "training"}


def test_keeping_colours_concerns_every_run(outdated_by):
    changed = outdated_by("methods/colour/linear_matching.py")
    assert changed >= RUNS
    assert not changed & {"training", "scores", "verdicts", "picture", "chart da-saddle"}


def test_a_loss_concerns_the_methods_that_use_it(outdated_by):
    changed = outdated_by("losses/gram.py")
    assert changed & RUNS == RUNS - {f"run {id}" for id in WITHOUT_GRAM}


def test_a_rank_function_makes_verdicts_outdated(outdated_by):
    changed = outdated_by("core/rank_correlation.py")
    assert "verdicts" in changed
    assert not changed & {*RUNS, "training", "scores", "picture"}


def test_a_metric_makes_scores_outdated(outdated_by):
    changed = outdated_by("metrics/autocorrelation_length.py")
    assert {"scores", "report"} <= changed
    assert not changed & {*RUNS, "training", "figure"}


def test_a_chart_is_outdated_by_the_module_that_measures_it(outdated_by):
    charts = load_charts(Project.load(CHECKOUT))
    module = charts["da-saddle"].module
    changed = outdated_by(Path(*module.split(".")[1:]).with_suffix(".py"))
    assert {name for name in changed if name.startswith("chart")} == {
        f"chart {id}" for id, chart in charts.items() if chart.module == module
    }
    assert not changed & {*RUNS, "scores", "figure"}


def test_how_experiments_are_planned_concerns_what_is_not_specified(outdated_by):
    changed = outdated_by("pipeline/plan.py")
    assert {"figure", "verdicts", "report"} <= changed
    assert not changed & {*RUNS, "training", "scores", "picture"}


def test_a_script_counts_itself(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("from nstbench.core.rank_correlation import spearman as rank\n")
    before = script_key(script)
    script = tmp_path / "another.py"
    script.write_text("from nstbench.core.rank_correlation import spearman as order\n")
    assert script_key(script) != before


def test_a_template_makes_the_report_outdated(outdated_by):
    changed = outdated_by("report/site/templates/base.html.j2")
    assert "report" in changed
    assert not changed & {*RUNS, "scores", "verdicts", "training"}


def test_a_comment_makes_nothing_outdated(outdated_by):
    assert outdated_by("losses/gram.py", lambda text: "# A comment.\n\n" + text) == set()


def test_a_docstring_makes_only_outdated_what_shows_docstrings(outdated_by):
    assert outdated_by("metrics/base.py", lambda text: text.replace('"""', '"""So: ', 1)) == {"report"}


def test_the_version_makes_nothing_outdated(outdated_by):
    assert outdated_by("core/version.py") == set()


@pytest.mark.parametrize(("package", "depending"), [("torch", True), ("pillow", True), ("matplotlib", False)])
def test_an_upgrade_of_a_package_that_decides_numbers_makes_runs_outdated(monkeypatch, package, depending):
    def key():
        cache_keys._version.cache_clear()
        return run_key.__wrapped__("gatys2015")

    before = key()
    monkeypatch.setattr(cache_keys, "version", lambda name: "99" if name == package else version(name))
    assert (key() != before) == depending
    monkeypatch.undo()
    assert key() == before


def test_a_weight_file_makes_a_run_outdated(tmp_path):
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(b"one")
    before = fingerprint("gatys2015", [weights])
    weights.write_bytes(b"two")
    assert fingerprint("gatys2015", [weights]) != before


def test_a_trained_decoder_is_read_with_the_weights_of_its_encoder():
    files = method("adain2017").configure("default", {}).weight_files()
    assert [file.stem for file in files] == ["any_style", "vgg19"]


def test_only_modules_that_exist_are_left_out():
    assert all((CHECKOUT / Path(*name.split("."))).with_suffix(".py").is_file() for name in UNCOUNTED)
