"""Reading the YAML files that people write: whatever is wrong with one is said in one line."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from nstbench.core.errors import InputError, shortened

LARGEST_FILE = 2_000_000  # Bytes.
MOST_LEVELS = 40
# Values with every alias written out; ten lines of aliases can stand for billions.
MOST_VALUES = 200_000
# Of whole numbers; larger ones can neither be printed nor counted to.
LARGEST_NUMBER = 2**64
TIMESTAMP = "tag:yaml.org,2002:timestamp"
MERGE = "tag:yaml.org,2002:merge"


def read_yaml(file: Path) -> Any:
    """Read a YAML file.

    Parameters
    ----------
    file : Path
        UTF-8 text. What looks like a date stays text.

    Returns
    -------
    Any
        Plain dictionaries, lists, strings and numbers.

    Raises
    ------
    InputError
        When the file is missing, is no YAML, repeats a key, or is too large, too deep or too often aliased
        to be read safely.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file} is larger than {LARGEST_FILE / 1e6:g} MB; split it")
        text = file.read_text(encoding="utf-8")
        # Before anything recursive looks at it.
        depth = 0
        for event in yaml.parse(text, yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_LEVELS:
                raise yaml.YAMLError(f"it is nested deeper than {MOST_LEVELS} levels")
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check_size(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"line {mark.line + 1}: {getattr(error, 'problem', error)}" if mark else str(error)
        raise InputError(f"{file} cannot be read: {' '.join(reason.split())}") from error


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader in C, which refuses repeated keys and says where a value does not fit its tag.

    Every job reads all of config/; the loader in Python takes a second for it.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
            if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
                raise OverflowError
            return value
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            kind = node.tag.rpartition(":")[2]
            given = shortened(str(node.value))
            problem = "is too large" if isinstance(error, OverflowError) else f"is no {kind}"
            raise yaml.MarkedYAMLError(problem=f"{given} {problem}", problem_mark=node.start_mark) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            named = (key.tag, str(key.value))
            if named in seen and key.tag != MERGE:
                raise yaml.MarkedYAMLError(
                    problem=f"key {shortened(key.value)} is there twice; keep one",
                    problem_mark=key.start_mark,
                )
            seen.add(named)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


# Nothing in the suite is a date, so what looks like one stays text.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _check_size(root: yaml.Node) -> None:
    """Count the values that a document stands for, an aliased part as often as it is referred to."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        if isinstance(node, yaml.ScalarNode):
            return 1
        if id(node) not in sizes:
            sizes[id(node)] = MOST_VALUES  # A part that contains itself never ends.
            parts = [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
            sizes[id(node)] = 1 + sum(map(size, parts))
        return sizes[id(node)]

    if size(root) > MOST_VALUES:
        raise yaml.MarkedYAMLError(
            problem=f"its aliases stand for more than {MOST_VALUES:,} values", problem_mark=root.start_mark
        )
