"""What comes back from a survey: files read or refused, means, shares, intervals and agreement."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nstbench.report.survey.intervals import bootstrap_means, effective_count, rank_correlation, wilson

TABLE = "Participant;shown;Answer\r\nÖzil;aaaa;8\r\nÖzil;bbbb;7,0\r\n;;\r\nZoe;aaaa;4\r\nZoe;cccc;\r\n"
PAIRS = [("cat", "night"), ("town", "waves")]
RATING = {
    "aaaa": ("zebra", *PAIRS[0], "run-a"),
    "bbbb": ("zebra", *PAIRS[1], "run-b"),
    "cccc": ("quagga", *PAIRS[0], "run-c"),
    "dddd": ("quagga", *PAIRS[1], "run-d"),
}


def key_of(mode):
    fields = ("arm", "content", "style", "run")
    return {
        "format": "nstbench survey key",
        "page": "0123456789ab",
        "mode": mode,
        "seed": 0,
        "experiment": "fig",
        "arms": ["zebra", "quagga"],
        "results": {name: dict(zip(fields, values, strict=True)) for name, values in RATING.items()},
    }


def sheet(participant, questions, mode="rating", saved="2026-01-02T03:04:05Z", **changes):
    asked = [{"shown": shown.split(), "answer": answer} for shown, answer in questions.items()]
    values = {"format": "nstbench survey answers", "page": "0123456789ab", "mode": mode, "seed": 0}
    return values | {"participant": participant, "saved": saved, "questions": asked} | changes


@pytest.fixture
def evaluate(run, tmp_path, monkeypatch):
    """`nstbench survey-results` of a key and of files by name; what is no text is written as JSON."""
    monkeypatch.chdir(tmp_path)

    def evaluate(files, *options, mode="rating"):
        for name, content in {"survey.key.json": key_of(mode), **files}.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name).write_text(text)
        return run("survey-results", *options, "survey.key.json", *files)

    return evaluate


def found(process):
    """The lines of the JSON by arm and pair, and all of it."""
    assert process.returncode == 0, process.stderr
    summary = json.loads(process.stdout)
    return {(line["arm"], line["pair"] and tuple(line["pair"])): line for line in summary["lines"]}, summary


ANN = {"aaaa": 2, "bbbb": 4, "cccc": 10, "dddd": 8}
BEN = {"dddd": 6, "cccc": 10, "bbbb": 8, "aaaa": 6}


def test_means_by_arm_and_pair(evaluate):
    lines, summary = found(evaluate({"a.json": sheet("ann", ANN), "b.json": sheet("ben", BEN)}, "--json"))
    means = {place: line["value"] for place, line in lines.items()}
    assert means == {
        ("zebra", None): 5,
        ("quagga", None): 8.5,
        (None, PAIRS[0]): 7,
        (None, PAIRS[1]): 6.5,
        ("zebra", PAIRS[0]): 4,
        ("quagga", PAIRS[0]): 10,
        ("zebra", PAIRS[1]): 6,
        ("quagga", PAIRS[1]): 7,
    }
    assert (summary["participants"], summary["asked"], summary["answered"]) == (2, 8, 8)
    assert lines["zebra", PAIRS[0]]["low"] == 2 and lines["zebra", PAIRS[0]]["high"] == 6
    assert lines["quagga", PAIRS[0]]["low"] == lines["quagga", PAIRS[0]]["high"] == 10


def test_an_incomplete_sheet_counts_for_what_it_answers(evaluate):
    partial = sheet("ben", BEN | {"aaaa": None, "dddd": None})
    process = evaluate({"a.json": sheet("ann", ANN), "b.json": partial}, "--json")
    lines, summary = found(process)
    assert "b.json: 2 of 4 questions answered; counted for these" in process.stderr
    assert (summary["asked"], summary["answered"]) == (8, 6)
    assert lines["zebra", PAIRS[0]]["value"] == 2 and lines["zebra", PAIRS[0]]["answers"] == 1
    assert lines["zebra", None]["value"] == (2 + 6) / 2  # each pair counts the same


BROKEN = {
    "no JSON": ("{", "cannot be read as JSON"),
    "no object": ([1], "neither a survey's key nor its answers"),
    "another file": ({"format": "package"}, "neither a survey's key nor its answers"),
    "a key missing": ({"format": "nstbench survey answers"}, "page: Field required"),
    "another page": (sheet("x", ANN, page="ffff"), "answers page ffff, not 0123456789ab"),
    "another mode": (sheet("x", ANN, mode="choice"), "its mode is choice, the key's rating"),
    "too high": (sheet("x", ANN | {"aaaa": 11}), "answer 11 is not allowed; allowed: 1 to 10"),
    "too low": (sheet("x", ANN | {"aaaa": 0}), "answer 0 is not allowed"),
    "no number": (sheet("x", ANN | {"aaaa": "7"}), "answer '7' is not allowed"),
    "a fraction": (sheet("x", ANN | {"aaaa": 7.5}), "questions.0.answer"),
    "unknown": (sheet("x", {"eeee": 5}), "result 'eeee' is not in the key"),
    "two at once": (sheet("x", {"aaaa cccc": 5}), "question aaaa, cccc is not on the page"),
    "twice": (
        sheet("x", {"aaaa": 5, "bbbb": 5}) | {"questions": [{"shown": ["aaaa"], "answer": 5}] * 2},
        "twice",
    ),
    "no time zone": (sheet("x", ANN, saved="2026-01-02T03:04:05"), "saved: Input should have timezone info"),
    "nothing": (sheet("x", dict.fromkeys(ANN)), "answers no question"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_file_that_cannot_be_counted_is_left_out_in_one_line(evaluate, fault):
    content, words = BROKEN[fault]
    process = evaluate({"a.json": sheet("ann", ANN), "bad.json": content}, "--json")
    lines, summary = found(process)
    (complaint,) = [line for line in process.stderr.splitlines() if "bad.json" in line]
    assert complaint.startswith("nstbench: bad.json: ") and complaint.endswith("; left out")
    assert words in complaint
    assert summary["participants"] == 1 and lines["zebra", None]["value"] == 3
    assert any("bad.json" in remark for remark in summary["remarks"])


@pytest.mark.parametrize("fault", BROKEN)
def test_without_a_sheet_there_is_no_result(evaluate, fault):
    process = evaluate({"bad.json": BROKEN[fault][0]})
    assert process.returncode == 2 and process.stdout == ""
    assert len(process.stderr.strip().splitlines()) == 1
    assert "no answer sheet can be counted; bad.json: " in process.stderr


def test_of_two_sheets_of_a_participant_the_later_counts(evaluate):
    early = sheet("ann", ANN, saved="2026-01-01T00:00:00Z")
    late = sheet("ann", BEN, saved="2026-01-01T00:00:01Z")
    process = evaluate({"late.json": late, "early.json": early}, "--json")
    lines, summary = found(process)
    assert summary["participants"] == 1 and lines["zebra", PAIRS[0]]["value"] == 6
    assert "early.json: late.json holds the same participant's last answers; left out" in process.stderr


def test_a_foreign_sheet_does_not_displace_the_participants_own(evaluate):
    foreign = sheet("ann", ANN, saved="2027-01-01T00:00:00Z", page="ffff")
    _, summary = found(evaluate({"a.json": sheet("ann", ANN), "foreign.json": foreign}, "--json"))
    assert summary["participants"] == 1


def test_one_key_is_needed(evaluate, run, tmp_path):
    evaluate({"a.json": sheet("ann", ANN)})
    process = run("survey-results", "a.json")
    assert process.returncode == 2 and "no key among the files" in process.stderr
    (tmp_path / "other.key.json").write_text(json.dumps(key_of("rating") | {"page": "eeee"}))
    process = run("survey-results", "survey.key.json", "other.key.json", "a.json")
    assert process.returncode == 2 and "several keys: survey.key.json, other.key.json" in process.stderr


def test_a_missing_file_is_named(evaluate, run):
    evaluate({"a.json": sheet("ann", ANN)})
    process = run("survey-results", "survey.key.json", "a.json", "no.json", "--json")
    assert process.returncode == 0 and "no.json: cannot be read" in process.stderr


def choices(participant, *wanted, swapped=False):
    """A sheet that chose the arms `wanted`, pair by pair; `swapped` puts quagga on the left."""
    names = {"zebra": ("aaaa", "bbbb"), "quagga": ("cccc", "dddd")}
    shown = [names["quagga"] + names["zebra"], names["zebra"] + names["quagga"]][not swapped]
    questions = {
        f"{shown[pair]} {shown[pair + 2]}": arm and names[arm][pair] for pair, arm in enumerate(wanted)
    }
    return sheet(participant, questions, mode="choice")


def test_shares_of_choices(evaluate):
    files = {
        "a.json": choices("ann", "zebra", "quagga"),
        "b.json": choices("ben", "zebra", "zebra", swapped=True),
        "c.json": choices("cy", "quagga", None),
    }
    lines, summary = found(evaluate(files, "--json", mode="choice"))
    first, second = lines["zebra", PAIRS[0]], lines["zebra", PAIRS[1]]
    assert (first["value"], first["answers"]) == (2 / 3, 3)
    assert (second["value"], second["answers"]) == (1 / 2, 2)
    expected = stats.binomtest(2, 3).proportion_ci(method="wilson")
    assert (first["low"], first["high"]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert lines["zebra", None]["value"] == 3 / 5
    assert summary["left_chosen"]["value"] == 1 / 5  # Ann once; Ben's zebras stood on the right
    assert "60 %" in evaluate(files, mode="choice").stdout


def test_a_choice_is_one_of_those_shown(evaluate):
    files = {"a.json": choices("ann", "zebra", "zebra")}
    for questions in ({"aaaa cccc": "bbbb"}, {"aaaa dddd": "aaaa"}, {"aaaa": "aaaa"}, {"aaaa cccc": 1}):
        process = evaluate(
            files | {"bad.json": sheet("x", questions, mode="choice")}, "--json", mode="choice"
        )
        assert json.loads(process.stdout)["participants"] == 1
        assert "bad.json" in process.stderr


def test_the_table_is_readable(evaluate):
    printed = evaluate({"a.json": sheet("ann", ANN), "b.json": sheet("ben", BEN)}).stdout
    assert "zebra all 4 5.00 3.00 to 7.00" in [" ".join(line.split()) for line in printed.splitlines()]
    assert "cat in the style of night" in printed
    assert "2 participants, 8 of 8 questions answered" in printed


@pytest.mark.parametrize("hits", [0, 1, 7, 12, 20])
def test_wilson_is_scipys(hits):
    expected = stats.binomtest(hits, 20).proportion_ci(method="wilson")
    assert wilson(hits / 20, 20) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_bootstrap_is_over_participants():
    """One group of complete answers is the mean of the participants' means, which scipy can bootstrap."""
    random = np.random.default_rng(1)
    answers = np.clip(np.rint(random.normal(7, 1, (30, 1)) + random.normal(0, 1.5, (30, 8))), 1, 10)
    mean, low, high = bootstrap_means(answers, np.ones((1, 8), dtype=bool), seed=0)[0]
    expected = stats.bootstrap(
        (answers.mean(axis=1),),
        np.mean,
        method="percentile",
        n_resamples=20_000,
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert mean == pytest.approx(answers.mean(), abs=1e-12)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.02)
    by_answer = 1.96 * answers.std() / math.sqrt(answers.size)
    assert high - low > 2.6 * by_answer  # answers of one person are alike


