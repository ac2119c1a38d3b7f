"""results/claims.json: read back, and what pages ask of it."""

import json
import math
from pathlib import Path

import pytest
from report_tree import CLAIMS, MEASURED, claim

from nstbench.claims.records import ClaimVerdict, read_verdicts
from nstbench.core.errors import InputError


def test_verdicts_are_read_back_whatever_else_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "claims.json"
    file.write_text(json.dumps({**CLAIMS, "more": 1}))
    verdicts = read_verdicts(file)
    assert [each.id for each in verdicts.claims] == [each["id"] for each in CLAIMS["claims"]]
    assert verdicts.claims[0].values[5].difference == pytest.approx(math.log(1.2))
    assert [each.id for each in verdicts.about("second")] == ["b-claim-one"]
    assert [each.id for each in verdicts.about("gone")] == ["b-claim-one"]
    assert [each.id for each in verdicts.about("gone", ["a-claim-two"])] == ["a-claim-two", "b-claim-one"]


@pytest.mark.parametrize("content", ["", "{", '{"claims": [{"id": "x"}]}'])
def test_a_file_that_cannot_be_read_is_named_in_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "claims.json"
    with pytest.raises(InputError, match=r"claims\.json cannot be read"):
        read_verdicts(file)
    file.write_text(content)
    with pytest.raises(InputError, match="run snakemake again") as error:
        read_verdicts(file)
    assert "\n" not in str(error.value)


def test_parts_are_the_findings_where_there_are_several() -> None:
    parts = [{"says": "one", "claimed_side": "less"}, {"says": "other", "claimed_side": "greater"}]
    whole = ClaimVerdict.model_validate(claim("x", "supported", **MEASURED, parts=parts))
    assert [part.says for part in whole.findings] == ["one", "other"]
    alone = ClaimVerdict.model_validate(claim("x", "supported", **MEASURED))
    assert alone.findings == (alone,)
