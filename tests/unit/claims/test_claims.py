"""Claims from their entries to their verdicts: config/claims/, the readers of results, the command."""

import itertools
import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from nstbench.charts.chart import Chart, load_charts
from nstbench.claims.claim import ClaimTest
from nstbench.claims.evidence import Evidence
from nstbench.claims.judgement import judged_by_kin
from nstbench.claims.markdown import page
from nstbench.claims.records import TABLE_COLUMNS, Verdict, as_json, as_table, read_verdicts
from nstbench.claims.register import load_register
from nstbench.claims.sample import NoEvidenceError
from nstbench.claims.substitutes import substitutes
from nstbench.claims.verdicts import combined, judge_claims
from nstbench.core.errors import InputError
from nstbench.networks.kinship import Origin
from nstbench.pipeline.experiment import short_name
from nstbench.pipeline.profile import Grid
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.tables import control_id

CONTENTS = ("chelsea", "astronaut", "coffee", "rocket")
STYLES = ("facets", "tesserae", "great_waves")
DOCUMENT = "Somebody, A document"
DOCUMENTS = {"somebody": DOCUMENT, "else": "Else, Another one"}
SOURCE = {
    "authors": ["A. Somebody"],
    "reference": "A. Somebody. A document. 2020.",
    "link": "https://example.org",
}
PAIRED = {"experiment": "toy", "metric": "C_lite", "a": "one", "b": "two"}
EXPERIMENT = {
    "id": "toy",
    "title": "Three arms",
    "source": {"document": DOCUMENT, "row": "toy", "figure": "Figure 1"},
    "question": "Which is best?",
    "settings_note": "None.",
    "method": "gatys2015",
    "parameters": "nikulin",
    "axes": [[{"id": id, "caption": id, "settings": {"alpha": n}} for n, id in enumerate(("one", "two"))]],
    "pairs": [{"content": c, "style": s} for c, s in itertools.product(CONTENTS, STYLES)],
    "panel": {"rows": [["one", "two"]]},
}


def entry(name, **changes):
    """A claim whose test is that C_lite of `one` is lower than that of `two`."""
    test = {
        "statistic": "paired",
        "says": "one keeps more of the content",
        "side": "less",
        "parameters": dict(PAIRED),
    }
    known = {
        "id": f"somebody-claim-{name}",
        "quote": "It is so.",
        "passage": "Somebody says: It is so. Why, is not said.",
        "line": 7,
    }
    return known | {"rule": "directional", "tests": [test]} | changes


def other_side(**changes):
    claim = entry("other", **changes)
    claim["tests"][0]["side"] = "greater"
    return claim


@pytest.fixture
def checkout(tmp_path):
    """Writes a project with the experiment above and these claims, and returns it."""

    def make(*claims, contradictions=()):
        for folder in ("experiments", "claims"):
            (tmp_path / "config" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "data").mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / "data" / "images.yaml", tmp_path / "data")
        written = {
            "config.yaml": {"profile": "toy", "profiles": {"toy": {"size": 64, "evaluations": 3}}},
            "experiments/toy.yaml": EXPERIMENT,
            **{
                f"claims/{id}.yaml": {
                    "id": id,
                    "number": number,
                    "title": title,
                    **SOURCE,
                    "claims": [claim for claim in claims if claim["id"].startswith("else") == (id == "else")],
                }
                for number, (id, title) in enumerate(DOCUMENTS.items(), 1)
            },
            "contradictions.yaml": {"contradictions": list(contradictions)},
        }
        for name, content in written.items():
            (tmp_path / "config" / name).write_text(yaml.safe_dump(content))
        return Project.load(tmp_path)

    return make


