"""YAML files read so that every fault can name its line, and no number is ever a binary fraction.

The dialect is narrower than YAML: a plain scalar is a whole number, an exact decimal, a date, true,
false or null, and everything else is text. (YAML 1.1 would read 18:00 as 1080 and `no` as false.)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import yaml

from rules.errors import FileProblem, LawFilesError

Location = tuple[str | int, ...]
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
# The same grammar read in C where the library brings it: thirty times faster, and every start loads the law.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its name for messages, its data, and the line of each key and item."""

    path: str
    data: object
    lines: Mapping[Location, int]

    def line_of(self, location: Location) -> int:
        """Return the line of the place, or of the nearest place above it that the file has."""
        for length in range(len(location), -1, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return 1

    def problem(self, location: Location, message: str) -> FileProblem:
        """Return a fault at that place of this file."""
        return FileProblem(self.path, self.line_of(location), message)


def read_document(path: str, content: bytes) -> Document:
    """Read one YAML file. Raises LawFilesError with file and line when it is not valid."""
    try:
        text = content.decode()
        _refuse_aliases(path, text)
        root = yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LawFilesError([FileProblem(path, line, "the file is not UTF-8 text")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        fault = f"not valid YAML: {error.problem or error.context}"
        raise LawFilesError([FileProblem(path, mark.line + 1 if mark else 1, fault)]) from error
    except yaml.YAMLError as error:
        raise LawFilesError([FileProblem(path, 1, f"not valid YAML: {error}")]) from error
    if root is None:
        raise LawFilesError([FileProblem(path, 1, "the file is empty")])
    reader = _Reader(path)
    data = reader.convert(root, ())
    if reader.problems:
        raise LawFilesError(reader.problems)
    return Document(path, data, reader.lines)


def _refuse_aliases(path: str, text: str) -> None:
    """Refuse aliases: a value stands where it applies, with its ground beside it."""
    used = [event for event in yaml.parse(text, Loader=_LOADER) if isinstance(event, yaml.AliasEvent)]
    if used:
        message = "aliases (*name) are not allowed: write the value out"
        lines = (event.start_mark.line + 1 if event.start_mark else 1 for event in used)
        raise LawFilesError(FileProblem(path, line, message) for line in lines)


@dataclass
class _Reader:
    path: str
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)

    def convert(self, node: yaml.Node, location: Location) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(location, line)
        if node.tag not in _TAGS:
            self._complain(line, f"the tag {node.tag} is not allowed")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.convert(item, (*location, index)) for index, item in enumerate(node.value))
        return self._scalar(node, line)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(line, "a key must be a word")
                continue
            key = str(key_node.value)
            if key in found:
                self._complain(line, f"the key {key!r} stands here twice")
                continue
            self.lines[*location, key] = line
            found[key] = self.convert(value_node, (*location, key))
        return found

    def _scalar(self, node: yaml.Node, line: int) -> object:
        text = str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.style:  # none or empty, by loader, for a plain scalar
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self._complain(line, f"{text} is not a date of the calendar")
        return text

    def _complain(self, line: int, message: str) -> None:
        self.problems.append(FileProblem(self.path, line, message))
