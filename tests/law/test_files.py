from decimal import Decimal
from pathlib import Path

import pytest

from rules.documents import read_document
from rules.errors import LawFilesError
from rules.loader import read_law
from tests.law.files import HOURS, TERM, YEAR, faults_of, line_of, small_law, write_law

TERMS = "kz/deadlines/terms.yaml"
CALENDAR = "kz/calendar/2025.yaml"
PARAMETERS = "kz/parameters/hours.yaml"

OPEN_END = "        confirmed_through: 2024-01-01\n        known_from: 2025-02-01\n"
# The text to replace, what stands there instead, the words of the message, and the text whose line is named.
BROKEN_TERMS = [
    (
        'source: "a page"}\n      -',
        'sauce: "a page"}\n      -',
        "unknown key 'sauce'; did you mean 'source'?",
        "citation",
    ),
    ("        unit: working_days\n", "", "the key 'unit' is missing", "- value: 3"),
    ("unit: working_days\n", "unit: fortnights\n", "working_hours, working_days is needed here", "unit: fortnights"),
    ("value: 3", "value: 3.5", "a whole number is needed here", "value: 3.5"),
    ("value: 3", "value: 0", "greater than or equal to 1", "value: 0"),
    ("value: 3", 'value: "3"', "a whole number is needed here", 'value: "3"'),
    (
        "in_force_before: 2025-01-01",
        "in_force_before: 2024-12-31",
        "gap: no value is in force from 2024-12-31",
        "in_force_from: 2025-01-01",
    ),
    (
        "in_force_before: 2025-01-01",
        "in_force_before: 2019-01-01",
        "must be later than in_force_from",
        "- value: 3",
    ),
    ("2020-01-01", "2020-02-30", "2020-02-30 is not a date of the calendar", "in_force_from: 2020-02-30"),
    ("status: published", "status: guessed", "one of verified, published, unverified", "status: guessed"),
    ("status: published", "status: house_default", "a house_default must not have a citation", "- value: 3"),
    ("status: published", "status: verified", "needs verified_by and verified_on", "- value: 3"),
    (
        "        confirmed_through: 2025-06-30\n",
        "",
        "needs in_force_before or confirmed_through",
        "- value: 5",
    ),
    (
        "confirmed_through: 2025-06-30",
        "confirmed_through: 2024-06-30",
        "must be a day on which",
        "- value: 5",
    ),
    ("        in_force_before: 2025-01-01\n", OPEN_END, "overlaps value 1", "in_force_from: 2025-01-01"),
    ("before: 1,", "before: 1, after_percent: 50,", "either after_percent, or before", "warn:"),
    (
        "{before: 1, unit: working_days}",
        "{before: 1, unit: calendar_months}",
        "not counted back in months",
        "warn:",
    ),
    (
        "    warn:",
        "    last_day_off: keep\n    warn:",
        "last_day_off belongs to terms of calendar",
        "  answer:",
    ),
    ("working_days\n", "calendar_months\n", "needs last_day_off", "  answer:"),
    (
        "    runs_from:",
        '    runs_from: "twice"\n    runs_from:',
        "the key 'runs_from' stands here twice",
        'runs_from: "the question"',
    ),
    ("  answer:", "  Bad Code:", "a name of small letters, digits and _ is needed here", "  Bad Code:"),
    ("answer:\n", "answer: &name\n", "aliases (*name) are not allowed", "answer: &name"),
]


@pytest.mark.parametrize(("old", "new", "message", "marked"), BROKEN_TERMS, ids=lambda text: str(text)[:40])
def test_a_fault_in_a_term_names_file_and_line(tmp_path: Path, old: str, new: str, message: str, marked: str) -> None:
    text = TERM.replace(old, new, 1)
    if "&name" in new:
        text += "  again: *name\n"
    faults = faults_of(tmp_path, TERMS, text)
    expected = f"law/{TERMS}:{line_of(text, marked)}: "
    assert any(fault.startswith(expected) and message in fault for fault in faults), faults


