"""A table with any dirt is refused with the place, or says exactly what it said: nothing is lost, moved or guessed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from casemgmt.errors import Invalid
from casemgmt.imports.findings import Report
from casemgmt.imports.mapping import read_mapping
from casemgmt.imports.preparing import Prepared, Terms, prepare
from casemgmt.imports.reading import read_table
from rules.zone import almaty
from tests.import_tables import MAPPING, TITLES, as_csv
from tests.workbooks import workbook

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TERMS = Terms(NOW, date(2026, 6, 1), 5_000)
WORDS = {"Травля": "bullying", "Физ. насилие": "violence_physical", "Безнадзорность": "neglect"}
MAPPED = MAPPING.replace("Травля: bullying}", "Травля: bullying, Безнадзорность: neglect}")
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖ ,.!?;\"'-0123456789\n\tәіңғүұқөһӘҚ"


@dataclass(frozen=True)
class Truth:
    """What a person meant by a row."""

    number: str
    day: date
    category: str
    story: str


def stories(letters: str = LETTERS) -> st.SearchStrategy[str]:
    return st.text(letters, min_size=1, max_size=60).map(str.strip).filter(bool)


truths = st.builds(
    Truth,
    number=st.integers(1, 10**9).map(str),
    day=st.dates(date(2000, 1, 1), date(2026, 5, 30)),
    category=st.sampled_from(sorted(WORDS)),
    story=stories(),
)
tables = st.lists(truths, min_size=1, max_size=8, unique_by=lambda t: t.number)
SPACES = st.sampled_from(["", " ", "  ", "\u00a0"])


@st.composite
def written_days(draw: st.DrawFn, day: date) -> str:
    form = draw(st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d.%m.%Y г.", "%d.%m.%Yж"]))
    return draw(SPACES) + day.strftime(form) + draw(SPACES)


@st.composite
def written_words(draw: st.DrawFn, words: str) -> str:
    changed = draw(st.sampled_from([str, str.upper, str.lower]))(words)
    for cyrillic, latin in zip("аеосрх", "aeocpx", strict=True):
        if draw(st.booleans()):
            changed = changed.replace(cyrillic, latin)
    return draw(SPACES) + changed + draw(SPACES)


@st.composite
def rows_of(draw: st.DrawFn, table: list[Truth]) -> list[tuple[str, ...]]:
    rows = []
    for truth in table:
        rows += [("",) * len(TITLES)] * draw(st.integers(0, 1))
        day, words = draw(written_days(truth.day)), draw(written_words(truth.category))
        rows.append((truth.number, day, "Школа", "звонок", words, truth.story, "", ""))
    return rows


def read(body: bytes, mapping: str = MAPPED) -> tuple[list[Prepared], Report]:
    report, used = Report(), read_mapping(mapping)
    return prepare(read_table(body, used), used, TERMS, report), report


def attempt(body: bytes) -> tuple[list[Prepared], Report] | Invalid:
    try:
        return read(body)
    except Invalid as refusal:
        return refusal


def said(row: Prepared) -> Truth:
    return Truth(
        row.number,
        row.values["received_at"].astimezone(almaty()).date(),
        next(words for words, code in WORDS.items() if code == row.values["category"]),
        row.values["narrative"],
    )


@settings(max_examples=80, deadline=None)
@given(data=st.data(), table=tables)
def test_dirt_that_can_be_read_changes_nothing(data: st.DataObject, table: list[Truth]) -> None:
    rows = data.draw(rows_of(table))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    delimiter = data.draw(st.sampled_from([",", ";", "\t"]))
    found, report = read(as_csv(rows, encoding=encoding, delimiter=delimiter))
    assert report.faults == 0
    assert [said(row) for row in found] == table


@settings(max_examples=40, deadline=None)
@given(data=st.data(), table=tables)
def test_a_workbook_says_what_a_text_file_says(data: st.DataObject, table: list[Truth]) -> None:
    rows = data.draw(rows_of(table))
    found, report = read(workbook({"Л": [TITLES, *[tuple(c or None for c in row) for row in rows]]}))
    assert report.faults == 0
    assert [said(row) for row in found] == table


@settings(max_examples=120, deadline=None)
@given(data=st.data(), table=tables)
def test_whatever_is_done_to_the_bytes_of_a_file_is_refused_or_changes_nothing_unseen(
    data: st.DataObject, table: list[Truth]
) -> None:
    """A letter of another code page, a cut, a byte too many: what still comes in is what the bytes still say."""
    kazakh = any(set(truth.story) & set("әіңғүұқөһӘҚ") for truth in table)
    encoding = "utf-8" if kazakh else data.draw(st.sampled_from(["utf-8", "cp1251"]))
    body = bytearray(as_csv(data.draw(rows_of(table)), encoding=encoding))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] = data.draw(st.integers(0, 255))
    outcome = attempt(bytes(body))
    if isinstance(outcome, Invalid):
        assert outcome.faults or outcome.code == "table-empty"
        return
    found, report = outcome
    assert all(f.row is not None for f in report.findings)
    text = decoded(bytes(body))
    for row in found:
        assert row.number in text
        assert "".join(row.values["narrative"].split()).replace('"', "") in "".join(text.split()).replace('"', "")


def decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1251")


WRONG: dict[int, tuple[Any, ...]] = {
    0: ("", " "),
    1: ("", "вчера", "32.01.2024", "30.02.2024", "1.1.24", "45424", "01.01.2030", "#REF!", "12,05,2024"),
    2: ("", "Марсиане"),
    4: ("", "Другое слово", "bulying", "#N/A"),
    5: ("", "\x07", "a\x1bb"),
    6: ("112", "тел. нет", "+7 701 000 00 01, +7 701 000 00 02", "7,70E+10"),
}


@settings(max_examples=80, deadline=None)
@given(data=st.data(), table=tables)
def test_every_cell_that_is_wrong_is_named_by_row_and_column_and_no_other(
    data: st.DataObject, table: list[Truth]
) -> None:
    rows = [list(row) for row in data.draw(rows_of(table))]
    full = [n for n, row in enumerate(rows) if row[0]]
    expected = set()
    for row in data.draw(st.lists(st.sampled_from(full), unique=True, max_size=4)):
        column = data.draw(st.sampled_from(sorted(WRONG)))
        rows[row][column] = data.draw(st.sampled_from(WRONG[column]))
        expected.add((row + 2, TITLES[column]))
    found, report = read(as_csv(rows))
    assert {(f.row, f.column) for f in report.findings if f.level == "fault"} == expected
    wrong = {row for row, _ in expected}
    assert [said(r) for r in found] == [t for t, n in zip(table, full, strict=True) if n + 2 not in wrong]
