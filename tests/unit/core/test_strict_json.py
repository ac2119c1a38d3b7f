import json
from math import inf, isnan, nan

import pytest

from nstbench.core.strict_json import from_json, to_json


def test_what_is_written_is_strict_and_read_back_as_it_was():
    content = {"a": [1, 2.5, None, "text", True], "b": {"high": inf, "low": [-inf, {"c": inf}]}}
    text = to_json(content)
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert from_json(text) == content
    assert isnan(from_json(to_json({"loss": nan}))["loss"])


def test_what_others_wrote_is_read_too():
    assert from_json('{"ratio": Infinity}') == {"ratio": inf}
