"""Places, intervals, fronts and agreement against truths from elsewhere."""

import codecs
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare, kendalltau

from nstbench.cli.benchmark import _show as show
from nstbench.core.errors import InputError
from nstbench.core.strict_json import to_json
from nstbench.pipeline.benchmark.configuration import Competitor, load_benchmark
from nstbench.pipeline.benchmark.contest import chosen, contest
from nstbench.pipeline.benchmark.places import compare, interval, places
from nstbench.pipeline.benchmark.ranking import peer_trial, rank
from nstbench.pipeline.benchmark.records import PeerResult, peer_picture, people_file, write_ranking
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.tables import control_id
from nstbench.report.survey.candidates import of_benchmark
from nstbench.report.survey.design import draw_design
from nstbench.report.survey.mode import Mode

# Demšar 2006, table 6: AUC of C4.5 and three variants on 14 data sets. Friedman's chi^2 is 9.28; mean ranks
# are 3.143, 2.000, 2.893 and 1.964 (section 3.2.2), Nemenyi's critical difference is 1.25 at 0.05.
DEMSAR = {
    "C4.5": (
        0.763,
        0.599,
        0.954,
        0.628,
        0.882,
        0.936,
        0.661,
        0.583,
        0.775,
        1.000,
        0.940,
        0.619,
        0.972,
        0.957,
    ),
    "C4.5+m": (
        0.768,
        0.591,
        0.971,
        0.661,
        0.888,
        0.931,
        0.668,
        0.583,
        0.838,
        1.000,
        0.962,
        0.666,
        0.981,
        0.978,
    ),
    "C4.5+cf": (
        0.771,
        0.590,
        0.968,
        0.654,
        0.886,
        0.916,
        0.609,
        0.563,
        0.866,
        1.000,
        0.965,
        0.614,
        0.9751,
        0.946,
    ),
    "C4.5+m+cf": (
        0.798,
        0.569,
        0.967,
        0.657,
        0.898,
        0.931,
        0.685,
        0.625,
        0.875,
        1.000,
        0.962,
        0.669,
        0.975,
        0.970,
    ),
}


def on_pairs(values):
    return {f"pair {number}": value for number, value in enumerate(values)}


def test_mean_ranks_and_the_critical_difference_are_those_of_the_literature():
    found = compare({name: on_pairs(values) for name, values in DEMSAR.items()})
    assert found.ranks == pytest.approx(
        {"C4.5": 3.143, "C4.5+m": 2.000, "C4.5+cf": 2.893, "C4.5+m+cf": 1.964}, abs=0.001
    )
    # Without the correction for ties that SciPy makes.
    squares = sum(rank**2 for rank in found.ranks.values())
    assert 12 * 14 / 20 * (squares - 25) == pytest.approx(9.28, abs=0.01)
    assert found.critical == pytest.approx(1.25, abs=0.005)
    assert found.p == pytest.approx(friedmanchisquare(*DEMSAR.values()).pvalue)
    # "The data is not sufficient" to tell the two ends apart by Nemenyi's test: 3.143 - 1.964 < 1.25.
    assert found.groups == (("C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5"),)


def spread(best, count=12, step=1.0):
    """An entry whose values are `best` and beyond, so that ranks are the same on every pair."""
    return on_pairs([best + step * number for number in range(count)])


def test_who_is_told_apart_has_a_later_place_and_others_share_theirs():
    entries = {name: spread(-0.1 * place) for place, name in enumerate("abcdef")}
    whole, found = places(entries)
    # Twelve pairs, six entries: the critical difference is 2.85 sqrt(6 * 7 / 72) = 2.18 ranks.
    assert whole.critical == pytest.approx(2.850 * math.sqrt(42 / 72), abs=0.005)
    assert found == {"a": 1, "b": 1, "c": 1, "d": 2, "e": 3, "f": 4}
    assert whole.groups == (("a", "b", "c"), ("b", "c", "d"), ("c", "d", "e"), ("d", "e", "f"))


def test_nobody_is_told_apart_where_nothing_differs_or_there_is_one_pair():
    equal = {name: on_pairs([0.5] * 12) for name in "abcd"}
    assert places(equal)[1] == dict.fromkeys("abcd", 1)
    one = {name: {"pair": float(place)} for place, name in enumerate("abcd")}
    assert places(one)[1] == dict.fromkeys("abcd", 1)
    assert places({})[1] == {}


def test_who_has_fewer_pairs_is_placed_on_those():
    entries = {name: spread(-0.1 * place) for place, name in enumerate("abcdef")}
    few = dict(list(spread(-10).items())[:6])
    whole, found = places(entries | {"late": few})
    assert "late" not in whole.ranks
    assert found["late"] > 1
    assert {name: found[name] for name in "abcdef"} == places(entries)[1]


