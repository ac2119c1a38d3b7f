"""What the pipeline leaves behind, after `PROFILE=smoke snakemake --cores all`."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from nstbench.charts.chart import load_charts
from nstbench.claims.register import load_register
from nstbench.metrics import metrics
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import shown
from nstbench.pipeline.project import CHECKOUT


@pytest.fixture(scope="session")
def runs(made, project):
    return {entry.run.id: FinishedRun.of(entry, made / "results") for entry in project.planned}


@pytest.fixture(scope="session")
def descents(runs):
    """The runs of methods that have a budget of evaluations."""
    return {id: run for id, run in runs.items() if "evaluations" in run.record["specification"]["parameters"]}


def test_every_run_left_its_three_files(runs, project):
    assert runs
    for entry in project.planned:
        run, size = runs[entry.run.id], entry.run.size
        assert size <= project.profile.size
        with Image.open(run.image) as image:
            assert image.size == (size, size)
        assert len(run.trace) == run.record["evaluations"]
        assert run.record["specification"]["size"] == size


def test_descents_spend_their_budgets(descents, runs):
    assert 0 < len(descents) < len(runs)
    for run in descents.values():
        assert len(run.trace) == run.record["specification"]["parameters"]["evaluations"]
        assert np.isfinite(run.trace.to_numpy()).all()


def test_descents_go_down(descents):
    """Nearly all do in twelve evaluations; one that starts at a heavy content's optimum hardly can.

    From there Adam, whose first steps are as long as its rate however small the gradient, may still be on its
    way back.
    """
    ratios, of_adam = [], []
    for run in descents.values():
        optimiser = run.record["specification"]["parameters"]["optimiser"]["kind"]
        ratio = run.record["final_losses"]["total"] / run.trace["total"].iloc[0]
        (of_adam if optimiser == "adam" else ratios).append(ratio)
    assert np.median(ratios + of_adam) < 0.5
    assert max(ratios) < 1.1
    assert max(of_adam) < 2


def test_scores_are_tidy_and_complete(made, project):
    table = pd.read_csv(made / "results" / "scores.csv")
    assert list(table.columns) == ["run", "experiment", "factor", "metric", "value", "reason"]
    for id, planned in project.plans.items():
        scored = table[table.experiment == id]
        expected = {entry.run.id for entry in planned}
        assert expected <= set(scored.run)
        controls = set(scored.run) - expected
        assert {control.split(":")[0] for control in controls} == {"control-content", "control-style"}
        assert set(scored.metric) == set(metrics())
    assert (np.isfinite(table.value) | (table.value.isna() & table.reason.notna())).all()


def test_every_experiment_has_its_panel_curves_and_sidecar(made, project):
    for id, experiment in project.experiments.items():
        figures = made / "reports" / "figures"
        with Image.open(figures / f"{id}.jpg") as panel:
            assert min(panel.size) > 300
        with Image.open(figures / f"{id}.curves.png") as curves:
            assert curves.width == 2000
        tiles = json.loads((figures / f"{id}.json").read_text())["tiles"]
        assert {tile["run"] for tile in tiles} == {
            entry.run.id for entry in shown(experiment, project.plans[id])
        }
        for tile in tiles:
            record = json.loads((made / "results" / "runs" / tile["run"] / "run.json").read_text())
            assert tile["final_losses"] == record["final_losses"]


def test_every_chart_has_its_drawing_table_and_findings(made, project):
    for id in load_charts(project):
        figures = made / "reports" / "figures"
        assert "</svg>" in (figures / f"{id}.svg").read_text(encoding="utf-8")
        assert json.loads((figures / f"{id}.json").read_text())["findings"]
        table = pd.read_csv(made / "results" / "charts" / f"{id}.csv")
        assert not table.empty


def test_a_chart_s_value_is_that_of_the_traces(made, project):
    """unlusoy-epochs-curve: the least loss so far, of the one run that this profile has."""
    (entry,) = project.plans["unlusoy-epochs"]
    trace = pd.read_csv(made / "results" / "runs" / entry.run.id / "trace.csv")
    table = pd.read_csv(made / "results" / "charts" / "unlusoy-epochs-curve.csv").dropna(subset="loss")
    assert len(table) == len(trace)
    for row in table.itertuples():
        so_far = trace[trace["evaluation"] <= row.evaluation]
        assert row.loss == pytest.approx(so_far["total"].min(), rel=1e-5)


def test_every_claim_has_a_verdict_and_a_reason(made, project):
    claims = json.loads((made / "results" / "claims.json").read_text())["claims"]
    assert [claim["id"] for claim in claims] == [claim.id for claim in load_register(project).claims]
    verdicts = {"supported", "contradicted", "inconclusive", "not testable", "not run"}
    assert {claim["verdict"] for claim in claims} <= verdicts
    assert all(claim["reason"] for claim in claims)
    page = (made / "reports" / "verdicts.md").read_text(encoding="utf-8")
    assert all(claim["id"] in page for claim in claims)


def test_a_claims_value_is_that_of_the_scores(made, project):
    """nikulin-claim-init-content-keeps: the log ratio of C_lite from the content and from noise."""
    claims = json.loads((made / "results" / "claims.json").read_text())["claims"]
    (claim,) = (claim for claim in claims if claim["id"] == "nikulin-claim-init-content-keeps")
    table = pd.read_csv(made / "results" / "scores.csv").set_index(["experiment", "metric", "run"]).value
    by_arm = {
        entry.arm.id: table["nikulin-fig3", "C_lite", entry.run.id] for entry in project.plans["nikulin-fig3"]
    }
    (value,) = claim["values"]
    assert value["difference"] == pytest.approx(np.log(by_arm["from-content"] / by_arm["from-noise"]))


def test_report_shows_every_experiment_and_links_to_files_that_exist(made, project):
    html = (made / "reports" / "index.html").read_text(encoding="utf-8")
    for entry in (*project.experiments.values(), *load_charts(project).values()):
        assert entry.title in html.replace("&#39;", "'")
    for target in set(re.findall(r'(?:src|href)="([^"#?:]+)["?]', html)):
        assert (made / "reports" / target).exists(), target


def linked(page):
    """The files that a page shows or leads to."""
    targets = re.findall(r'(?:src|href)="([^"#?:]+)["#?]', page.read_text(encoding="utf-8"))
    return {(page.parent / target).resolve() for target in targets}


def test_every_page_of_the_report_links_to_files_of_the_report(made, project):
    reports = made / "reports"
    pages = [*reports.glob("*.html"), *reports.glob("figures/*.html")]
    assert len(pages) == 6 + len(project.experiments) + len(load_charts(project))
    for page in pages:
        for file in linked(page):
            assert file.exists() and file.is_relative_to(reports.resolve()), (page, file)


def test_the_site_is_light_enough_to_be_published(made):
    """With its panels: pictures of `default` weigh some 12 MB more, and its site stays below 60 MB."""
    files = [file for file in (made / "reports").rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 48e6


def test_the_first_page_with_all_its_pictures_is_light(made):
    page = made / "reports" / "index.html"
    pictures = {file for file in linked(page) if file.suffix in (".jpg", ".png", ".svg")}
    assert len(pictures) > 80
    assert sum(file.stat().st_size for file in (page, *pictures)) < 1.5e6


def test_a_second_call_has_nothing_to_do(made):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--dry-run", "--directory", str(made)]
    process = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, env=os.environ | {"PROFILE": "smoke"}
    )
    assert "Nothing to be done" in process.stdout + process.stderr
