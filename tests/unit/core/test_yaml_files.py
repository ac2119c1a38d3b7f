"""YAML files that nobody should have to write, each refused in one line within a second."""

import time

import pytest

from nstbench.core.errors import InputError
from nstbench.core.yaml_files import read_yaml


def bomb(levels=12):
    """Ten times as many values at each level: 10^12 of them from a dozen lines."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!int abc", "line 1: 'abc' is no int"),
        ("a: !!float abc", "line 1: 'abc' is no float"),
        ("b: 1\na: !!timestamp abc", "line 2: 'abc' is no timestamp"),
        ("a: " + "9" * 5000, "line 1: '9999"),
        ("a: 1\nb: 2\na: 3", "line 3: key 'a' is there twice"),
        ("x: {k: 1, k: 2}", "line 1: key 'k' is there twice"),
        ("a: !!python/object:os.system x", "could not determine a constructor"),
        ("? [1]\n: 2", "unhashable key"),
        ("[" * 20_000 + "]" * 20_000, "nested deeper"),
        ("- " * 60 + "x", "nested deeper"),
        (bomb(), "aliases stand for more than"),
        ("a: &a [*a]", "aliases stand for more than"),
        ("a: [1", "line 2: did not find"),
        ("a: *b", "undefined alias"),
        ("\ta: 1", "line 1: "),
        ("a: 1\n---\nb: 2", "but found another document"),
        ("'" + "x" * 3_000_000 + "'", "larger than 2 MB"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_short_line(tmp_path, text, said):
    file = tmp_path / "some.yaml"
    file.write_text(text)
    started = time.perf_counter()
    with pytest.raises(InputError) as refused:
        read_yaml(file)
    assert time.perf_counter() - started < 5
    assert said in str(refused.value)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path):
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    for name in ("binary.yaml", "missing.yaml"):
        with pytest.raises(InputError, match=f"{name} cannot be read"):
            read_yaml(tmp_path / name)


def test_what_can_be_read(tmp_path):
    file = tmp_path / "some.yaml"
    file.write_text("a: &a {x: 1, y: [1.5, two]}\nb: {<<: *a, x: 2}\nday: 2024-13-45\nempty:\n")
    assert read_yaml(file) == {
        "a": {"x": 1, "y": [1.5, "two"]},
        "b": {"x": 2, "y": [1.5, "two"]},
        "day": "2024-13-45",
        "empty": None,
    }
    file.write_text("")
    assert read_yaml(file) is None