def test_the_interval_of_a_mean_is_as_wide_as_theory_says():
    values = np.random.default_rng(1).normal(size=400)
    low, high = interval(on_pairs(values))
    half = 1.96 * values.std() / math.sqrt(400)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)
    assert interval({"pair": 1.0}) is None


@pytest.fixture(scope="module")
def project():
    return Project.load(CHECKOUT, "smoke")


@pytest.fixture
def make_ranking(project, tmp_path):
    """Two methods of ours with made-up scores on four pairs, and a competitor that is between them."""
    benchmark = load_benchmark(CHECKOUT / "config" / "benchmark.yaml", project.manifest)
    theirs = Competitor(name="theirs", title="T", source="s", command="theirs {content} {output}")
    benchmark = benchmark.derived_from(benchmark, competitors=(theirs,))
    entered = chosen(
        contest(benchmark, "quick", project.profile, project.manifest),
        ["adain2017", "efros2001/paper"],
    )
    rows, level = [], {"adain2017": 0.2, "efros2001": 0.6}
    for place, pair in enumerate(entered.pairs):
        rows += [(control_id("style", pair), "C_lite", 2.0), (control_id("content", pair), "S_lite", 4.0)]
        made = [entry for entry in entered.planned if entry.run.content == pair.content]
        trials = {
            entry.run.id: level[entry.run.method] + (0.01 if entry.factor != 1 else 0) for entry in made
        }
        trials[peer_trial("theirs", pair)] = 0.4
        for id, value in trials.items():
            rows += [(id, "C_lite", value + place), (id, "S_lite", value), (id, "SSIM", 1 - value)]
        for entry in made:
            folder = tmp_path / "runs" / entry.run.id
            folder.mkdir(parents=True)
            (folder / "run.json").write_text(to_json({"seconds": 3.0 + place}))
        picture = peer_picture(tmp_path, "theirs", pair.content, pair.style, 128)
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(b"")
        picture.with_suffix(".json").write_text(PeerResult(seconds=0.5, memory_mb=80).model_dump_json())
    rows += [(rows[-1][0], "LPIPS", math.nan)]
    scores = pd.DataFrame(rows, columns=["trial", "metric", "value"])
    scores["reason"] = np.where(scores["metric"] == "LPIPS", "no weights", "")
    memory = {next(entry.run.id for entry in entered.planned if entry.factor == 1): 100.0}
    return lambda: rank(entered, benchmark, project.profile, project.manifest, scores, memory, tmp_path)


@pytest.fixture
def ranked(make_ranking):
    return make_ranking()


def test_values_are_means_over_pairs_and_costs_come_from_records(ranked):
    entries = {entry.method: entry for entry in ranked.entries}
    assert [entry.kind for entry in ranked.entries] == ["ours", "ours", "peer"]
    assert ranked.row(entries["adain2017"], "C_lite").value == pytest.approx(0.2 + 1.5)
    assert ranked.row(entries["adain2017"], "seconds").value == pytest.approx(4.5)
    assert ranked.row(entries["adain2017"], "memory").value == 100
    assert ranked.row(entries["adain2017"], "training").value == 4980
    assert ranked.row(entries["theirs"], "memory").value == 80
    assert ranked.row(entries["theirs"], "seconds").value == 0.5
    assert ranked.row(entries["efros2001"], "memory").value is None
    assert ranked.row(entries["efros2001"], "S_lite").pairs == 4
    # C / 2 + S / 4, the controls' distances.
    assert ranked.row(entries["efros2001"], "TRADE").value == pytest.approx((0.6 + 1.5) / 2 + 0.6 / 4)


def test_a_measure_that_nobody_has_says_why(ranked):
    reasons = {measure.id: measure.reason for measure in ranked.measures}
    assert reasons["LPIPS"] == "no weights"
    assert reasons["ArtFID"].startswith("needs Inception")
    assert reasons["C_lite"] == ""


def test_a_front_holds_who_is_beaten_by_nobody(ranked):
    front = {front.id: front for front in ranked.fronts}["quality-seconds"]
    on_it = {(point.method, point.strength) for point in front.points if point.on_front}
    assert on_it == {("theirs", 1.0), ("adain2017", 1.0)}
    assert len(front.points) == 7
    assert front.log_x


def test_agreement_counts_better_upwards(ranked):
    rho = {(each.one, each.other): each.rho for each in ranked.agreement}
    assert rho["C_lite", "SSIM"] == pytest.approx(1)
    assert rho["C_lite", "S_lite"] == pytest.approx(1)
    means = [ranked.row(entry, "seconds").value for entry in ranked.entries]
    quality = [ranked.row(entry, "TRADE").value for entry in ranked.entries]
    assert math.copysign(1, rho["TRADE", "seconds"]) == math.copysign(1, kendalltau(means, quality).statistic)