def test_bootstrap_of_two_is_known_exactly():
    """Of two participants a draw is either's answer or their mean, in 1/4, 1/4 and 1/2 of all draws."""
    values = bootstrap_means(np.array([[2.0], [6.0]]), np.ones((1, 1), dtype=bool), seed=0)
    assert values.tolist() == [[4.0, 2.0, 6.0]]


def test_bootstrap_is_seeded_and_needs_two():
    answers = np.arange(12.0).reshape(6, 2) ** 2
    groups = np.ones((1, 2), dtype=bool)
    assert np.array_equal(bootstrap_means(answers, groups, 3), bootstrap_means(answers, groups, 3))
    alone = bootstrap_means(answers[:1], groups, 3)[0]
    assert alone[0] == 0.5 and np.isnan(alone[1:]).all()


def test_a_question_that_nobody_answered_has_no_mean():
    answers = np.array([[3.0, math.nan], [5.0, math.nan]])
    values = bootstrap_means(answers, np.array([[True, True], [False, True]]), seed=0)
    assert values[0].tolist() == [4.0, 3.0, 5.0]
    assert np.isnan(values[1]).all()


def test_effective_count_of_participants_who_repeat_themselves():
    """When everyone answers all questions alike, questions add nothing: P - 1, as for one question."""
    once = np.array([[1.0], [1.0], [0.0], [1.0], [0.0], [0.0], [1.0]])
    assert effective_count(once) == pytest.approx(6)
    assert effective_count(np.repeat(once, 10, axis=1)) == pytest.approx(6)


