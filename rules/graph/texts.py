"""Where the text of each formula begins in its file, so that a fault can name line and column."""

from dataclasses import dataclass

import yaml

from rules.documents import Location
from rules.graph.syntax import Position


@dataclass(frozen=True, slots=True)
class Text:
    """One piece of text of a file: what it says, where it starts, and the column of its further lines."""

    text: str
    start: Position
    indent: int


def find_texts(content: bytes) -> dict[Location, Text | Position]:
    """Return each scalar by its place in the file; only its position where it is folded or escaped.

    Folding joins lines and an escape changes lengths, so no column could be named in them.
    """
    source = content.decode()
    root = yaml.compose(source, Loader=yaml.SafeLoader)
    found: dict[Location, Text | Position] = {}
    if root is not None:
        _collect(root, (), source.splitlines(), found)
    return found


def _collect(node: yaml.Node, location: Location, lines: list[str], found: dict[Location, Text | Position]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _collect(value, (*location, str(key.value)), lines, found)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, (*location, index), lines, found)
    elif isinstance(node, yaml.ScalarNode):
        found[location] = _text(node, lines)


def _text(node: yaml.ScalarNode, lines: list[str]) -> Text | Position:
    line, column = node.start_mark.line, node.start_mark.column
    here = Position(line + 1, column + 1)
    if node.style == "|":
        written = [text for text in lines[line + 1 : node.end_mark.line] if text.strip()]
        indent = len(written[0]) - len(written[0].lstrip(" ")) + 1 if written else column + 1
        return Text(node.value, Position(line + 2, indent), indent)
    source = lines[line][column : node.end_mark.column]
    if node.style == ">" or node.end_mark.line != line or node.value not in source:
        return here
    return Text(node.value, Position(line + 1, column + 1 + source.index(node.value)), column + 1)
