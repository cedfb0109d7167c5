"""Files as people keep them: read with certainty, or refused with the place and what to do."""

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest

from casemgmt.errors import Invalid
from casemgmt.imports.findings import Report
from casemgmt.imports.mapping import read_mapping
from casemgmt.imports.preparing import Prepared, Terms, prepare
from casemgmt.imports.reading import read_table
from tests.factories_iin import make_iin
from tests.import_tables import CASE_MAPPING, MAPPING, ROWS, TITLES, as_csv, case_row
from tests.import_tables import CASE_TITLES as CASES
from tests.workbooks import Formula, Styled, Value, workbook

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TERMS = Terms(NOW, date(2026, 6, 1), 5_000)


def read(body: bytes, mapping: str = MAPPING) -> tuple[list[Prepared], Report]:
    report, used = Report(), read_mapping(mapping)
    return prepare(read_table(body, used), used, TERMS, report), report


def codes(report: Report) -> list[tuple[Any, ...]]:
    return [(f.row, f.code) for f in report.findings]


def refusal(body: bytes, mapping: str = MAPPING) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as caught:
        read(body, mapping)
    faults = caught.value.faults
    return caught.value.code, faults[0].code if faults else "", faults[0].detail if faults else ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_proved_by_the_titles(encoding: str, delimiter: str) -> None:
    rows, report = read(as_csv(encoding=encoding, delimiter=delimiter))
    assert [r.values["narrative"] for r in rows] == [row[5].replace("\r\n", "\n") for row in ROWS]
    assert report.faults == 0


def test_kazakh_letters_of_one_byte_are_asked_about_and_not_garbled() -> None:
    kazakh = (*ROWS[0][:5], "Бала мектепке бармайды, үйде қамалған.", "", "")
    body = as_csv([ROWS[1], kazakh], encoding="kz1048")
    assert refusal(body)[:2] == ("table-unreadable", "encoding-unknown")
    rows, _ = read(body, MAPPING.replace("fields:", "encoding: kz-1048\nfields:"))
    assert rows[1].values["narrative"] == kazakh[5]


def test_letters_of_an_unknown_code_page_are_refused_with_their_line() -> None:
    code, fault, detail = refusal(as_csv(encoding="cp866"))
    assert (code, fault) == ("table-unreadable", "encoding-unknown")
    assert detail.startswith("Row 1: ")


def test_titles_differ_from_the_mapping_by_spaces_case_and_look_alikes_without_harm() -> None:
    titles = ("№ ", "ДАТА  обращения", "Кто обратился", "Kaнaл", "Вид", "Суть обращения", "Телефон", "Примечание")
    rows, report = read(as_csv(titles=titles))
    assert len(rows) == 3
    assert report.faults == 0


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "file-empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old-office-file"),
        (as_csv(titles=("A", "B")), "titles-not-found"),
        (as_csv()[:-1] + b'"open', "row-broken"),
        ((";".join(TITLES) + "\r\n" + ";" * 9 + "x").encode(), "row-too-long"),
        (as_csv([(*ROWS[0][:5], "я" * 40_001, "", "")]), "row-broken"),
    ],
)
def test_what_is_no_table_is_refused_by_its_place(body: bytes, fault: str) -> None:
    assert refusal(body)[:2] == ("table-unreadable", fault)


def test_empty_rows_are_no_rows_and_keep_the_numbers_of_the_others() -> None:
    rows, report = read(as_csv([("",) * 8, ROWS[0], (" ", "\u00a0", "", "", "", "", "", ""), ROWS[1]]))
    assert [r.row for r in rows] == [3, 5]
    assert report.rows_read == 2


