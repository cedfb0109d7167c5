"""Tables of cases as a spreadsheet saves them: read as the same cases, or refused with line and column."""

import csv
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.__main__ import FOUND_FAULTS, main
from rules.errors import FileProblem, LawFilesError
from rules.graph import table_words
from rules.graph.case_tables import read_case_table
from rules.graph.cases import read_cases
from rules.graph.testing import run_case
from tests.law.graphs import graph

RUSSIAN = """\
случай;пособие;на дату;Статус заявителя;Член семьи;Место в семье;Дата рождения;Живёт вместе с семьёй;full_time_student;\
birth_grant_paid;counted_in_birth_order;право;размер;multi_child_benefit.children
Четверо детей;multi_child_benefit;15.07.2025;гражданин;Мать;родитель;01.05.1980;да;нет;нет;да;да;63 030;4
;;;;a;ребенок;01.01.2010;да;нет;да;да;;;
;;;;b;РЕБЁНОК;2012-01-01;да;нет;да;да;;;
;;;;c;child;2014-01-01;да;нет;да;да;;;
;;;;d;бала;2016-01-01;да;неизвестно;да;да;;;
Новорождённый;Единовременное пособие на рождение ребёнка;15.07.2025;гражданин;a;ребёнок;01.07.2025;да;нет;нет;да;да;\
149 416,00;
"""
INCOMES = """\
sep=,
case,benefit,on,poverty_line,inspection_refused,commission_found_no_need,employment_measures_refused,\
social_contract_broken,false_data_found,id,lives_with_family,birth_date,role,kind,received_in,received,entitled,amount
a third,targeted_social_assistance,2025-05-10,32360,no,no,no,no,no,mother,yes,1990-01-01,parent,wage,2025-01-01,\
"100 000",yes,63747
,,,,,,,,,,,,,burial_benefit,2025-01-01,100000,,
,,,,,,,,,a,yes,2010-01-01,child,,,,,
,,,,,,,,,b,yes,2012-01-01,child,,,,,
"""


