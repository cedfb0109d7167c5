"""The command `what-if`: what would turn an answer over, told in sentences, as a table and as data."""

import json
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main

CASE = """\
name: "a mother with two children"
on: 2025-07-15
family:
  residence: citizen
  poverty_line: 30000
  inspection_refused: no
  commission_found_no_need: no
  employment_measures_refused: no
  social_contract_broken: no
  defaults: {members: {lives_with_family: yes, full_time_student: no, counted_in_birth_order: yes}}
  members:
    - {id: mother, birth_date: 1985-01-01, role: parent,
       incomes: [{kind: wage, received_in: 2025-05-01, received: 300000}]}
    - {id: big, birth_date: 2012-07-01, role: child, incomes: []}
    - {id: small, birth_date: 2024-01-01, role: child, birth_grant_paid: no, incomes: []}
answers:
  multi_child_benefit: {entitled: no}
  targeted_social_assistance: {entitled: no}
"""
WAGE = "members.mother.incomes.1.received"


@pytest.fixture
def case(tmp_path: Path) -> str:
    path = tmp_path / "case.yaml"
    path.write_text(CASE, "utf-8")
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["what-if", *arguments]) == 0
    return capsys.readouterr().out.replace("\u00a0", " ")


def test_every_input_is_tried_and_told_in_a_sentence(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, case)
    children, assistance = text.split("\nTargeted social assistance, on 2025-07-15: no, 0 ₸\n")
    assert children.startswith("Multi-child family benefit, on 2025-07-15: no, 0 ₸\n")
    assert "  With 2 children more (like small), the answer becomes yes, 63 030 ₸.\n" in children
    assert "  No other day from 2025-05-01 through 2026-03-31 changes the answer.\n" in children
    assert f"  {WAGE}: at 270 000 ₸, 30 000 less than now, the answer becomes yes, 5 898 ₸.\n" in assistance
    cliff = "the last tenge loses 5 898 of the benefit (5 898 before, 0 then)"
    assert f" Cliff: {WAGE} at 270 001: {cliff}. " in " ".join(assistance.split())
    assert "  poverty_line: at 33 334 ₸, 3 334 more than now, the answer becomes yes, 5 900 ₸.\n" in assistance
    assert "  On 2025-06-30, 15 days earlier, the answer becomes yes, 95 898 ₸.\n" in assistance


def test_one_input_is_moved_when_it_is_named(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [case, "--benefit", "targeted_social_assistance"]
    (row,) = [line.split("  ") for line in told(capsys, *asked, "--fact", WAGE).splitlines()[-1:]]
    assert [cell.strip() for cell in row if cell] == [WAGE, "300 000", "270 000", "−30 000", "yes", "5 898 ₸"]
    assert "With 1 child more (like small), the answer becomes yes" in told(capsys, *asked, "--children")
    only_date = told(capsys, *asked, "--date")
    assert "On 2025-06-30" in only_date
    assert WAGE not in only_date


def test_programs_get_the_same_as_data(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = json.loads(told(capsys, case, "--as", "json"))
    assert (first["benefit"], first["entitled"], first["amount"]) == ("multi_child_benefit", "no", "0")
    inputs = {entry["input"]: entry for entry in second["inputs"]}
    assert inputs[WAGE]["flip"] == {
        "at": 270_000, "change": -30_000, "day": None, "before": "no", "after": "yes", "amount": "5898",
        "contradicts": False,
    }  # fmt: skip
    assert inputs[WAGE]["cliffs"] == [{"at": 270_001, "amount_before": "5898", "amount_at": "0"}]
    assert inputs["date"]["flip"]["day"] == "2025-06-30"
    assert {entry["input"]: entry["now"] for entry in first["inputs"]}["children"] == 2


def test_fewer_children_flip_too(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [case, "--benefit", "birth_grant", "--children"]
    assert "No number of children, more or fewer, changes the answer." in told(capsys, *asked)
    Path(case).write_text(CASE.replace("2024-01-01", "2025-01-01"), "utf-8")
    assert "With 1 child fewer, the answer becomes no, 0 ₸." in told(capsys, *asked)


def test_what_stands_against_it_is_said(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(case).write_text(CASE.replace("inspection_refused: no", "inspection_refused: yes"), "utf-8")
    text = told(capsys, case, "--benefit", "targeted_social_assistance", "--fact", WAGE)
    assert f"  {WAGE}: no sum from 0 to 1 000 000 000 changes the answer.\n" in text
    assert "flips at" not in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--fact", "members.mother.incomes.1.recieved"], NO_ANSWER, f"did you mean '{WAGE}'?"),
        (["--fact", "shoe_size"], NO_ANSWER, f"there are: poverty_line, {WAGE}"),
        (["--benefit", "asp"], NO_ANSWER, "no benefit is called 'asp'"),
        (["--name", "another"], FOUND_FAULTS, "no case has that name; there are:\n    a mother with two children"),
        (["--on", "2031-01-01"], NO_ANSWER, "confirmed only through"),
    ],
)
def test_a_question_that_can_not_be_asked_says_why(
    case: str, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    asked = ["what-if", case, *([] if "--benefit" in arguments else ["--benefit", "targeted_social_assistance"])]
    assert main([*asked, *arguments]) == code
    assert message in capsys.readouterr().err


def test_without_a_child_there_is_no_pattern_for_another(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(case).write_text(CASE.replace("role: child", "role: other").replace(" birth_grant_paid: no,", ""), "utf-8")
    assert main(["what-if", case, "--children"]) == NO_ANSWER
    assert "no child stands in this case" in capsys.readouterr().err
    assert "children" not in told(capsys, case, "--benefit", "targeted_social_assistance", "--date")