@pytest.fixture
def judged(checkout, tmp_path):
    """The rows of these claims after scores in which the metric of `one` is `ratio` times that of `two`."""

    def judge(*claims, ratio=0.5, arms=("one", "two"), pairs=12, contradictions=(), metric="C_lite"):
        project = checkout(*claims, contradictions=contradictions)
        random = np.random.default_rng(0)
        rows = []
        for planned in project.planned:
            if planned.arm.id in arms and CONTENTS.index(planned.pair.content) < pairs / len(STYLES):
                value = random.uniform(0.99, 1.01) * (ratio if planned.arm.id == "one" else 1.0)
                rows += [(planned.run.id, value), (control_id("style", planned.run), 4.0)]
        table = pd.DataFrame(rows, columns=["run", "value"]).drop_duplicates("run")
        (tmp_path / "results").mkdir(exist_ok=True)
        table.assign(experiment="toy", metric=metric, reason="").to_csv(tmp_path / "results" / "scores.csv")
        return judge_claims(project, tmp_path / "results")

    return judge


@pytest.fixture(scope="module")
def project():
    return Project.load(CHECKOUT)


# ---- the entries of this project ----


def test_every_claim_of_the_five_documents_has_an_entry(project):
    register = load_register(project)
    counts = {document.id: len(document.claims) for document in register.documents}
    known = {"jain": 26, "nikulin": 34, "unlusoy": 11, "da": 14, "soboleva": 13}
    assert list(counts) == list(known)
    assert all(counts[name] >= count for name, count in known.items())
    assert len(register.contradictions) >= 9
    assert all(short_name(document.title) == document.id for document in register.documents)


def test_experiments_and_charts_name_claims_that_exist(project):
    known = {claim.id for claim in load_register(project).claims}
    for source in (entry.source for entry in (*project.experiments.values(), *load_charts(project).values())):
        assert set(source.claims) <= known, source.row


def test_contradicting_positions_name_the_claims_that_decide(project):
    for contradiction in load_register(project).contradictions:
        claims = {id for position in contradiction.positions for id in position.claims}
        assert claims == set(contradiction.decided_by), contradiction.topic


def test_without_results_only_exact_claims_are_decided(project, tmp_path):
    rows = judge_claims(project, tmp_path).claims
    decided = {row.rule for row in rows if row.verdict in ("supported", "contradicted")}
    assert decided == {"exact"}
    assert {row.verdict for row in rows if row.rule == "not-testable"} == {"not testable"}
    assert all(row.reason for row in rows)


# ---- bad entries ----


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"tests": []}, "give tests, or say in missing"),
        ({"rule": "not-testable", "tests": []}, "give a reason, and neither tests nor missing"),
        ({"rule": "not-testable", "reason": "no"}, "give a reason, and neither tests nor missing"),
        ({"reason": "no"}, "only a claim of rule not-testable has a reason"),
        ({"rule": "exact"}, "rule exact does not fit side 'less'"),
        ({"see": ["nothing"]}, "unknown experiment or chart 'nothing'; allowed: toy"),
        ({"same_as": "else-claim-it"}, "same_as: unknown claim 'else-claim-it'"),
        ({"quotes": "?"}, "quotes: unknown key"),
        ({"passage": "What is so? It is not."}, "the passage does not contain the quote word for word"),
        ({"id": "nobody-claim-bad"}, "the ids of claims here are somebody-claim-..."),
    ],
)
def test_a_bad_entry_is_refused(checkout, changes, complaint):
    with pytest.raises(InputError, match=r"somebody\.yaml") as refused:
        load_register(checkout(entry("bad", **changes)))
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"statistic": "guess"}, "unknown statistic 'guess'; allowed: "),
        ({"side": "equal"}, "side 'equal' needs a floor"),
        ({"because": "it is so"}, 'because begins with "the document\'s: " or "ours: "'),
        (
            {"floor": 2, "share": 0.5},
            "floor and share without because, which says where the number comes from",
        ),
        ({"parameters": PAIRED | {"b": "three"}}, "unknown arm of toy 'three'; allowed: one, two"),
        ({"parameters": PAIRED | {"metric": "Q"}}, "unknown metric 'Q'; allowed: "),
        ({"parameters": PAIRED | {"experiment": "no"}}, "unknown experiment 'no'; allowed: toy"),
        (
            {"parameters": {"metric": "C_lite", "a": "one", "b": "two"}},
            "parameters: experiment: Field required",
        ),
        ({"statistic": "barrier", "parameters": {"chart": "none"}}, "unknown chart 'none'"),
    ],
)
def test_a_bad_test_is_refused(checkout, changes, complaint):
    claim = entry("bad", rule="equivalence" if changes.get("side") == "equal" else "directional")
    claim["tests"][0] |= changes
    with pytest.raises(InputError) as refused:
        load_register(checkout(claim))
    assert complaint in str(refused.value)