def run(folder: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> tuple[int, str]:
    path = folder / "cases.csv"
    path.write_bytes(content)
    code = main(["test", str(path)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_in_russian_as_a_spreadsheet_saves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    told = run(tmp_path, capsys, RUSSIAN.replace("\n", "\r\n").encode(code))
    assert told == (0, "2 cases of 1 file: 0 failed.\n")


def test_incomes_stand_in_the_row_of_their_member_or_below_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, capsys, INCOMES.encode()) == (0, "1 case of 1 file: 0 failed.\n")
    (placed,) = read_case_table(graph(), "cases.csv", INCOMES.encode())
    incomes = {member["id"]: len(member["incomes"]) for member in placed.case.family["members"]}  # type: ignore[attr-defined]  # a document of a case, of any shape
    assert incomes == {"mother": 2, "a": 0, "b": 0}


def test_a_list_that_is_not_known_is_said_to_be() -> None:
    table = 'case,benefit,on,id,lives_with_family,received\nx,targeted_social_assistance,2025-05-10,a,yes,"?"\n'
    (placed,) = read_case_table(graph(), "cases.csv", table.encode())
    assert placed.case.family["members"] == [{"id": "a", "lives_with_family": "yes"}]


def test_one_row_for_a_whole_case_names_its_members_in_the_headings() -> None:
    table = (
        "case;on;defaults.members.role;defaults.members.lives_with_family;members.Anna.birth_date;members.b.birth_date;"
        "answers.multi_child_benefit.entitled;answers.birth_grant.amount;answers.multi_child_benefit."
        "multi_child_benefit.children\n"
        "two;15.07.2025;ребёнок;да;01.02.2012;2014-01-01;нет;0;2\n"
        "one;15.07.2025;ребёнок;да;01.02.2012;;нет;0;1\n"
    )
    two, one = read_case_table(graph(), "cases.csv", table.encode())
    assert [member["id"] for member in two.case.family["members"]] == ["Anna", "b"]  # type: ignore[attr-defined]  # a document of a case, of any shape
    assert len(one.case.family["members"]) == 1  # type: ignore[arg-type]  # a document of a case, of any shape
    assert set(two.case.answers) == {"multi_child_benefit", "birth_grant"}
    assert not run_case(graph(), two, ["multi_child_benefit"]).differences


HEAD = "case;benefit;on;residence;id;role;birth_date;kind;received;entitled\n"
ROW = "one;birth_grant;01.06.2025;citizen;a;child;2025-01-01;wage;5;yes\n"
BAD = [
    (
        HEAD.replace("birth_date", "birthdate") + ROW,
        "cases.csv:1: no column is called 'birthdate'; did you mean",
    ),
    (
        HEAD.replace("birth_date", "Дата рожденья") + ROW,
        "did you mean 'дата рождения'",
    ),
    (HEAD.replace("case;", "kase;") + ROW, "no column is called 'kase'; did you mean 'case'?"),
    (HEAD.replace("case;", ";") + ROW, "a column with the name of the case is needed: call it 'case'"),
    (HEAD.replace("residence", "право") + ROW, "the columns 'право' and 'entitled' hold the same"),
    (HEAD.replace("residence", "") + ROW, "cases.csv:2: column 4 has no heading, and 'citizen' in it"),
    (
        HEAD + ROW.replace("child", "chld"),
        "column 'role': one of parent, child, other is needed here; did you mean",
    ),
    (
        HEAD + ROW.replace("2025-01-01", "1/2/2025"),
        "column 'birth_date': a date of the calendar is needed here",
    ),
    (HEAD + ROW.replace(";5;", ";1,000.50;"), "cases.csv:2: column 'received': a number is needed here\n"),
    (HEAD + ROW.replace("01.06.2025", "soon"), "cases.csv:2: column 'on': a date is needed here, such as"),
    (
        HEAD + ROW.replace("birth_grant", "birth_grnt"),
        "csv:2: column 'benefit': no benefit is called 'birth_grnt'",
    ),
    (
        HEAD + ROW + ROW.replace("01.06", "02.06"),
        "cases.csv:3: column 'on': '02.06.2025', but line 2 says otherwise",
    ),
    (HEAD + ROW + ROW.replace("one", "two") + ROW, "cases.csv:4: the case 'one' stands above already: keep its rows"),
    (HEAD + ROW.replace("one", ""), "cases.csv:2: this row has no case: write its name in the first row of each case"),
    (HEAD + "one;birth_grant;01.06.2025;citizen;;;;wage;5;yes\n", "column 'kind': this belongs to one of members"),
    (HEAD + ROW + ";;;;a;child;2025-01-01;;;\n", "column 'id': an id is a short text that no other entry has"),
    (HEAD + 'one;"birth_grant;01.06.2025\n', "not a table: unexpected end of data"),
    (HEAD, "a table has a row of headings and at least one row of a case"),
]


@pytest.mark.parametrize(("table", "fault"), BAD, ids=[row[1][:40] for row in BAD])
def test_a_fault_in_a_table_names_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, fault: str
) -> None:
    code, told = run(tmp_path, capsys, table.encode())
    assert code == FOUND_FAULTS
    assert fault in told


def test_a_table_in_another_alphabet_or_far_too_large_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "choose “CSV UTF-8” when saving" in run(tmp_path, capsys, "случай;дата\n".encode("cp1251"))[1]
    assert "at most 1000000" in run(tmp_path, capsys, b"case;on\n" + b" " * 10_000_000)[1]


def test_no_word_for_a_column_of_the_case_means_a_fact_as_well() -> None:
    facts = graph().facts
    names = [name for fact in facts.values() for name in (fact.label.kk, fact.label.ru, fact.label.en)]
    taken = {*facts, *(table_words.plain(name) for name in names)}
    for words in (*table_words.CASE_WORDS.values(), *table_words.EXPECTED_WORDS.values()):
        assert not set(words) & taken


@pytest.mark.parametrize("benefit", sorted(graph().benefits))
def test_an_empty_case_of_every_benefit_runs_as_it_stands(benefit: str, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ([], ["--csv"], ["--csv", "--lang", "ru"], ["--csv", "--lang", "kk"], ["--lang", "kk"]):
        assert main(["cases", "template", benefit, *form]) == 0
        text = capsys.readouterr().out.encode()
        reader = read_cases("x", text) if "--csv" not in form else read_case_table(graph(), "x", text)
        assert not run_case(graph(), reader[0]).differences


def test_an_empty_table_is_written_for_a_spreadsheet_and_never_over_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.csv"
    asked = ["cases", "template", "birth_grant", "--csv", "--lang", "ru", "--out", str(path)]
    assert main(asked) == 0
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    head = next(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert {"Дата рождения", "Статус заявителя"} <= set(head)
    assert main(asked) == FOUND_FAULTS
    assert "is there already" in capsys.readouterr().err


HEADINGS = (
    *(
        "benefit",
        "on",
        "note",
        "proposed",
        "entitled",
        "amount",
        "missing",
        "id",
        "incomes.id",
        "birth_date",
        "kind",
        "x",
    ),
    *("members.anna.role", "received", "residence", "defaults.members.role", "answers.birth_grant.amount", ""),
)
CELLS = (
    *(
        "",
        "a",
        "да",
        "no",
        "unknown",
        "?",
        "2025-01-01",
        "01.02.2025",
        "1/2/25",
        "5,5",
        "1 000",
        "-1",
        "9" * 40,
        "child",
    ),
    *("birth_grant", "cannot_tell_yet", "none", "-", "=1+1", "members.a.role", ";", '"'),
)


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=8),
    st.lists(st.lists(st.sampled_from(CELLS), max_size=9), max_size=4),
    st.sampled_from(";,\t"),
)
def test_any_table_is_read_or_refused_by_name(headings: list[str], rows: list[list[str]], separator: str) -> None:
    text = "\n".join(separator.join(row) for row in [["case", *headings], *rows])
    faults: tuple[FileProblem, ...] = ()
    names: list[str] = []
    try:
        names = [placed.case.name for placed in read_case_table(graph(), "cases.csv", text.encode())]
    except LawFilesError as error:
        faults = error.problems
    assert bool(names) is not bool(faults)
    assert all(names)
    assert all(str(problem).startswith("cases.csv:") for problem in faults)


@given(st.binary(max_size=80))
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with suppress(LawFilesError):
        read_case_table(graph(), "cases.csv", content)
