"""The first page: sentences and the map follow from the verdicts."""

from typing import get_args

from nstbench.claims.claim import Topic
from nstbench.claims.records import ClaimVerdict, Verdict, Verdicts
from nstbench.claims.register import load_register
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.report.site.documents import Document
from nstbench.report.site.front_page import findings, profile_in_words, verdict_map
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
    assert findings(Verdicts(claims=()), [], count_verdicts([])) == []


def test_a_profile_is_said_in_words() -> None:
    profile = Profile(name="mine", size=96, evaluations=30, pairs=2, seeds=3, sweeps=True)
    assert profile_in_words(profile) == (
        "pictures of 96 px, 2 pairs of pictures for each figure, at most 30 evaluations for a descent unless "
        "a figure needs more, 3 draws of noise, weights swept"
    )
