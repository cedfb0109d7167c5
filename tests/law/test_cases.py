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