BROKEN_YEARS = [
    ("year: 2025", "year: 2026", "is not a day of 2026"),
    (
        "verified_through: 2025-12-31",
        "verified_through: 2026-01-01",
        "verified_through must be a day of 2025",
    ),
    ("- {day: 2025-01-05, instead_of: 2025-01-03}", "[]", "2025-01-05 is missing in working_weekend_days"),
    ("{day: 2025-03-10,", "{day: 2025-03-09,", "2025-03-09 is a weekend day already"),
    ("instead_of: 2025-03-08", "instead_of: 2025-03-07", "2025-03-07 is not a holiday on a weekend"),
    ("{day: 2025-01-05,", "{day: 2025-01-06,", "is missing in working_weekend_days"),
    ("{day: 2025-03-10,", "{day: 2025-03-08,", "2025-03-08 is named twice"),
    ("status: unverified", "status: house_default", "house_default is not a status for it"),
    ('source: "a data set"\n', "", "the key 'source' is missing"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN_YEARS, ids=lambda text: str(text)[:40])
def test_a_fault_in_a_calendar_year_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert any(message in fault for fault in faults_of(tmp_path, CALENDAR, YEAR.replace(old, new, 1)))


def test_a_calendar_file_is_called_after_its_year(tmp_path: Path) -> None:
    assert any("must be called 2025.yaml" in f for f in faults_of(tmp_path, "kz/calendar/last.yaml", YEAR))


def test_hours_that_end_before_they_begin_are_refused(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, PARAMETERS, HOURS.replace("18:00", "08:00"))
    assert any("ends before it begins" in fault for fault in faults)


def test_an_hour_that_is_no_time_is_refused_at_its_line(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, PARAMETERS, HOURS.replace('"18:00"', '"25:00"'))
    assert faults == [f'law/{PARAMETERS}:9: working_day.closes: a time of day is written in quotes as "HH:MM"']


def test_a_law_without_hours_is_refused(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, PARAMETERS, HOURS.split("  working_day.closes")[0])
    assert any("the parameter working_day.closes is missing" in fault for fault in faults)


def test_the_same_code_in_two_files_names_the_first_place(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "kz/deadlines/zz.yaml", TERM)
    assert faults == [f"law/kz/deadlines/zz.yaml:2: answer is already given in law/{TERMS}:2"]


def test_all_faults_of_all_files_are_listed_at_once(tmp_path: Path) -> None:
    write_law(tmp_path, {CALENDAR: YEAR.replace("note:", "nota:"), "kz/stray.yaml": "a: 1\n"})
    faults = faults_of(tmp_path, TERMS, TERM.replace("runs_from", "runs_form"))
    assert len({fault.split(":")[0] for fault in faults}) == 2


def test_a_file_in_an_unknown_folder_is_refused(tmp_path: Path) -> None:
    assert any("not in 'rates'" in fault for fault in faults_of(tmp_path, "kz/rates/a.yaml", "a: 1\n"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [1,\n", "not valid YAML"),
        (b"a: \xff\n", "not UTF-8"),
        (b"", "the file is empty"),
        (b"a: !!python/name:os.system x\n", "is not allowed"),
        (b"a: \x00\n", "invisible sign U[+]0000"),
        (b"? [1]\n: 2\n", "a key must be a word"),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(LawFilesError, match=message):
        read_document("law/a.yaml", content)


def test_plain_scalars_keep_their_meaning_and_no_number_is_binary() -> None:
    document = read_document("a.yaml", b"a: 16.03\nb: 18:00\nc: no\nd: 007\ne: -5\nf: 1e3\ng: true\nh:\n")
    expected = {
        "a": Decimal("16.03"),
        "b": "18:00",
        "c": "no",
        "d": "007",
        "e": -5,
        "f": "1e3",
        "g": True,
        "h": None,
    }
    assert document.data == expected


def test_the_version_follows_content_and_names_but_not_line_ends(tmp_path: Path) -> None:
    first = small_law(tmp_path / "a").version
    assert small_law(tmp_path / "b").version == first
    windows = write_law(tmp_path / "c") / TERMS
    windows.write_bytes(windows.read_bytes().replace(b"\n", b"\r\n"))
    assert small_law(tmp_path / "d", {TERMS: TERM.replace("value: 3", "value: 4")}).version != first
    assert read_law(tmp_path / "c", "elsewhere").version == first