def test_effective_count_of_independent_answers_is_their_number():
    answers = (np.random.default_rng(0).random((2000, 10)) < 0.6).astype(float)
    assert effective_count(answers) == pytest.approx(20_000, rel=0.07)


def test_effective_count_at_the_ends():
    assert effective_count(np.tile([1.0, 0.0], (5, 4))) == 40  # everyone evenly: no spread between people
    assert effective_count(np.ones((5, 8))) == 5  # unanimous: nothing is known of the spread
    assert effective_count(np.array([[1.0, 0.0, 0.0]])) == 1
    assert effective_count(np.array([[1.0, math.nan], [0.0, 0.0]])) == pytest.approx(
        (2 / 9) / (2 * ((2 / 3) ** 2 + (2 / 3) ** 2) / 9)
    )


def test_rank_correlation_is_scipys_with_bonett_and_wrights_interval():
    random = np.random.default_rng(0)
    one = np.rint(random.normal(size=28) * 3)
    other = one + random.normal(size=28) * 3
    rho, low, high = rank_correlation(one, other)
    assert rho == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-12)
    error = math.sqrt((1 + rho**2 / 2) / 25)
    assert [math.atanh(low), math.atanh(high)] == pytest.approx(
        [math.atanh(rho) - 1.96 * error, math.atanh(rho) + 1.96 * error], abs=1e-4
    )