def test_more_rows_than_the_limit_are_refused() -> None:
    many = [(f"{n}", *ROWS[0][1:]) for n in range(5_001)]
    assert refusal(as_csv(many))[0] == "table-too-long"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("31.02.2024", "impossible-date"),
        ("12.05.24", "not-a-date"),
        ("45424", "date-as-number"),
        ("12.05.2027", "in-the-future"),
        ("12.05.1024", "impossible-date"),
        ("#ЗНАЧ!", "formula-error"),
        ("вчера", "not-a-date"),
        ("", "value-missing"),
        ("12.05.2024\x07", "broken-characters"),
    ],
)
def test_a_date_that_is_none_is_named(cell: str, code: str) -> None:
    assert codes(read(as_csv([(ROWS[0][0], cell, *ROWS[0][2:])]))[1]) == [(2, code)]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("12.05.2024", "2024-05-11T19:00:00+00:00"),
        ("12.05.2024 г.", "2024-05-11T19:00:00+00:00"),
        ("12.05.2024 ж.", "2024-05-11T19:00:00+00:00"),
        ("12.5.2024 9:05", "2024-05-12T04:05:00+00:00"),
        ("2024-05-12T23:59:59", "2024-05-12T18:59:59+00:00"),
    ],
)
def test_a_date_as_people_write_it_is_read_on_the_clocks_of_kazakhstan(cell: str, moment: str) -> None:
    (row,), _ = read(as_csv([(ROWS[0][0], cell, *ROWS[0][2:])]))
    assert row.values["received_at"] == datetime.fromisoformat(moment)


def test_days_and_months_that_could_change_places_are_not_guessed() -> None:
    mapping = MAPPING.replace("fields:", "dates: [DD/MM/YYYY, MM/DD/YYYY]\nfields:")
    assert codes(read(as_csv([(ROWS[0][0], "05/12/2024", *ROWS[0][2:])]), mapping)[1]) == [(2, "ambiguous-date")]
    (row,), _ = read(as_csv([(ROWS[0][0], "13/05/2024", *ROWS[0][2:])]), mapping)
    assert row.values["received_at"].date() == date(2024, 5, 12)


def cases(*rows: tuple[Value, ...]) -> bytes:
    return workbook({"Реестр": [CASES, *rows]})


def test_a_workbook_says_what_its_cells_hold_dates_and_numbers_included() -> None:
    iin = make_iin(date(2003, 1, 2), "male", 12)
    assert iin.startswith("0")
    opened = datetime(2026, 2, 1, 9, 30)  # noqa: DTZ001 - cells have no zone
    row = ("7", "Ким Олег", date(2003, 1, 2), int(iin), opened, "Manager.Almaty", "neglect", "Суть")
    (read_row,), report = read(cases(row), CASE_MAPPING)
    assert read_row.values["child_iin"] == iin
    assert read_row.values["child_birth_date"] == date(2003, 1, 2)
    assert read_row.values["opened_on"] == datetime(2026, 2, 1, 4, 30, tzinfo=UTC)
    assert read_row.values["manager"] == "manager.almaty"
    assert [(f.code, f.level) for f in report.findings] == [("noughts-put-back", "notice")]


def test_the_sheet_is_named_where_there_are_several_and_hidden_ones_do_not_count() -> None:
    both = {"Январь": [CASES, case_row()], "Февраль": [CASES, case_row()]}
    assert refusal(workbook(both), CASE_MAPPING)[1] == "sheet-not-named"
    assert refusal(workbook(both), CASE_MAPPING.replace("fields:", "sheet: Март\nfields:"))[1] == "sheet-missing"
    assert len(read(workbook(both, hidden=["Январь"]), CASE_MAPPING)[0]) == 1
    assert len(read(workbook(both), CASE_MAPPING.replace("fields:", "sheet: Январь\nfields:"))[0]) == 1