def test_places_are_at_the_preset_s_own_strength_alone(ranked):
    assert {row.strength for row in ranked.rows if row.place is not None} == {1.0}
    assert {row.strength for row in ranked.rows if row.method == "adain2017"} == {0.2, 0.4, 0.6, 0.8, 1.0}


@pytest.fixture
def surveyed(make_ranking, run, tmp_path):
    """A survey on the pictures of the ranking: its key by opaque names, and the command that evaluates it."""
    ranked = make_ranking()
    write_ranking(ranked, tmp_path)
    results = {
        f"{number}{place}": {"arm": entry.id, "content": pair.content, "style": pair.style, "run": "-"}
        for number, entry in enumerate(ranked.entries)
        for place, pair in enumerate(ranked.pairs)
    }
    key = {
        "format": "nstbench survey key",
        "page": "p",
        "mode": "rating",
        "seed": 0,
        "experiment": "benchmark",
    }
    key |= {"arms": [entry.id for entry in ranked.entries], "results": results}
    (tmp_path / "survey.key.json").write_text(to_json(key))

    def evaluate(table):
        (tmp_path / "answers.csv").write_bytes(table)
        files = [tmp_path / name for name in ("survey.key.json", "answers.csv")]
        return run("survey-results", *files, "--results", tmp_path)

    return evaluate


def test_what_people_answer_becomes_a_column_of_the_ranking(surveyed, make_ranking, capsys, tmp_path):
    """As a spreadsheet in German saves it: a mark, semicolons, decimal commas, lines that end in CRLF."""
    rated = {"0": (9, 8), "1": (3, 2), "2": (5, 6)}
    lines = ["Participant;Shown;Answer"]
    lines += [
        f"Özil {person};{number}{place};{answers[person]},0"
        for number, answers in rated.items()
        for place in range(4)
        for person in range(2)
    ]
    made = surveyed(codecs.BOM_UTF8 + "\r\n".join(lines).encode())
    assert made.returncode == 0, made.stderr
    assert "has a column PEOPLE now" in made.stderr
    ranking = make_ranking()
    assert ranking.measures[0].id == "PEOPLE"
    values = {entry.id: ranking.row(entry, "PEOPLE").value for entry in ranking.entries}
    assert values == {"adain2017/default": 8.5, "efros2001/paper": 2.5, "theirs": 5.5}
    places = {entry.id: ranking.row(entry, "PEOPLE").place for entry in ranking.entries}
    assert places["adain2017/default"] == 1
    # Three entries on four pairs, always in one order: the ends are told apart.
    assert places["efros2001/paper"] > 1
    rho = {(each.one, each.other): each.rho for each in ranking.agreement}
    assert rho["PEOPLE", "C_lite"] == pytest.approx(1)
    write_ranking(ranking, tmp_path)
    table = pd.read_csv(tmp_path / "benchmark" / "ranking.csv").query("measure == 'PEOPLE' and strength == 1")
    assert table["value"].tolist() == [8.5, 2.5, 5.5]
    show(ranking)
    assert "PEOPLE ↑" in capsys.readouterr().out


def test_a_table_that_a_spreadsheet_has_saved_again_is_read(make_ranking, tmp_path):
    people = people_file(tmp_path)
    people.parent.mkdir(parents=True, exist_ok=True)
    (pair, *_) = make_ranking().pairs
    row = f"theirs;{pair.content};{pair.style};12;7,5;6;8"
    text = f"method;content;style;answers;value;low;high\r\ntheirs;;;12;7,5;6;8\r\n{row}\r\n"
    people.write_bytes(text.encode("utf-16"))
    ranking = make_ranking()
    found = {entry.id: ranking.row(entry, "PEOPLE") for entry in ranking.entries}
    assert (found["theirs"].value, found["theirs"].pairs) == (7.5, 1)
    assert found["adain2017/default"].value is None
    people.write_text("method,content,style,value\nmine,a,b,3\n")
    with pytest.raises(InputError) as refused:
        make_ranking()
    assert "line 2: mine takes no part; allowed: adain2017/default, efros2001/paper, theirs" in str(
        refused.value
    )


def test_nobody_asked_is_no_column(ranked):
    assert "PEOPLE" not in {measure.id for measure in ranked.measures}


def test_a_survey_shows_the_benchmark_s_pictures(project, ranked, tmp_path):
    write_ranking(ranked, tmp_path)
    planned = contest(project.benchmark, "quick", project.profile, project.manifest).planned
    for entry in planned:
        folder = tmp_path / "runs" / entry.run.id
        if folder.is_dir():
            (folder / "run.json").write_text("{}")
            (folder / "image.png").write_bytes(b"")
    collection = of_benchmark(project, tmp_path)
    assert collection.experiment == "benchmark"
    assert collection.usual == ("adain2017/default", "efros2001/paper")
    design = draw_design(collection, (), None, Mode.RATING, 0)
    assert len(design.results) == 2 * 4
    assert of_benchmark(project, tmp_path / "elsewhere") is None
