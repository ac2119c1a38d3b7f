import json
from math import inf, isnan, nan

import pytest

from nstbench.core.errors import InputError
from nstbench.core.strict_json import from_json, read_json, to_json


def test_what_is_written_is_strict_and_read_back_as_it_was():
    content = {"a": [1, 2.5, None, "text", True], "b": {"high": inf, "low": [-inf, {"c": inf}]}}
    text = to_json(content)
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert from_json(text) == content
    assert isnan(from_json(to_json({"loss": nan}))["loss"])


def test_what_others_wrote_is_read_too():
    assert from_json('{"ratio": Infinity}') == {"ratio": inf}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Expecting value"),
        (b"{", "line 1 column 2"),
        (b"\xff\xfe", "decode"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "is too large"),
        (b'{"a": ' + b"9" * 50 + b"}", "is too large"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
        (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, "nested deeper"),
    ],
)
def test_a_file_that_is_no_json_is_refused_in_one_short_line(tmp_path, content, said):
    file = tmp_path / "some.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said) as refused:
        read_json(file)
    assert str(refused.value).startswith(f"{file}: ") and "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_brackets_in_strings_are_no_nesting(tmp_path):
    file = tmp_path / "some.json"
    file.write_text('{"a": "' + "[{" * 100 + '\\"["}')
    assert read_json(file) == {"a": "[{" * 100 + '"['}
    with pytest.raises(InputError, match=r"none.json: cannot be read"):
        read_json(tmp_path / "none.json")