def test_claims_and_contradictions_are_checked_against_each_other(checkout):
    with pytest.raises(InputError, match="is there twice"):
        load_register(checkout(entry("same"), entry("same")))
    positions = [{"documents": ["somebody"], "says": "so"}, {"documents": ["somebody"], "says": "not so"}]
    topic = {"topic": "it", "positions": positions, "decided_by": ["somebody-claim-none"]}
    with pytest.raises(InputError, match="unknown claim 'somebody-claim-none'"):
        load_register(checkout(entry("same"), contradictions=[topic]))


# ---- verdicts ----


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(0.5, "supported"), (2.0, "contradicted"), (1.0, "inconclusive")]
)
def test_a_verdict_with_its_numbers(judged, ratio, verdict):
    (row,) = judged(entry("it"), ratio=ratio).claims
    assert row.verdict == verdict
    assert row.n_pairs == len(row.values) == 12
    assert row.estimate == pytest.approx(np.log(ratio), abs=0.02)
    low, high = row.interval
    assert low <= row.estimate <= high
    assert row.document == DOCUMENT
    assert row.surrogate == "embedded weights, procedural pictures, 64 px, 3 evaluations"
    assert row.arms == ("C_lite of one", "C_lite of two")
    assert row.experiments == ("toy",)
    assert row.values[0].a / row.values[0].b == pytest.approx(np.exp(row.values[0].difference))


def test_one_pair_is_inconclusive_and_missing_runs_are_not_run(judged):
    (row,) = judged(entry("it"), pairs=3).claims
    assert row.verdict == "inconclusive"
    assert "3 pairs; at least 6 are needed" in row.reason
    (row,) = judged(entry("it"), arms=("one",)).claims
    assert row.verdict == "not run"
    assert "no C_lite of two in toy" in row.reason


def test_values_without_a_ratio_are_told_apart_from_missing_runs(judged):
    (claim,) = judged(entry("it"), ratio=0.0).claims
    assert claim.verdict == "inconclusive"
    assert claim.reason.endswith("none of 12 pairs has values that compare.")
    assert (claim.n_pairs, claim.estimate, claim.values) == (0, None, ())


def test_a_control_takes_the_place_of_an_arm(judged):
    claim = entry("it")
    claim["tests"][0]["parameters"]["b"] = "style copied"
    (row,) = judged(claim, ratio=0.5).claims
    assert row.values[0].b == 4.0
    assert row.verdict == "supported"


def test_all_tests_must_hold_and_claims_are_corrected_together(judged):
    """The first has the least p of 12 pairs; one of two parts that is contradicted has twice that."""
    both = entry("both", tests=entry("")["tests"] + other_side()["tests"])
    rows = judged(entry("one"), both).claims
    assert [row.verdict for row in rows] == ["supported", "contradicted"]
    assert [part.part_verdict for part in rows[1].parts] == ["supported", "contradicted"]
    p = 2 / 2**12
    assert rows[0].p == pytest.approx(p)
    assert rows[0].p_corrected == pytest.approx(2 * p)  # The larger of 2 p / 1 and 2 (2 p) / 2.
    assert [part.p_corrected for part in rows[1].parts] == pytest.approx([p, 2 * p])
    assert "corrected for 2 claims" in rows[0].reason


