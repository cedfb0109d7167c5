"""A document before it is set: what it says, in order, without a word on how it looks (`templates/sheet.typ`)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal

from casemgmt.printing.repertoire import SQUARE, printable

PrintLanguage = Literal["kk", "ru"]
"""Documents of the state are in Kazakh or in Russian."""


@dataclass(frozen=True)
class Letterhead:
    """The body that answers for the document, by its names in both languages."""

    kk: str
    ru: str


@dataclass(frozen=True)
class Stamp:
    """The corner of approval. `open`: nobody has approved yet, so there is a line to sign on."""

    title: str
    lines: tuple[str, ...]
    open: bool


@dataclass(frozen=True)
class Signer:
    """A line to sign on. `name` is None where it is written by hand."""

    role: str
    name: str | None


@dataclass(frozen=True)
class Column:
    """A column of a table; `share` of the width left over, 0 for as wide as its content."""

    title: str
    share: int


Block = dict[str, Any]


def facts(rows: Sequence[tuple[str, str | None]]) -> Block:
    """Return labels with values; what has no value is left out."""
    return {"kind": "facts", "rows": [[label, value] for label, value in rows if value]}


def text(value: str) -> Block:
    """Return a paragraph."""
    return {"kind": "text", "text": value}


def quote(value: str, introduction: str | None = None) -> Block:
    """Return somebody's own words."""
    return {"kind": "quote", "text": value, "introduction": introduction}


def cell(main: str | None, *small: str | None) -> dict[str, str]:
    """Return a cell: what matters, and what belongs to it in small print."""
    return {"main": main or "", "small": "\n".join(filter(None, small))}


def table(columns: Sequence[Column], rows: Sequence[Sequence[dict[str, str]]]) -> Block:
    """Return a table of cells."""
    return {"kind": "table", "columns": [asdict(c) for c in columns], "rows": [list(row) for row in rows]}


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 2


@dataclass(frozen=True)
class Sheet:
    """A document. All texts are in the words of its language."""

    kind: str
    language: PrintLanguage
    title: str
    subtitle: str
    organisation: Letterhead
    parts: tuple[Part, ...]
    signatures: tuple[Signer, ...]
    digest: str
    """SHA-256 of what the record says, the same for both languages: what a paper is compared with the record by."""
    confidential: str
    printed: str
    words: dict[str, str]
    mark: str | None = None
    """Written across each page: a draft, or a version that holds no more."""
    notice: str | None = None
    stamp: Stamp | None = None
    electronic: tuple[tuple[tuple[str, str], ...], ...] = field(default=())
    """What is known of each electronic signature, as labels with values."""

    @property
    def check_code(self) -> str:
        """The beginning of the digest, short enough to be read out on the telephone."""
        return check_code(self.digest)

    def as_data(self) -> dict[str, Any]:
        """Return what the template reads, of printable characters only, and a line that says so where some were not."""
        said: dict[str, Any] = _each(asdict(self), printable)
        words = said.pop("words")
        replaced = words["replaced"] if SQUARE in json.dumps(said, ensure_ascii=False) else None
        return said | {"words": words, "check_code": self.check_code, "replaced": replaced}


def check_code(digest: str) -> str:
    """Return the code by which a paper is compared with the record."""
    short = digest[:12].upper()
    return "-".join(short[i : i + 4] for i in range(0, len(short), 4))


def canonical(substance: Any) -> bytes:
    """Return what a record says as bytes that are the same wherever they are made: JSON with sorted keys, in UTF-8."""
    return json.dumps(substance, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(content: bytes) -> str:
    """Return the digest of what a record says, in canonical bytes: SHA-256."""
    return sha256(content).hexdigest()


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_each(each, change) for each in value]
    return value
