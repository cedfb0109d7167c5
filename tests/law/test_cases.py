"""Cases written by policy staff: what they may ask, and what is told where they fail or can not be read."""

from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, main

FAMILY = """\
family:
  residence: citizen
  defaults: {members: {role: child, lives_with_family: yes, full_time_student: no, counted_in_birth_order: yes}}
  members:
    - {id: a, birth_date: 2010-01-01, birth_grant_paid: yes}
    - {id: b, birth_date: 2012-01-01, birth_grant_paid: yes}
    - {id: c, birth_date: 2014-01-01, birth_grant_paid: yes}
    - {id: d, birth_date: 2025-06-01, birth_grant_paid: no}
"""
HEAD = 'name: "four children, the youngest new"\non: 2025-07-15\n'
ANSWERS = """\
answers:
  multi_child_benefit: {entitled: yes, amount: 63030, article: "of the Social Code, not seen"}
  birth_grant: {entitled: yes, amount: 247716}
"""


def run(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, str]:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    code = main(["test", str(path)])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_one_family_is_asked_about_several_benefits_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, capsys, HEAD + FAMILY + ANSWERS) == (0, "1 cases, 0 failed.\n")


def test_of_several_answers_the_wrong_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(tmp_path, capsys, HEAD + FAMILY + ANSWERS.replace("247716", "247715"))
    assert code == 1
    rows = [line.replace("\u00a0", "").split() for line in told.splitlines()]
    assert ["birth_grant", "amount", "247715", "247716", "birth_grant.amount"] in rows
    assert not [row for row in rows if row[:1] == ["multi_child_benefit"]]


BAD = [
    (
        HEAD + FAMILY + ANSWERS.replace("birth_grant:", "birth_grnat:"),
        "case.yaml:13: no benefit is called 'birth_grnat'; near to it: birth_grant",
    ),
    (HEAD + "benefit: birth_grant\n" + FAMILY + ANSWERS, "either benefit and expected, or answers"),
    (HEAD + FAMILY, "a case to be tested needs benefit and expected (or answers)"),
    ('name: "n"\n' + FAMILY + ANSWERS, "a case to be tested needs on"),
    (HEAD + FAMILY + ANSWERS.replace("amount", "amuont"), "unknown key 'amuont'; did you mean 'amount'?"),
]


@pytest.mark.parametrize(("text", "fault"), BAD, ids=[row[1][-30:] for row in BAD])
def test_a_question_that_can_not_be_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, fault: str
) -> None:
    code, told = run(tmp_path, capsys, text)
    assert code == FOUND_FAULTS
    assert fault in told


MEMBER = "    - {id: a, birth_date: 2010-01-01, birth_grant_paid: yes}\n"
UNREADABLE = [
    ("birth_dat: 2010-01-01", "no fact of members is called 'birth_dat'; did you mean 'birth_date'?"),
    ("дата рождения: 2010-01-01", "no fact of members is called 'дата рождения'; did you mean 'birth_date'?"),
    ("carer_insured: yes", "no fact of members is called 'carer_insured'; it is a fact of the family: write it there"),
    ("received: 5", "no fact of members is called 'received'; it is a fact of each of incomes: write it there"),
    ("birth_date: 01.02.2010", "a date of the calendar is needed here, such as 2026-11-20; write 2010-02-01"),
    ("birth_date: 31.02.2010", "a date of the calendar is needed here, such as 2026-11-20\n"),
    ("role: chil", "is needed here; did you mean 'child'?"),
    ("role: ребенок", "is needed here; did you mean 'child'?"),
    ("incomes: [{received: 12 345}]", "members.1.incomes.1.received: a number is needed here; write 12345"),
    ("incomes: [{received: '1,234.5'}]", "members.1.incomes.1.received: a number is needed here\n"),
    ("full_time_student: perhaps", "yes, no or unknown is needed here"),
]


@pytest.mark.parametrize(("fact", "fault"), UNREADABLE, ids=[row[0][:30] for row in UNREADABLE])
def test_a_fact_that_can_not_be_read_names_its_line_and_what_was_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fact: str, fault: str
) -> None:
    code, told = run(tmp_path, capsys, HEAD + FAMILY.replace(MEMBER, f"    - {{id: a, {fact}}}\n") + ANSWERS)
    assert code == FOUND_FAULTS
    assert "case.yaml:7: family.members.1" in told
    assert fault in told


WRONG_KINDS = """\
name: 12
on: 01.02.2026
benefit: "Birth Grant"
article: 126
family: []
expected: {entitled: yess, amount: "12", missing: x}
"""


def test_all_faults_of_a_file_are_told_at_once_in_plain_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(tmp_path, capsys, WRONG_KINDS)
    assert code == FOUND_FAULTS
    assert [line.split("case.yaml:")[-1] for line in told.splitlines()] == [
        "1: name: a text is needed here: put digits in quotes",
        "2: on: a date is needed here, such as 2026-11-20; write 2026-02-01",
        "3: benefit: a name of small letters, digits and _ is needed here, such as birth_grant",
        "4: article: a text is needed here: put digits in quotes",
        "5: family: a block of keys with their values is needed here",
        "6: expected.amount: a number is needed here",
        "6: expected.entitled: one of yes, no, cannot_tell_yet is needed here; did you mean 'yes'?",
        "6: expected.missing: a list is needed here: each entry behind a dash, or all in square brackets",
        "8 faults found.",
    ]