def test_a_claim_of_many_parts_counts_once(judged):
    """Nine parts that all hold, beside another claim: two claims, not ten tests."""
    rows = judged(entry("many", tests=entry("")["tests"] * 9), entry("one")).claims
    assert [row.verdict for row in rows] == ["supported", "supported"]
    assert rows[0].p_corrected == rows[1].p_corrected == pytest.approx(2 / 2**12)


def test_a_part_without_evidence_is_named_and_leaves_a_contradiction(judged):
    lacking = entry("")["tests"][0] | {
        "says": "a metric that nobody took",
        "parameters": PAIRED | {"metric": "S"},
    }
    wrong, right = (
        judged(entry("it", tests=[*tests, lacking])).claims[0]
        for tests in (other_side()["tests"], entry("")["tests"])
    )
    assert [wrong.verdict, right.verdict] == ["contradicted", "inconclusive"]
    for row in (wrong, right):
        assert "Without evidence: a metric that nobody took (no S of one in toy)." in row.reason


def test_documents_are_corrected_apart(judged):
    elsewhere = entry("", id="else-claim-it")
    rows = judged(entry("it"), elsewhere).claims
    assert [row.p for row in rows] == [row.p_corrected for row in rows]


@pytest.mark.parametrize(
    ("metric", "kin"),
    [
        ("C", "judged by embedded vgg19, the network that the run optimised"),
        ("C_vgg16", "judged by embedded vgg16, which has one teacher with the optimised embedded vgg19"),
    ],
)
def test_a_judge_that_is_kin_to_what_was_optimised_carries_no_verdict(judged, metric, kin):
    claim = entry("kin")
    claim["tests"][0]["parameters"]["metric"] = metric
    row, other = judged(claim, other_side(), metric=metric).claims
    assert row.verdict == "inconclusive"
    assert f"{kin}" in row.reason and row.reason.endswith("which may not carry a verdict.")
    assert row.n_pairs == 12 and row.estimate == pytest.approx(np.log(0.5), abs=0.02)
    assert row.p_corrected is None  # It takes no part in the correction.
    assert other.verdict == "not run"


SIDES = {"a": "one", "b": "two"}
GROUPS = {"experiment": "toy", "a": ["one"], "b": ["two"], "content": "C_lite", "style": "S_lite"}


@pytest.mark.parametrize(
    ("statistic", "parameters", "kin"),
    [
        ("hypervolume", GROUPS | {"content": "C"}, True),
        ("hypervolume", GROUPS | {"style": "S_vgg16"}, True),
        ("hypervolume", GROUPS, False),
        ("matched_style", GROUPS | {"content": "C"}, True),
        ("paired", PAIRED | {"metric": "LABEL", "transform": "difference"}, False),
        ("evaluations_to_value", {"chart": "ways", "quantity": "S", "part": 0.5} | SIDES, True),
        ("evaluations_to_value", {"chart": "ways", "quantity": "S_lite", "part": 0.5} | SIDES, False),
        (
            "table",
            {"chart": "ways", "per": ["content"], "a": {"value": "value", "where": {"quantity": "S"}}},
            True,
        ),
        ("table_share", {"chart": "ways", "conditions": {"S": {"at_most": 1}}}, True),
        ("table_share", {"chart": "elsewhere", "conditions": {"S": {"at_most": 1}}}, False),
    ],
)
def test_kin_is_found_in_trade_offs_and_in_tables_of_charts(statistic, parameters, kin):
    """Runs optimise VGG-19; `elsewhere` is drawn from none."""
    judges = {"vgg19": "embedded", "vgg16": "embedded", "efficientnet_lite0": "imagenet"}
    run = SimpleNamespace(run=None)
    evidence = SimpleNamespace(
        project=SimpleNamespace(profile=SimpleNamespace(judges=judges), plans={"toy": [run]}),
        charts={"ways": SimpleNamespace(experiment="toy"), "elsewhere": SimpleNamespace(experiment=None)},
        planned=lambda experiment, arm: [run],
        optimised=lambda run: Origin("vgg19", "embedded"),
    )
    test = ClaimTest(statistic=statistic, says="so", side="less", parameters=parameters)
    assert (judged_by_kin(test.typed_parameters(), evidence) is not None) == kin


