"""Editions: what is published gives the same verdicts, and the page of verdicts follows from one."""

import itertools
import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from nstbench.charts.chart import Chart
from nstbench.claims import editions, register, verdicts
from nstbench.claims.claim import Claim, ClaimTest
from nstbench.claims.editions import load_edition, publish
from nstbench.claims.evidence import Evidence
from nstbench.claims.markdown import page
from nstbench.claims.records import as_json
from nstbench.claims.register import Document, Register, load_register
from nstbench.claims.verdicts import judge_by
from nstbench.cli import claims as command
from nstbench.core.errors import InputError
from nstbench.metrics import metrics
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.recorded_profile import record_profile
from nstbench.pipeline.tables import control_id

CONTENTS = ("chelsea", "astronaut", "coffee")
STYLES = ("facets", "tesserae", "great_waves", "starry_night")
EXPERIMENT = {
    "id": "toy",
    "title": "Two arms",
    "source": {"document": "Somebody, A document", "row": "toy", "figure": "Figure 1"},
    "question": "Which is best?",
    "settings_note": "None.",
    "method": "gatys2015",
    "parameters": "nikulin",
    "axes": [[{"id": id, "caption": id, "settings": {"alpha": n}} for n, id in enumerate(("one", "two"), 1)]],
    "pairs": [{"content": content, "style": style} for content, style in itertools.product(CONTENTS, STYLES)],
    "panel": {"rows": [["one", "two"]]},
}
# One of each kind of evidence: scores, traces, pictures, and the table of a chart.
TESTS = {
    "paired": {"experiment": "toy", "metric": "C_lite", "a": "one", "b": "two"},
    "least_loss": {"experiment": "toy", "a": ["one"], "b": ["two"]},
    "evaluations_to_loss": {"experiment": "toy", "a": ["one"], "b": ["two"], "within": 1.5},
    "colour_difference": {"experiment": "toy", "a": "one", "b": "content copied", "control": "two"},
    "table": {"chart": "drawn", "per": ["content", "style"], "a": {"value": "height"}},
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout with an experiment and a claim for each of TESTS, and its results in `results`."""
    monkeypatch.delenv("NSTBENCH_DATA", raising=False)
    for folder in ("config/experiments", "config/charts", "data", "results/pictures", "results/charts"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(CHECKOUT / "data" / "images.yaml", tmp_path / "data")
    profile = {"size": 64, "weights": "embedded", "evaluations": 4}
    for name, content in {
        "config.yaml": {"profile": "toy", "profiles": {"toy": profile, "other": profile | {"size": 32}}},
        "experiments/toy.yaml": EXPERIMENT,
    }.items():
        (tmp_path / "config" / name).write_text(yaml.safe_dump(content))
    document = load_register(Project.load(CHECKOUT, "smoke")).documents[0]
    pattern = next(claim for claim in document.claims if claim.rule == "directional" and claim.tests)
    plain = {**dict(pattern), "missing": None, "about_weights": (), "see": ()}
    claims = []
    for statistic, parameters in TESTS.items():
        test = ClaimTest(statistic=statistic, says="it is less", side="less", parameters=parameters)
        name = f"{document.id}-claim-{statistic.replace('_', '-')}"
        claims.append(Claim.model_validate({**plain, "id": name, "tests": (test,)}))
    known = Register.model_construct(
        documents=(Document.derived_from(document, claims=tuple(claims)),), contradictions=()
    )
    for module in (register, verdicts):
        monkeypatch.setattr(module, "load_register", lambda project: known)
    monkeypatch.setattr(Evidence, "charts", {"drawn": Chart.model_construct(id="drawn", experiment="toy")})
    monkeypatch.setattr(command, "checkout", lambda: tmp_path)
    leave_results(Project.load(tmp_path), tmp_path / "results")
    return tmp_path


def leave_results(project, results, seed=0, better=0.5):
    """Numbers of which arm `one` has about `better` times those of `two`."""
    random = np.random.default_rng(seed)
    record_profile(results, project.profile.name, {}, project.manifest.own)
    scores, heights = [], []
    for entry in project.planned:
        folder = results / "runs" / entry.run.id
        folder.mkdir(parents=True, exist_ok=True)
        ratio = (better if entry.arm.id == "one" else 1.0) * random.uniform(0.9, 1.1)
        losses = ratio * np.array([4.0, 5.0, 1 / 3, 0.5])
        trace = pd.DataFrame({"evaluation": range(1, 5), "total": losses, "seconds": 0.1})
        trace.to_csv(folder / "trace.csv", index=False)
        pixels = random.integers(0, 255, (64, 64, 3), np.uint8)
        Image.fromarray(pixels).save(folder / "image.png")
        Image.fromarray(pixels).save(results / "pictures" / f"{entry.run.content}.png")
        record = {
            "id": entry.run.id,
            "specification": entry.run.model_dump(),
            "sha256": {"content": "c" * 64, "style": "5" * 64, "weights": {"vgg19.safetensors": "f" * 64}},
            "device": "cpu",
            "evaluations": 4,
            "seconds": 36.0,
            "final_losses": {"total": float(losses[-1]), "style": float("inf")},
            "versions": {"torch": "2.15.0"},
        }
        (folder / "run.json").write_text(json.dumps(record).replace("Infinity", '"inf"'))
        named = (entry.run.id, control_id("content", entry.run), control_id("style", entry.run))
        scores += [(run, "toy", 1.0, metric, ratio, None) for run in named for metric in metrics()]
        heights.append((entry.run.content, entry.run.style, ratio - 1))
    columns = ["run", "experiment", "factor", "metric", "value", "reason"]
    pd.DataFrame(scores, columns=columns).drop_duplicates(["run", "metric"]).to_csv(
        results / "scores.csv", index=False
    )
    table = pd.DataFrame(heights, columns=["content", "style", "height"]).drop_duplicates(
        ["content", "style"]
    )
    table.to_csv(results / "charts" / "drawn.csv", index=False)


def finished(root):
    return Evidence(Project.load(root), root / "results")


def test_an_edition_gives_the_verdicts_of_the_results(root):
    judged = judge_by(finished(root))
    assert [claim.n_pairs for claim in judged.claims] == [12] * len(TESTS)
    publish(finished(root), "first", root / editions.FOLDER)
    shutil.rmtree(root / "results")
    assert as_json(judge_by(load_edition(root, "first"))) == as_json(judged)


def test_what_a_plan_says_is_published_with_it(root, monkeypatch):
    """Pictures that were here, settings and profile may have changed since; arms may be gone."""
    (root / "own").mkdir()
    (root / "own" / "starry_night.jpg").touch()
    monkeypatch.setenv("NSTBENCH_DATA", str(root / "own"))
    leave_results(Project.load(root), root / "results")
    judged = judge_by(finished(root))
    publish(finished(root), "first", root / editions.FOLDER)
    shutil.rmtree(root / "results")
    monkeypatch.delenv("NSTBENCH_DATA")
    changed = json.loads(json.dumps(EXPERIMENT)) | {"pairs": EXPERIMENT["pairs"][:1]}
    changed["axes"][0][0]["settings"]["alpha"] = 7
    (root / "config" / "experiments" / "toy.yaml").write_text(yaml.safe_dump(changed))
    profiles = {"profile": "other", "profiles": {"other": {"size": 32}}}
    (root / "config" / "config.yaml").write_text(yaml.safe_dump(profiles))
    edition = load_edition(root, "first")
    assert edition.provenance.own_pictures == ("starry_night",)
    assert (edition.project.profile.name, edition.project.profile.size) == ("toy", 64)
    assert as_json(judge_by(edition)) == as_json(judged)
    changed["axes"][0].pop()
    changed["panel"] = {"rows": [["one"]]}
    (root / "config" / "experiments" / "toy.yaml").write_text(yaml.safe_dump(changed))
    assert judge_by(load_edition(root, "first")).claims[0].verdict == "not run"


def test_an_edition_says_what_it_was_made_with(root):
    told = publish(finished(root), "first", root / editions.FOLDER)
    assert told == load_edition(root, "first").provenance
    assert (told.runs, told.evaluations, told.hours) == (24, 96, 0.24)
    assert told.made_with["device"] == {"cpu": 24} and told.made_with["torch"] == {"2.15.0": 24}
    assert told.weights == {"vgg19.safetensors": "f" * 64}
    # The Starry Night was not here, and the picture in its place is named.
    assert set(told.pictures) == {*CONTENTS, "facets", "tesserae", "great_waves", "whirling_night"}
    assert told.profile["evaluations"] == 4 and told.own_pictures == ()


def test_traces_are_published_where_the_loss_falls(root):
    publish(finished(root), "first", root / editions.FOLDER)
    folder = root / editions.FOLDER / "first"
    steps = pd.read_parquet(folder / "traces.parquet").groupby("run")["evaluation"].agg(list)
    assert len(steps) == 24 and set(map(tuple, steps)) == {(1, 3, 4)}
    edition, entry = load_edition(root, "first"), Project.load(root).planned[0]
    pd.testing.assert_series_equal(
        edition.least_loss(entry), finished(root).least_loss(entry), check_names=False, check_index_type=False
    )
    assert edition.record(entry)["final_losses"]["style"] == float("inf")
    assert edition.record(entry)["specification"]["size"] == 64


def test_results_that_are_not_finished_are_not_published(root):
    folder = root / editions.FOLDER
    table = pd.read_csv(root / "results" / "scores.csv")
    table[table["run"] != table["run"][0]].to_csv(root / "results" / "scores.csv", index=False)
    with pytest.raises(InputError, match="lacks 1 of the 24 runs"):
        publish(finished(root), "first", folder)
    with pytest.raises(InputError, match=r"'../up' cannot be the name of an edition; allowed: letters"):
        publish(finished(root), "../up", folder)
    assert not folder.exists()


def test_an_edition_has_a_largest_size(root, monkeypatch):
    monkeypatch.setattr(editions, "MOST_BYTES", 5_000)
    with pytest.raises(InputError, match=r"edition first would take 0\.\d MB; allowed: at most 0 MB"):
        publish(finished(root), "first", root / editions.FOLDER)
    assert not (root / editions.FOLDER / "first").exists()


@pytest.mark.parametrize("damage", ["edition.json", "runs.parquet", "plan.parquet"])
def test_a_damaged_edition_is_said_in_one_line(root, damage):
    publish(finished(root), "first", root / editions.FOLDER)
    (root / editions.FOLDER / "first" / damage).write_text('{"name": 1')
    with pytest.raises(InputError, match=rf"{damage} cannot be read \(") as failure:
        load_edition(root, "first")
    assert "\n" not in str(failure.value)


# ---- the command ----


def test_the_command_publishes_judges_and_compares(root, run, monkeypatch):
    monkeypatch.chdir(root)
    told = run("claims", "--publish", "first")
    assert (told.returncode, told.stdout.count("\n")) == (0, 1)
    assert "first: 24 runs, 0.24 hours of a core" in told.stdout
    before = json.loads(run("claims", "--json").stdout)
    assert json.loads(run("claims", "--edition", "first", "--json").stdout) == before
    leave_results(Project.load(root), root / "results", seed=1, better=2.0)
    moved = run("claims", "--compare", "first", "results", "--json")
    rows = {
        row["id"].rpartition("claim-")[2]: (row["first"], row["results"]) for row in json.loads(moved.stdout)
    }
    after = json.loads(run("claims", "--json").stdout)
    expected = {
        old["id"].rpartition("claim-")[2]: (old["verdict"], new["verdict"])
        for old, new in zip(before, after, strict=True)
        if old["verdict"] != new["verdict"]
    }
    assert rows == expected and rows["paired"] == ("supported", "contradicted")
    printed = run("claims", "--compare", "results", "first").stdout
    assert f"{len(expected)} of {len(TESTS)} claims have another verdict" in printed


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--edition", "last"], "unknown edition 'last'; allowed: none, for none is published here yet"),
        (["--compare", "last", "results"], "unknown edition 'last'"),
        (["--compare", "data", "results"], "there are no results in data"),
        (["--edition", "first", "--publish", "first"], "--edition, --publish and --compare are three things"),
    ],
)
def test_mistakes_are_told_in_one_line(root, run, monkeypatch, arguments, complaint):
    monkeypatch.chdir(root)
    told = run("claims", *arguments)
    assert told.returncode == 2
    assert complaint in told.stderr and told.stderr.count("\n") == 1


# ---- the page of verdicts ----


def named_edition(page):
    """The edition from which a page of verdicts says that it follows."""
    found = re.search(r"edition `([\w-]+)`", page)
    return found and found[1]


def first_missing_line(page, verdicts):
    """The first line of an edition's `verdicts` that a page lacks; the page may have others between them."""
    lines = iter(page.splitlines())
    return next((line for line in verdicts.splitlines() if line and line not in lines), None)


def test_a_page_follows_from_the_edition_that_it_names(root, run, monkeypatch):
    monkeypatch.chdir(root)
    run("claims", "--publish", "first")
    written = run("claims", "--edition", "first", "--markdown").stdout
    assert named_edition(written) == "first"
    lines = written.splitlines()
    assert first_missing_line("\n".join([*lines[:3], "Something by hand.", *lines[3:]]), written) is None
    row = next(line for line in lines if "-claim-paired" in line)
    assert first_missing_line(written.replace("**supported**", "**contradicted**", 1), written) == row
    assert first_missing_line(written.replace(row, ""), written) == row
    assert named_edition(run("claims", "--markdown").stdout) is None


def test_the_verdicts_in_docs_follow_from_their_edition():
    """Where docs name one; `nstbench claims --edition NAME --markdown` writes what they must hold."""
    text = (CHECKOUT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    name = named_edition(text)
    if name is None:
        assert not editions.editions(CHECKOUT), "docs/verdicts.md follows from no edition"
        return
    edition = load_edition(CHECKOUT, name)
    size = sum(file.stat().st_size for file in edition.results.rglob("*") if file.is_file())
    assert size <= editions.MOST_BYTES
    assert first_missing_line(text, page(judge_by(edition), edition.project, name)) is None
