"""The first page: sentences and the map follow from the verdicts."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

from nstbench.claims.claim import Topic
from nstbench.claims.records import ClaimVerdict, Verdict, Verdicts
from nstbench.claims.register import load_register
from nstbench.core.number_format import number
from nstbench.pipeline.benchmark.records import Ranking
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.report.site.documents import Document
from nstbench.report.site.front_page import findings, profile_in_words, verdict_map
from nstbench.report.site.ranking_part import ranked_methods, ranking_in_words
from nstbench.report.verdicts.counts import count_verdicts


def claim(id: str, verdict: Verdict, topic: str | None) -> ClaimVerdict:
    entry = {"document": "A", "quote": "q", "line": 1, "rule": "exact", "reason": "r"}
    return ClaimVerdict.model_validate(entry | {"id": id, "verdict": verdict, "topic": topic})


CLAIMS = [
    claim("a-claim-1", Verdict.SUPPORTED, "colour"),
    claim("a-claim-2", Verdict.CONTRADICTED, "layers"),
    claim("a-claim-3", Verdict.INCONCLUSIVE, None),
    claim("a-claim-4", Verdict.NOT_RUN, "colour"),
]
DOCUMENTS = [Document("A, Report", claims=CLAIMS), Document("B, Report")]


def test_every_claim_of_the_register_has_a_topic() -> None:
    claims = load_register(Project.load(CHECKOUT)).claims
    assert {each.topic for each in claims} == set(get_args(Topic))


def test_the_map_has_each_claim_once_in_the_row_of_its_topic_and_the_column_of_its_document() -> None:
    rows = {row.topic: [[each.id for each in cell] for cell in row.cells] for row in verdict_map(DOCUMENTS)}
    assert rows == {
        "layers": [["a-claim-2"], []],
        "colour": [["a-claim-1", "a-claim-4"], []],
        "other": [["a-claim-3"], []],
    }


def test_findings_count_what_holds_what_fell_and_what_is_settled() -> None:
    verdicts = Verdicts.model_validate(
        {
            "claims": CLAIMS,
            "contradictions": [
                {"topic": topic, "positions": [], "decided_by": [], "outcome": outcome, "reason": ""}
                for topic, outcome in (("pooling", "position 1"), ("noise", "undecided"))
            ],
        }
    )
    said = findings(verdicts, DOCUMENTS, count_verdicts(CLAIMS))
    assert said[0].startswith("Of 4 claims in 1 document, 1 hold and 1 fell; 2 are not decided, 1 of them")
    assert said[1] == "The documents disagree on 2 questions, and 1 is settled (pooling: position 1)."
    repeated = findings(verdicts, DOCUMENTS, count_verdicts(CLAIMS[1:]))[0]
    assert repeated.startswith(
        "Of 4 claims in 1 document (1 of which repeats another), 0 hold and 1 fell; 2 are"
    )
    unsettled = Verdicts(claims=(), contradictions=verdicts.contradictions[1:])
    assert findings(unsettled, [], count_verdicts([])) == [
        "The documents disagree on 1 question, and none is settled."
    ]
    assert findings(Verdicts(claims=()), [], count_verdicts([])) == []


def test_a_profile_is_said_in_words() -> None:
    profile = Profile(name="mine", size=96, evaluations=30, pairs=2, seeds=3, sweeps=True)
    assert profile_in_words(profile) == (
        "pictures of 96 px, 2 pairs of pictures for each figure, at most 30 evaluations for a descent unless "
        "a figure needs more, 3 draws of noise, weights swept"
    )


def ranking_of(places: dict[str, tuple[int | None, float, float, float]]) -> Ranking:
    """A ranking of presets of one method: place, value and interval of each."""
    entries = [
        {"method": "gatys2015", "preset": name, "title": "t", "source": "s", "kind": "ours"}
        for name in places
    ]
    rows = [
        {
            **{"method": "gatys2015", "preset": name, "strength": 1, "kind": "ours", "measure": "TRADE"},
            **{"place": place, "value": value, "low": low, "high": high, "pairs": 4},
        }
        for name, (place, value, low, high) in places.items()
    ]
    rest = {"size": 64, "evaluations": 12, "weights": "w", "machine": "m", "pictures": "p", "pairs": []}
    empty = {"measures": [], "fronts": [], "placings": [], "agreement": [], "left_out": {}}
    return Ranking.model_validate({"scope": "smoke", "entries": entries, "rows": rows, **rest, **empty})


def test_methods_are_listed_by_place_with_their_intervals_and_without_those_that_have_none(
    tmp_path: Path,
) -> None:
    project = Project.load(CHECKOUT, "smoke")
    places = {"b": (2, 0.6, 0.5, 1.0), "a": (1, 0.3, 0.0, 0.4), "none": (None, 0.1, 0.1, 0.1)}
    ranking = ranking_of(places)
    ranked = ranked_methods(ranking, project.benchmark, project.profile, project.manifest, tmp_path)
    assert [each.entry.preset for each in ranked] == ["a", "b"]
    assert [(each.left, each.width, each.middle) for each in ranked] == [
        (0.0, 40.0, 30.0),
        (50.0, 50.0, 60.0),
    ]
    assert ranked[0].run is None and ranked[0].written == "0.300 (0.000 to 0.400)".replace("0.000", number(0))
    assert ranking_in_words(ranked) == (
        "gatys2015 a is best of 2 methods at keeping content and reaching style, on 4 pairs of pictures."
    )
    assert ranking_in_words([]) == ""
    first = [replace(each, row=each.row.model_copy(update={"place": 1})) for each in ranked]
    assert ranking_in_words(first) == (
        "2 methods are not told apart at keeping content and reaching style, on 4 pairs of pictures."
    )