def test_the_last_judge_of_a_profile_is_the_one_that_claims_name(judged, checkout):
    claim = entry("it", note="C_judge is a metric.")
    claim["tests"][0]["parameters"]["metric"] = "C_judge"
    assert judged(claim).claims[0].verdict == "supported"
    project = checkout(claim)
    trade_off = {"statistic": "hypervolume", "says": "better", "side": "less"}
    claim["tests"].append(trade_off | {"parameters": {"experiment": "toy", "a": ["one"], "b": ["two"]}})
    for judges, content in (
        ({"vgg16": "embedded", "vgg19": "embedded"}, "C"),
        ({"vgg16": "random"}, "C_vgg16"),
    ):
        profile = project.profile.model_validate({**dict(project.profile), "judges": judges})
        project = replace(checkout(claim), profile=profile)
        (found,) = load_register(project).claims
        assert [test.typed_parameters().metrics_read[0] for test in found.tests] == [content, content]
        assert found.note == claim["note"]


def test_what_is_missing_keeps_a_claim_from_being_supported(judged):
    assert judged(entry("it", missing="something else.")).claims[0].verdict == "inconclusive"
    assert judged(other_side(missing="something else.")).claims[0].verdict == "contradicted"
    (row,) = judged(entry("it", tests=[], missing="a test.")).claims
    assert (row.verdict, row.reason) == ("not run", "What it would take: a test.")


def test_claims_about_other_weights_are_not_testable_and_not_counted(judged):
    rows = judged(entry("it"), entry("other", about_weights=["imagenet"])).claims
    assert [row.verdict for row in rows] == ["supported", "not testable"]
    assert rows[0].p == rows[0].p_corrected


@pytest.mark.parametrize(
    ("verdicts", "complete", "verdict"),
    [
        (["supported", "supported"], True, "supported"),
        (["supported", "supported"], False, "inconclusive"),
        (["supported", "not run"], True, "inconclusive"),
        (["supported", "inconclusive"], True, "inconclusive"),
        (["not run", "contradicted"], False, "contradicted"),
        (["not run", "not run"], True, "not run"),
        ([], False, "not run"),
    ],
)
def test_tests_combine(verdicts, complete, verdict):
    assert combined([Verdict(each) for each in verdicts], complete) == verdict


@pytest.mark.parametrize(
    ("ratio", "claims", "outcome"),
    [
        (0.5, (["somebody-claim-it"], []), "position 1"),
        (2.0, (["somebody-claim-it"], []), "not position 1"),
        (0.5, (["somebody-claim-it", "somebody-claim-other"], []), "not position 1"),
        (0.5, (["somebody-claim-it"], ["somebody-claim-other"]), "position 1"),
        (1.0, (["somebody-claim-it"], ["somebody-claim-other"]), "undecided"),
        (0.5, (["somebody-claim-it"], ["somebody-claim-it"]), "both"),
        (2.0, (["somebody-claim-it"], ["somebody-claim-it"]), "neither"),
        (0.5, (["somebody-claim-taste"], []), "not testable"),
        (2.0, (["somebody-claim-it"], [], []), "not position 1"),
        (2.0, (["somebody-claim-it"], ["somebody-claim-it"], []), "not position 1 and 2"),
        (0.5, (["somebody-claim-it"], ["somebody-claim-it"], []), "positions 1 and 2"),
    ],
)
def test_contradictions_follow_from_verdicts(judged, ratio, claims, outcome):
    positions = [{"documents": ["somebody"], "says": "so", "claims": ids} for ids in claims]
    topic = {"topic": "it", "positions": positions, "decided_by": sorted({*claims[0], *claims[1]})}
    taste = entry("taste", rule="not-testable", tests=[], reason="A matter of taste.")
    (row,) = judged(entry("it"), other_side(), taste, ratio=ratio, contradictions=[topic]).contradictions
    assert row.outcome == outcome


