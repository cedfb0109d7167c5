"""Cases written by policy staff: what they may ask, and what is told where they fail or can not be read."""

from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main

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
    assert run(tmp_path, capsys, HEAD + FAMILY + ANSWERS) == (0, "1 case of 1 file: 0 failed.\n")


def test_of_several_answers_the_wrong_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(tmp_path, capsys, HEAD + FAMILY + ANSWERS.replace("247716", "247715"))
    assert code == 1
    rows = [line.replace("\u00a0", "").split() for line in told.splitlines()]
    assert ["birth_grant", "amount", "247715", "247716", "birth_grant.amount"] in rows
    assert not [row for row in rows if row[:1] == ["multi_child_benefit"]]


def test_the_step_where_they_part_is_the_deepest_stated_value_that_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = "values: {multi_child_benefit.children: 3, members.d.multi_child_benefit.counted_child: no}"
    code, told = run(tmp_path, capsys, HEAD + FAMILY + ANSWERS.replace("amount: 63030", f"amount: 0, {stated}"))
    assert code == 1
    assert "members.d.multi_child_benefit.counted_child = yes" in told
    assert "(rules/law/kz/families/formulas/multi_child_benefit.yaml:" in told
    assert "multi_child_benefit.coefficient" not in told


def test_without_stated_values_the_step_is_the_sum_with_its_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(tmp_path, capsys, HEAD + FAMILY + ANSWERS.replace("63030", "63029"))
    assert code == 1
    assert "multi_child_benefit.amount = 63030₸: 16.03 × 3932, rounded up to 1₸" in told.replace("\u00a0", "")


def test_a_value_is_stated_as_a_fraction_where_no_decimal_is_exact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = """\
name: "a third"
on: 2025-05-10
benefit: targeted_social_assistance
family:
  poverty_line: 32360
  members:
    - {lives_with_family: yes, incomes: [{kind: wage, received_in: 2025-01-01, received: 100000}]}
expected: {values: {asp.per_capita_income: "100000/3"}}
"""
    assert run(tmp_path, capsys, case)[0] == 0
    code, told = run(tmp_path, capsys, case.replace("100000/3", "100001/3"))
    assert code == 1
    assert "33 333 2/3" in told.replace("\u00a0", " ")


def test_a_refusal_is_an_answer_too_also_of_facts_that_contradict_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = 'benefit: targeted_social_assistance\nexpected: {refused: "REASON"}\n'
    late = 'name: "n"\non: 2031-01-01\nfamily: {members: [{lives_with_family: yes}]}\n' + asked
    assert run(tmp_path, capsys, late.replace("REASON", "confirmed only through"))[0] == 0
    twice = late.replace("2031", "2025").replace(
        "{members", "{employment_measures_refused: no, employment_measures_refused_on: 2024-01-01, members"
    )
    assert run(tmp_path, capsys, twice.replace("REASON", "employment_measures_refused_on"))[0] == 0
    assert run(tmp_path, capsys, twice.replace("REASON", "another reason"))[0] == 1


def test_cases_are_chosen_by_name_and_benefit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(HEAD + FAMILY + ANSWERS.replace("247716", "1"), "utf-8")
    asked = ["test", str(path)]
    assert main([*asked, "--benefit", "multi_child_benefit"]) == 0
    assert main([*asked, "--benefit", "birth_grant"]) == FOUND_FAULTS
    assert main([*asked, "--name", "THE YOUNGEST", "--benefit", "multi_child_benefit"]) == 0
    capsys.readouterr()
    assert main([*asked, "--name", "five"]) == NO_ANSWER
    assert "none of 1 cases has that name" in capsys.readouterr().err
    assert main([*asked, "--benefit", "birth_grnt"]) == NO_ANSWER
    assert "near to it: birth_grant" in capsys.readouterr().err


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yaml").write_text(HEAD + FAMILY + ANSWERS, "utf-8")
    (tmp_path / "bad.yaml").write_text("name: [\n", "utf-8")
    assert main(["test", str(tmp_path)]) == FOUND_FAULTS
    told = capsys.readouterr().out
    assert "bad.yaml:2: not valid YAML" in told
    assert "1 case of 2 files: 0 failed, 1 fault in the files." in told
    assert main(["test", str(tmp_path / "none.yaml")]) == FOUND_FAULTS
    assert "can not be read: No such file" in capsys.readouterr().out


def test_the_cases_that_ship_are_run_when_none_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--benefit", "multi_child_benefit"]) == 0
    assert ": 0 failed." in capsys.readouterr().out


BAD = [
    (
        HEAD + FAMILY + ANSWERS.replace("birth_grant:", "birth_grnat:"),
        "case.yaml:13: no benefit is called 'birth_grnat'; did you mean 'birth_grant'?",
    ),
    (HEAD + "benefit: birth_grant\n" + FAMILY + ANSWERS, "either benefit and expected, or answers"),
    (
        HEAD + FAMILY + ANSWERS.replace("amount: 63030", "values: {multi_child_benefit.childern: 4}"),
        "case.yaml:12: no rule is called 'multi_child_benefit.childern' in this case; did you mean",
    ),
    (
        HEAD + FAMILY + ANSWERS.replace("amount: 63030", "missing: [members.a.full_time_studnt]"),
        "no fact is called 'members.a.full_time_studnt' in this case; did you mean 'members.a.full_time_student'?",
    ),
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
        "",
        "0 cases of 1 file: 0 failed, 8 faults in the files.",
    ]
