"""Tables as CSV: encoding and delimiter are taken from the mapping, or proved by the file; never guessed."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from casemgmt.errors import Invalid
from casemgmt.imports.cells import title_key
from casemgmt.imports.mapping import Mapping
from casemgmt.imports.sheets import CELL_LIMIT, Table, joined, lines_of, titles_of, unreadable

_CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1251": "cp1251", "kz-1048": "kz1048"}
_DELIMITERS = {",": ",", ";": ";", "tab": "\t"}
_ONLY_IN_ONE = bytes(
    b for b in range(128, 256) if bytes([b]).decode("cp1251", "replace") != bytes([b]).decode("kz1048", "replace")
)
"""Bytes that are other letters in Windows-1251 and in its Kazakh sister KZ-1048: ә is ј there."""


def read_csv(body: bytes, mapping: Mapping) -> Table:
    """Return the table in a CSV file; refused with the place where it can't be read with certainty."""
    text = _text_of(body, mapping)
    delimiter = _DELIMITERS[mapping.delimiter] if mapping.delimiter else _delimiter_of(text, mapping)
    rows = _rows(text, delimiter)
    last = mapping.header_row + mapping.header_rows - 1
    head = list(islice(rows, last))
    if len(head) < last:
        raise unreadable("titles-missing", last, "The file ends before its titles.")
    titles = titles_of(joined(head[mapping.header_row - 1 :]), last)
    return Table(None, titles, lines_of(rows, len(titles), last + 1))


def _text_of(body: bytes, mapping: Mapping) -> str:
    if mapping.encoding is not None:
        return _decoded(body, mapping.encoding)
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(body, "utf-16")
    if b"\x00" in body:
        raise _encoding(body, body.index(b"\x00"))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # One byte per letter: the titles prove the alphabet, and letters that the two code pages share prove the page.
        text = body.decode("cp1251", "replace")
        one_page = not any(byte in _ONLY_IN_ONE for byte in set(body)) and "�" not in text
        head = title_key(_head(text, mapping))
        proved = all(title_key(t) in head for t in mapping.columns) and not "".join(mapping.columns).isascii()
        if one_page and proved:
            return text
        raise _encoding(body, error.start) from None


def _head(text: str, mapping: Mapping) -> str:
    return "\n".join(text.splitlines()[: mapping.header_row + 5])


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(_CODECS[encoding])
    except UnicodeDecodeError as error:
        raise unreadable(
            "encoding-wrong", body.count(b"\n", 0, error.start) + 1, f"A letter here is none of {encoding}."
        ) from None


def _encoding(body: bytes, place: int) -> Invalid:
    names = ", ".join(_CODECS)
    return unreadable(
        "encoding-unknown",
        body.count(b"\n", 0, place) + 1,
        f"From here on it is not certain in which encoding the letters are. Say it in the mapping: encoding: {names}.",
    )


def _delimiter_of(text: str, mapping: Mapping) -> str:
    """Return the one delimiter with which the titles are the mapping's columns; refused where none or two do."""
    wanted = {title_key(title) for title in mapping.columns}
    fitting, last = [], mapping.header_row + mapping.header_rows - 1
    for delimiter in _DELIMITERS.values():
        try:
            head = list(islice(_rows(text, delimiter), last))
        except Invalid:
            continue
        titles = joined(head[mapping.header_row - 1 :]) if len(head) == last else []
        if wanted <= {title_key(str(title)) for title in titles}:
            fitting.append(delimiter)
    if len(fitting) == 1:
        return fitting[0]
    raise unreadable(
        "titles-not-found",
        mapping.header_row,
        "The titles that the mapping names don't stand here, whether the delimiter is comma, semicolon or tab: "
        + ", ".join(f"'{t}'" for t in mapping.columns)
        + ". Compare the titles and `header_row`, or say `delimiter` in the mapping.",
    )


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error:
            raise unreadable(
                "row-broken", number, "Quotation marks don't close as they should, or a cell is far too long."
            ) from None
        if row is None:
            return
        yield row