@pytest.mark.parametrize(
    ("profile", "claim", "phrases"),
    [
        (
            "default",
            "unlusoy-claim-lr",
            ["procedural pictures", "96 px", "60 evaluations"],
        ),
        ("full", "unlusoy-claim-lr", ["procedural pictures", "128 px", "100 evaluations"]),
        ("paper", "unlusoy-claim-lr", ["procedural pictures"]),
        ("paper", "da-claim-tv", ["procedural pictures"]),
        ("full", "soboleva-claim-monotone", ["embedded weights", "procedural pictures", "96 px"]),
        ("full", "soboleva-claim-anysize", ["embedded weights", "procedural pictures"]),
        ("paper", "soboleva-claim-anysize", ["embedded weights", "procedural pictures"]),
        ("full", "da-claim-feedforward", ["procedural pictures"]),
        ("full", "da-claim-lbfgs-escapes", []),
        ("full", "da-claim-3x3", []),
    ],
)
@pytest.mark.slow
def test_a_test_says_what_stands_in_for_the_documents_means(profile, claim, phrases):
    project = Project.load(CHECKOUT, profile)
    (entry,) = (each for each in load_register(project).claims if each.id == claim)
    found = {
        phrase
        for test in entry.tests
        for phrase in substitutes(test.typed_parameters(), project, load_charts(project))
    }
    assert found == set(phrases)


# ---- what is read ----


def test_traces_and_records_are_read_from_run_folders(checkout, tmp_path):
    project = checkout()
    first = next(entry for entry in project.planned if entry.arm.id == "one")
    folder = tmp_path / "results" / "runs" / first.run.id
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"seconds": 2, "final_losses": {"total": 0.5}}))
    (folder / "trace.csv").write_text("evaluation,total\n1,9\n2,3\n3,5\n")
    evidence = Evidence(project, tmp_path / "results")
    pair = (first.pair.content, first.pair.style)
    assert evidence.facts("toy", "one", "final_losses.total") == {pair: {0: 0.5}}
    assert evidence.least_losses("toy", "one")[pair][0].tolist() == [9, 3, 3]


def test_pairs_with_one_stand_in_are_one_observation(checkout, tmp_path, monkeypatch):
    """Without a folder of pictures, whirling_night stands in for starry_night: the same run, scored once."""
    monkeypatch.delenv("NSTBENCH_DATA", raising=False)
    styles = ("whirling_night", "starry_night", "facets")
    monkeypatch.setitem(EXPERIMENT, "pairs", [{"content": "chelsea", "style": style} for style in styles])
    project = checkout()
    rows = [{"run": planned.run.id, "value": 0.5} for planned in project.planned]
    (tmp_path / "results").mkdir()
    scores = pd.DataFrame(rows).drop_duplicates().assign(experiment="toy", metric="C", reason="")
    scores.to_csv(tmp_path / "results" / "scores.csv", index=False)
    found = Evidence(project, tmp_path / "results").metric("toy", "one", "C")
    assert set(found) == {("chelsea", "whirling_night"), ("chelsea", "facets")}