def test_rank_correlations_that_are_unknown():
    assert np.isnan(rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0]))).all()
    assert np.isnan(rank_correlation(np.ones(5), np.arange(5.0))).all()
    rho, *interval = rank_correlation(np.arange(5.0), np.arange(5.0) ** 2)
    assert rho == pytest.approx(1) and np.isnan(interval).all()


def scores_csv(file, values, experiment="fig"):
    rows = [
        {
            "run": run,
            "experiment": experiment,
            "factor": 1,
            "metric": metric,
            "value": value,
            "reason": None,
        }
        for metric, by_run in values.items()
        for run, value in by_run.items()
    ]
    pd.DataFrame(rows).to_csv(file, index=False)


RUNS = ("run-a", "run-b", "run-c", "run-d")
MEASURED = {
    "S": dict(zip(RUNS, (0.9, 0.5, 0.1, 0.3), strict=True)),
    "SSIM": dict(zip(RUNS, (0.9, 0.5, 0.1, 0.3), strict=True)) | {"control-content:cat:night": 5.0},
    "LPIPS": dict.fromkeys(RUNS, math.nan),
}


def test_agreement_is_positive_where_people_prefer_what_the_metric_calls_better(evaluate, tmp_path):
    """Ratings 4, 6, 10, 7 fall as the values rise; S is better when lower, SSIM when higher."""
    files = {"a.json": sheet("ann", ANN), "b.json": sheet("ben", BEN)}
    (tmp_path / "results").mkdir()
    scores_csv(tmp_path / "results" / "scores.csv", MEASURED)
    _, summary = found(evaluate(files, "--json"))
    agreement = {each["metric"]: (each["value"], each["count"]) for each in summary["agreement"]}
    assert agreement == {"S": (pytest.approx(1), 4), "SSIM": (pytest.approx(-1), 4), "LPIPS": (None, 0)}
    assert "S ↓" in evaluate(files).stdout


def test_choices_are_held_against_differences_of_metrics(evaluate, tmp_path):
    """Of three pairs zebra is chosen in 1/4, 2/4 and 4/4; its SSIM is 0.1, 0.2 and 0.3 above quagga's."""
    key = key_of("choice")
    shown = {"content": "lake", "style": "dots"}
    key["results"] |= {
        "eeee": {"arm": "zebra", **shown, "run": "e"},
        "ffff": {"arm": "quagga", **shown, "run": "f"},
    }
    values = dict(zip((*RUNS, "e", "f"), (0.6, 0.7, 0.5, 0.5, 0.8, 0.5), strict=True))
    scores_csv(tmp_path / "scores.csv", {"SSIM": values, "S": values})
    files = {"survey.key.json": key}
    for number in range(4):
        chosen = {
            "cccc aaaa": "aaaa" if number < 1 else "cccc",
            "bbbb dddd": "bbbb" if number < 2 else "dddd",
        }
        files[f"{number}.json"] = sheet(str(number), chosen | {"ffff eeee": "eeee"}, mode="choice")
    _, summary = found(evaluate(files, "--json", "--scores", "scores.csv", mode="choice"))
    agreement = {each["metric"]: (each["value"], each["count"]) for each in summary["agreement"]}
    assert agreement == {"SSIM": (pytest.approx(1), 3), "S": (pytest.approx(-1), 3)}