def test_titles_in_merged_rows_are_written_with_a_stroke() -> None:
    upper = ("Реестр", None, None, None, None, None, None, None)
    middle = (CASES[0], "Ребёнок", None, None, *CASES[4:])
    lower = (None, "ФИО", "Дата рождения", "ИИН", None, None, None, None)
    body = workbook({"Л": [upper, middle, lower, case_row()]}, merged=["A1:H1", "B2:D2", "A2:A3", "E2:E3"])
    mapping = CASE_MAPPING.replace("fields:", "header_row: 2\nheader_rows: 2\nfields:")
    for title in ("ФИО ребёнка", "Дата рождения", "ИИН"):
        mapping = mapping.replace(f": {title}\n", f": Ребёнок / {title.removesuffix(' ребёнка')}\n")
    (row,), report = read(body, mapping)
    assert (row.row, report.faults) == (4, 0)


def test_merged_cells_below_the_titles_are_refused_by_their_row() -> None:
    body = workbook({"Л": [CASES, case_row("1"), ("2", *[None] * 7)]}, merged=["B2:B3"])
    assert refusal(body, CASE_MAPPING)[1:] == (
        "merged-cells",
        "Row 2: Cells are merged here: give each row its own value.",
    )


def test_a_formula_is_its_saved_value_and_without_one_it_is_refused() -> None:
    good = list(case_row())
    good[7] = Formula("CONCAT(A1)", "Суть")  # type: ignore[call-overload]  # a row of mixed cells
    assert read(cases(tuple(good)), CASE_MAPPING)[0][0].values["narrative"] == "Суть"
    good[7] = Formula("CONCAT(A1)")  # type: ignore[call-overload]  # as above
    assert refusal(cases(tuple(good)), CASE_MAPPING)[1] == "formula-without-value"


def test_thousands_of_formatted_rows_with_nothing_in_them_do_no_harm() -> None:
    rows, _ = read(cases(case_row(), *[(Styled(),) * 8] * 3_000), CASE_MAPPING)
    assert len(rows) == 1


@pytest.mark.parametrize("place", ["XFD2", "A1048576"])
def test_a_cell_at_the_end_of_the_world_is_refused_before_it_fills_the_memory(place: str) -> None:
    body = workbook({"Л": [CASES, case_row()]}, far={place: "x"})
    assert refusal(body, CASE_MAPPING)[1] == "cell-far-away"


def test_macros_are_refused() -> None:
    assert refusal(workbook({"Л": [CASES, case_row()]}, extra={"xl/vbaProject.bin": b"x"}), CASE_MAPPING)[0] == (
        "document-active-content"
    )


def test_a_workbook_that_unpacks_to_very_much_is_refused() -> None:
    out = BytesIO(workbook({"Л": [CASES, case_row()]}))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/theme.xml", b"<a>" + b" " * 80_000_000)
    assert refusal(out.getvalue(), CASE_MAPPING)[0] in {"document-unpacks-too-large", "table-unreadable"}


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("kind: signals", "kind: signals\nkind: cases"), 5, "stands here twice"),
        (("kind: signals", "kind: &a signals"), 4, "Anchors"),
        (("revision: 1", "revision: [1"), 4, "no YAML"),
        (("revision: 1", "revision: first"), 3, "valid integer"),
        (("kind: signals", "kind: visits"), 4, "'signals' or 'cases'"),
        (("number: №", "numbers: №"), 6, "no such key"),
        (("{constant: ru}", "{constant: ru, column: Язык}"), 12, "either 'column' or 'constant'"),
        (("{constant: ru}", "{constant: de}"), 12, "no code of the list"),
        (("  narrative: Суть обращения\n", ""), 7, "needed too: narrative"),
        (("ignored: [Примечание]", "ignored: [Вид]"), 16, "read and ignored"),
        (("Школа: education_worker", "Школа: education_worker, ' школа ': police"), 9, "means two things"),
    ],
)
def test_a_fault_of_the_mapping_is_told_with_its_line(change: tuple[str, str], line: int, words: str) -> None:
    assert change[0] in MAPPING
    with pytest.raises(Invalid) as caught:
        read_mapping(MAPPING.replace(*change))
    assert any(f.detail.startswith(f"Line {line}: ") and words in f.detail for f in caught.value.faults), [
        f.detail for f in caught.value.faults
    ]