def test_the_points_of_a_sweep_are_read_by_their_factor(checkout, tmp_path, monkeypatch):
    sweep = {"parameter": "alpha", "factors": [10, 0.01, 1, 0.1, 100], "arms": ["two"]}
    monkeypatch.setitem(EXPERIMENT, "sweep", sweep)
    checkout()
    project = Project.load(tmp_path, changes={"profiles": {"toy": {"sweeps": True}}})
    rows = [{"run": entry.run.id, "factor": entry.factor} for entry in project.planned]
    scores = pd.DataFrame(rows).assign(experiment="toy", metric="C", reason="")
    scores = scores.assign(value=scores["factor"] / 2)
    (tmp_path / "results").mkdir()
    scores[scores["factor"] < 100].to_csv(tmp_path / "results" / "scores.csv", index=False)
    evidence = Evidence(project, tmp_path / "results")
    assert evidence.factors("toy", "two") == (0.01, 0.1, 1, 10, 100)
    assert evidence.factors("toy", "one") == (1,)
    for factor, value in ((0.1, 0.05), (10, 5.0)):
        found = evidence.metric("toy", "two", "C", factor)
        assert len(found) == len(CONTENTS) * len(STYLES)
        assert all(by_seed == {0: value} for by_seed in found.values())
    assert all(by_seed == {0: 0.5} for by_seed in evidence.metric("toy", "two", "C").values())
    with pytest.raises(NoEvidenceError, match="no C of two in toy at 100 times its parameter"):
        evidence.metric("toy", "two", "C", 100)
    with pytest.raises(InputError, match=r"lacks 12 of the 72 runs"):
        evidence.check_complete()


def test_pairs_that_only_figures_show_are_no_evidence(checkout, tmp_path, monkeypatch):
    monkeypatch.setitem(EXPERIMENT, "grid", True)
    monkeypatch.setitem(EXPERIMENT, "pairs", [{"content": "chelsea", "style": "facets"}])
    checkout()
    grid = {"contents": ["coffee", "rocket"], "styles": ["tesserae"]}
    project = Project.load(tmp_path, changes={"profiles": {"toy": {"grid": grid}}})
    rows = [{"run": entry.run.id, "value": 0.5} for entry in project.planned]
    (tmp_path / "results" / "charts").mkdir(parents=True)
    scores = pd.DataFrame(rows).assign(experiment="toy", metric="C", reason="")
    scores.to_csv(tmp_path / "results" / "scores.csv", index=False)
    evidence = Evidence(project, tmp_path / "results")
    pairs = [("coffee", "tesserae"), ("rocket", "tesserae")]
    assert list(evidence.metric("toy", "one", "C")) == pairs
    table = pd.DataFrame([*pairs, ("chelsea", "facets")], columns=["content", "style"]).assign(value=1.0)
    table.to_csv(tmp_path / "results" / "charts" / "seen.csv", index=False)
    drawn = Chart.model_construct(id="seen", experiment="toy")
    monkeypatch.setattr(Evidence, "charts", {"seen": drawn})
    assert evidence.chart("seen")["content"].tolist() == ["coffee", "rocket"]


def test_a_claim_reads_arms_that_are_on_the_grid(checkout, monkeypatch):
    monkeypatch.setitem(EXPERIMENT, "grid", ["one"])
    with pytest.raises(InputError, match="unknown arm on the grid of toy 'two'; allowed: one"):
        load_register(checkout(entry("it")))


def test_results_and_contents_are_read_as_runs_read_them(checkout, tmp_path):
    project = checkout()
    first = next(entry for entry in project.planned if entry.arm.id == "one")
    folder = tmp_path / "results" / "runs" / first.run.id
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    (tmp_path / "results" / "pictures").mkdir()
    Image.new("RGB", (64, 64), (255, 0, 51)).save(folder / "image.png")
    Image.new("RGB", (200, 100), "white").save(tmp_path / "results" / "pictures" / f"{first.run.content}.png")
    evidence = Evidence(project, tmp_path / "results")
    (result,) = evidence.results_of("toy", "one").values()
    assert result[0] == (f"runs/{first.run.id}/image.png", 64)
    contents = evidence.contents_of("toy", "one")
    assert {content for content, _ in contents} == {first.pair.content}
    red, white = (rgb2lab(np.array([[colour]], float)) for colour in ([1, 0, 0.2], [1, 1, 1]))
    apart = evidence.colour_difference(result[0], contents[first.pair.content, first.pair.style][0])
    assert apart == pytest.approx(deltaE_ciede2000(red, white).item())
    with pytest.raises(NoEvidenceError, match="no image of two in toy"):
        evidence.results_of("toy", "two")