def test_why_metrics_are_not_compared_is_told(evaluate, tmp_path):
    files = {"a.json": sheet("ann", ANN)}
    assert "not compared with metrics: results/scores.csv is not here" in evaluate(files).stderr
    scores_csv(tmp_path / "scores.csv", MEASURED, experiment="another")
    process = evaluate(files, "--scores", "scores.csv")
    assert process.returncode == 0 and "scores.csv holds none of these runs" in process.stderr
    table_key = {"survey.key.json": key_of("rating") | {"experiment": None}}
    assert "the pictures do not come from runs" in evaluate(table_key | files).stderr
    process = evaluate(files, "--scores", "nowhere.csv")
    assert process.returncode == 2 and "nowhere.csv cannot be read" in process.stderr


# ---- tables ----

SAVED = {
    "by commas": TABLE.replace("7,0", '"7.0"').replace(";", ",").encode(),
    "as Excel saves it in Germany": TABLE.encode("cp1252"),
    "with a mark": TABLE.encode("utf-8-sig"),
    "as Unicode text": TABLE.replace(";", "\t").encode("utf-16"),
    "with its separator told": ("sep=;\r\n" + TABLE).encode(),
    "in quotes": "\n".join('"' + line.replace(";", '";"') + '"' for line in TABLE.splitlines()).encode(),
}


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_answers_of_a_spreadsheet_are_those_of_sheets(evaluate, tmp_path, saved):
    """By hand: zebra on the first pair (8 + 4) / 2, on the second 7, over both the mean of these."""
    (tmp_path / "answers.csv").write_bytes(saved)
    lines, summary = found(evaluate({}, "answers.csv", "--table", "out.csv", "--json"))
    assert summary["participants"] == 2
    assert lines["zebra", PAIRS[0]]["value"] == 6
    assert lines["zebra", PAIRS[1]]["value"] == 7
    table = pd.read_csv(tmp_path / "out.csv")
    assert list(table) == ["method", "content", "style", "answers", "value", "low", "high"]
    whole = table[table["content"].isna()].set_index("method")
    assert whole.loc["zebra", ["answers", "value"]].tolist() == [3, 6.5]
    assert whole.loc["quagga", "answers"] == 0 and math.isnan(whole.loc["quagga", "value"])


def test_shares_of_both_arms_are_in_the_table(evaluate, tmp_path):
    sheets = {
        f"{name}.json": sheet(name, {"aaaa cccc": answer, "dddd bbbb": "bbbb"}, mode="choice")
        for name, answer in {"ann": "aaaa", "bob": "cccc"}.items()
    }
    assert evaluate(sheets, "--table", "out.csv", mode="choice").returncode == 0
    table = pd.read_csv(tmp_path / "out.csv")
    whole = table[table["content"].isna()].set_index("method")
    assert whole.loc["zebra", "value"] == 0.75 and whole.loc["quagga", "value"] == 0.25
    assert whole.loc["quagga", "low"] == pytest.approx(1 - whole.loc["zebra", "high"], abs=1e-5)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no answer sheet can be counted"),
        (b"participant;answer\nann;7\n", "line 2 has no shown; needed: participant, shown"),
        (b"participant;shown;answer\nann;aaaa;11\n", "answer 11 is not allowed; allowed: 1 to 10"),
        (b"participant;shown;answer\nann;aaaa;good\n", "answer 'good' is not allowed; allowed: 1 to 10"),
        (b"participant;shown;answer\nann;zzzz;7\n", "result 'zzzz' is not in the key"),
        (b"\xff\xfe\x00", "answers.csv cannot be read"),
        (b'participant;shown;answer\nann;"aaaa;7\n', "answers.csv cannot be read"),
    ],
)
def test_a_table_that_cannot_be_counted_is_told_in_one_line(evaluate, tmp_path, content, said):
    (tmp_path / "answers.csv").write_bytes(content)
    process = evaluate({}, "answers.csv")
    assert process.returncode == 2
    assert said in process.stderr and process.stderr.count("\n") == 1
