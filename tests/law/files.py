"""A small law in a folder, to be broken in one place by each test."""

from pathlib import Path
from textwrap import dedent

import pytest

from rules.errors import FileProblem, LawFilesError
from rules.loader import Law, read_law

HOURS = """\
parameters:
  working_day.opens:
    label: {kk: "a", ru: "b", en: "c"}
    values:
      - {value: "09:00", unit: time_of_day, in_force_from: 2000-01-01, status: house_default, reason: "r"}
  working_day.closes:
    label: {kk: "a", ru: "b", en: "c"}
    values:
      - {value: "18:00", unit: time_of_day, in_force_from: 2000-01-01, status: house_default, reason: "r"}
"""
YEAR = """\
year: 2025
status: unverified
source: "a data set"
note: "not read"
verified_through: 2025-12-31
left_out: []
holidays:
  - {day: 2025-03-08, label: {kk: "a", ru: "b", en: "Holiday"}}
moved_days_off:
  - {day: 2025-03-10, cause: holiday_on_weekend, instead_of: 2025-03-08}
  - {day: 2025-01-03, cause: swapped, instead_of: 2025-01-05}
working_weekend_days:
  - {day: 2025-01-05, instead_of: 2025-01-03}
"""
TERM = """\
deadlines:
  answer:
    label: {kk: "a", ru: "b", en: "An answer"}
    runs_from: "the question"
    values:
      - value: 3
        unit: working_days
        in_force_from: 2020-01-01
        in_force_before: 2025-01-01
        status: published
        citation: {act: "Act 1", article: "2", edition: "2020", source: "a page"}
      - value: 5
        unit: working_days
        in_force_from: 2025-01-01
        confirmed_through: 2025-06-30
        known_from: 2025-02-01
        status: published
        citation: {act: "Act 1", article: "2", edition: "2025", source: "a page"}
    warn: {before: 1, unit: working_days}
"""
FILES = {"kz/parameters/hours.yaml": HOURS, "kz/calendar/2025.yaml": YEAR, "kz/deadlines/terms.yaml": TERM}


def write_law(folder: Path, changes: dict[str, str] | None = None) -> Path:
    for name, text in (FILES | (changes or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def small_law(folder: Path, changes: dict[str, str] | None = None) -> Law:
    return read_law(write_law(folder, changes), "law")


def faults_of(folder: Path, name: str, text: str) -> list[str]:
    with pytest.raises(LawFilesError) as caught:
        small_law(folder, {name: text})
    assert all(isinstance(problem, FileProblem) for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1