def test_tables_of_charts_are_read(checkout, tmp_path):
    folder = tmp_path / "results" / "charts"
    folder.mkdir(parents=True)
    (folder / "known.csv").write_text("place,loss\n0,2.5\n")
    (folder / "damaged.csv").write_text("")
    evidence = Evidence(checkout(), tmp_path / "results")
    assert evidence.chart("known").to_dict("records") == [{"place": 0, "loss": 2.5}]
    with pytest.raises(NoEvidenceError, match=r"missing\.csv of results/charts is not there"):
        evidence.chart("missing")
    with pytest.raises(InputError, match=r"damaged\.csv cannot be read .*; run snakemake again"):
        evidence.chart("damaged")


def test_a_damaged_table_is_said_in_one_line(checkout, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "scores.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"scores.csv cannot be read .*; run snakemake again"):
        judge_claims(checkout(entry("it")), tmp_path / "results")


# ---- what is written ----


def test_claims_on_one_measurement_are_one_finding(judged, checkout):
    found = judged(entry("it"), entry("again", same_as="somebody-claim-it"))
    assert [claim.verdict for claim in found.claims] == ["supported", "supported"]
    assert [claim.id for claim in found.separate] == ["somebody-claim-it"]
    assert "1 claim: 1 supported; 1 more rest on the measurement" in page(found, checkout())


def test_json_table_and_page_hold_every_claim(judged, checkout, tmp_path):
    taste = entry("taste", rule="not-testable", tests=[], reason="A matter | of taste.")
    says = ({"documents": [name], "says": word} for name, word in (("somebody", "so"), ("else", "not so")))
    topic = {"topic": "Whether", "positions": list(says), "decided_by": ["somebody-claim-it"]}
    found = judged(entry("it"), taste, contradictions=[topic])
    (tmp_path / "claims.json").write_text(as_json(found))
    assert read_verdicts(tmp_path / "claims.json") == found
    table = as_table(found)
    assert list(table.columns) == list(TABLE_COLUMNS)
    assert table["low"][0] == found.claims[0].interval[0]
    text = page(found, checkout())
    assert "2 claims: 1 supported, 1 not testable" in text
    assert (
        "**supported** (surrogate: embedded weights, procedural pictures, 64 px, 3 evaluations) | 12 | 0.50"
        in text
    )
    assert "A matter \\| of taste." in text
    assert (
        "| Whether | 1. somebody: so; 2. else: not so | undecided | somebody-claim-it is supported. |" in text
    )
    grid = Grid(contents=("chelsea", "coffee"), styles=("facets", "brick"))
    gridded = replace(checkout(), profile=checkout().profile.model_copy(update={"grid": grid}))
    text = page(found, gridded)
    assert "all pairs and a grid of 4" in text
    assert "Of the 4 pictures of the grid 3 are real; procedural: facets." in text


def test_the_command_lists_every_claim(run, project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    # No metric that a claim asks for has been measured.
    rows = [f"{entry.run.id},{entry.experiment},none,1.0,\n" for entry in project.planned]
    (tmp_path / "results" / "scores.csv").write_text(f"run,experiment,metric,value,reason\n{''.join(rows)}")
    listed = run("claims", "--json")
    assert listed.returncode == 0
    rows = json.loads(listed.stdout)
    assert [row["id"] for row in rows] == [claim.id for claim in load_register(project).claims]
    assert {"id", "verdict", "reason", "n_pairs", "estimate", "interval"} <= set(rows[0])
    shown = run("claims")
    assert all(row["id"] in shown.stdout for row in rows)
    assert f"{len(rows)} claims: " in shown.stdout


def test_an_unknown_profile_is_refused(run):
    refused = run("claims", "--profile", "huge")
    assert refused.returncode == 2
    assert "unknown profile 'huge'" in refused.stderr
