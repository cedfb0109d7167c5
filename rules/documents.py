"""YAML files read so that every fault can name its line, and no number is ever a binary fraction.

The dialect is narrower than YAML: a plain scalar is a whole number, an exact decimal, a date, true,
false or null, and everything else is text. (YAML 1.1 would read 18:00 as 1080 and `no` as false.)

A file may come from anybody. Before any of it is built up in memory, its size, its depth and the number of its
parts are measured as they are read, and anchors, aliases and invisible signs refused, so that no file takes more
than a moment or a few megabytes, and none shows one thing on the screen and says another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.resources.abc import Traversable

import yaml

from rules.errors import MOST_FAULTS, FileProblem, LawFilesError

Location = tuple[str | int, ...]
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Far above what the law, a case or a reform needs, far below what would hurt.
LARGEST_FILE = 1_000_000
_DEEPEST = 16
_MOST_PARTS = 100_000
_LONGEST_NUMBER = 30
_LONGEST_KEY = 100
# Signs that a screen does not show, or that turn the order of what it shows.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
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


def read_file(source: Traversable, shown_as: str | None = None) -> bytes:
    """Return what a file holds; of one that is too large, just enough to tell. Raises LawFilesError."""
    shown_as = shown_as or str(source)
    try:
        if source.is_dir() or not source.is_file():
            fault = "it is a folder" if source.is_dir() else "No such file, or not a plain one"
            raise LawFilesError([FileProblem(shown_as, 1, f"can not be read: {fault}")])
        with source.open("rb") as file:
            content: bytes = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise LawFilesError([FileProblem(shown_as, 1, f"can not be read: {error.strerror}")]) from error
    return content


def read_document(path: str, content: bytes) -> Document:
    """Read one YAML file. Raises LawFilesError with file and line when it is not valid."""
    if len(content) > LARGEST_FILE:
        text = f"the file is too large: at most {LARGEST_FILE} bytes are read; divide it into several files"
        raise LawFilesError([FileProblem(path, 1, text)])
    try:
        text = content.decode("utf-8-sig")
        _examine(path, text)
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


def _examine(path: str, text: str) -> None:
    """Refuse what would grow, go deep or deceive, part by part, before anything is built from it.

    Aliases are refused whole: a value stands where it applies, with its ground beside it.
    """
    refuse_invisible(path, text)
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        fault = None
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            fault = "anchors (&name) and aliases (*name) are not allowed: write the value out"
        elif depth > _DEEPEST:
            fault = f"nested deeper than {_DEEPEST} levels, which no file of the law or of cases needs"
        elif number > _MOST_PARTS:
            fault = f"the file has more than {_MOST_PARTS} parts; divide it into several files"
        if fault:
            raise LawFilesError([FileProblem(path, event.start_mark.line + 1 if event.start_mark else 1, fault)])


def refuse_invisible(path: str, text: str) -> None:
    """Refuse signs that a screen does not show, or that turn the order of what it shows. Raises LawFilesError."""
    hidden = _INVISIBLE.search(text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        raise LawFilesError([FileProblem(path, line, f"the invisible sign {_code_point(hidden.group())} stands here")])


def _code_point(sign: str) -> str:
    return f"U+{ord(sign):04X}"


@dataclass
class _Reader:
    path: str
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)

    def convert(self, node: yaml.Node, location: Location) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(location, line)
        if node.tag not in _TAGS:
            self._complain(line, f"the tag {node.tag[:_LONGEST_KEY]} is not allowed")
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
            if len(key) > _LONGEST_KEY or _INVISIBLE.search(key):
                self._complain(line, f"a key is a word of at most {_LONGEST_KEY} signs that can be seen")
                continue
            if key in found:
                self._complain(line, f"the key {key!r} stands here twice")
                continue
            self.lines[*location, key] = line
            found[key] = self.convert(value_node, (*location, key))
        return found

    def _scalar(self, node: yaml.Node, line: int) -> object:
        text = str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.style:  # none or empty, by loader, for a plain scalar
            hidden = _INVISIBLE.search(text)
            if hidden:  # written as an escape, such as "\\e"
                self._complain(line, f"the text holds the invisible sign {_code_point(hidden.group())}")
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text) or _DECIMAL.fullmatch(text):
            return self._number(text, line)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self._complain(line, f"{text} is not a date of the calendar")
        return text

    def _number(self, text: str, line: int) -> int | Decimal | None:
        if len(text) > _LONGEST_NUMBER:
            self._complain(line, f"a number has at most {_LONGEST_NUMBER} signs")
            return None
        return Decimal(text) if "." in text else int(text)

    def _complain(self, line: int, message: str) -> None:
        if len(self.problems) < MOST_FAULTS:
            self.problems.append(FileProblem(self.path, line, message))
