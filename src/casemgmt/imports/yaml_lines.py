"""YAML read so that every refusal can name its line: plain values, lists and keys, nothing that acts."""

from dataclasses import dataclass
from typing import Any

import yaml

DEPTH = 12
"""Levels within one another, far above what a mapping needs."""


class YamlFault(ValueError):
    """What is wrong with the file, and in which line (from 1)."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


@dataclass(frozen=True)
class Lines:
    """Where each key of the file stands, by its path."""

    by_path: dict[tuple[str | int, ...], int]

    def of(self, path: tuple[str | int, ...]) -> int:
        """Return the line of a path, or of the nearest part of it that is there."""
        while path and path not in self.by_path:
            path = path[:-1]
        return self.by_path.get(path, 1)


def read_yaml(text: str) -> tuple[Any, Lines]:
    """Return the content of a file and where its keys stand. `YamlFault` for bad syntax, aliases, repeated keys."""
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise YamlFault(_line(event.start_mark), "Anchors and aliases (& and *) are not read here.")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlFault(_line(mark), f"This is no YAML: {error.problem}.") from None
    except (yaml.YAMLError, RecursionError):
        raise YamlFault(1, "This is no YAML.") from None
    lines: dict[tuple[str | int, ...], int] = {}
    if root is None:
        raise YamlFault(1, "The file is empty.")
    return _value(root, (), lines), Lines(lines)


def _line(mark: Any) -> int:
    return 1 if mark is None else int(mark.line) + 1


def _value(node: yaml.Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if len(path) > DEPTH:
        raise YamlFault(line, "Lists and keys stand too deep in one another.")
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlFault(key_line, "A key is a word.")
            if key_node.value in found:
                raise YamlFault(key_line, f"The key '{key_node.value[:80]}' stands here twice.")
            lines[(*path, key_node.value)] = key_line
            found[key_node.value] = _value(value_node, (*path, key_node.value), lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, (*path, number), lines) for number, each in enumerate(node.value)]
    # As written, but for nothing at all: `no`, `1.10`, `2024-05-12` mean what they say, not what YAML makes of them.
    return None if node.tag == "tag:yaml.org,2002:null" else node.value
