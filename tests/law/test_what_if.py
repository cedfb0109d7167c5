"""The command `what-if`: what would turn an answer over, told in sentences, as a table and as data."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, NO_ANSWER, main
from tests.law.files import FILES, write_law
from tests.law.small_graph import GRAPH_FILES, GROUND, LABEL

LAW = GRAPH_FILES | {
    "kz/one/parameters/figures.yaml": f"""\
parameters:
  until: {{{LABEL}, values: [{{value: 18, unit: years, {GROUND}}}]}}
  least: {{{LABEL}, values: [{{value: 4, unit: count, {GROUND}}}]}}
  supplement: {{{LABEL}, values: [{{value: 5898, unit: tenge, {GROUND}}}]}}
""",
    "kz/one/facts/words.yaml": f"""\
groups:
  members: {{{LABEL}, least: 1, most: 10}}
facts:
  born: {{{LABEL}, of: members, type: day, earliest: 1950-01-01, latest: 2100-01-01, past: true}}
  place:
    {LABEL}
    of: members
    type: code
    codes: {{parent: {{kk: a, ru: b, en: P}}, child: {{kk: a, ru: b, en: C}}}}
  wage: {{{LABEL}, of: members, type: number, unit: tenge, least: 0, most: 1000000}}
  line: {{{LABEL}, type: number, unit: tenge, least: 1, most: 1000000}}
  refused: {{{LABEL}, type: truth}}
""",
    "kz/one/formulas/help.yaml": f"""\
conventions:
  ages: {{{LABEL}, values: [{{missing_day: last_day_of_month, reached: on_the_day, {GROUND}}}]}}
formulas:
  minor:
    {LABEL}
    of: members
    type: truth
    versions: [{{formula: "place is child and on < years_after(born, until, ages)", {GROUND}}}]
  minors:
    {LABEL}
    type: number
    unit: count
    versions: [{{formula: "count(members where minor)", {GROUND}}}]
  help.entitled:
    {LABEL}
    type: truth
    versions: [{{formula: "sum(members: wage) <= line * count(members) and not refused", {GROUND}}}]
  help.amount:
    {LABEL}
    type: number
    unit: tenge
    versions: [{{formula: "if help.entitled then supplement * minors else 0", {GROUND}}}]
  many.entitled:
    {LABEL}
    type: truth
    versions: [{{formula: "minors >= least", {GROUND}}}]
benefits:
  help: {{label: {{kk: a, ru: b, en: Help}}, entitled: help.entitled, amount: help.amount, paid: monthly}}
  many: {{label: {{kk: a, ru: b, en: Many children}}, entitled: many.entitled}}
""",
}
CASE = """\
name: "a mother with two children"
on: 2025-07-15
family:
  line: 30000
  refused: no
  members:
    - {id: mother, born: 1985-01-01, place: parent, wage: 100000}
    - {id: big, born: 2007-07-01, place: child, wage: 0}
    - {id: small, born: 2024-01-01, place: child, wage: 0}
answers:
  many: {entitled: no}
  help: {entitled: no}
"""
WAGE = "members.mother.wage"
Told = Callable[..., str]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write_law(tmp_path / "law", FILES | LAW)
    path = tmp_path / "case.yaml"
    path.write_text(CASE, "utf-8")
    return path


def asked(case: Path, *arguments: str) -> list[str]:
    return ["--law", str(case.parent / "law"), "what-if", str(case), *arguments]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    def run(case: Path, *arguments: str) -> str:
        assert main(asked(case, *arguments)) == 0
        return capsys.readouterr().out.replace("\u00a0", " ")

    return run


def test_every_input_is_tried_and_told_in_a_sentence(case: Path, told: Told) -> None:
    many, help_ = told(case).split("\nHelp, on 2025-07-15: no, 0 ₸\n")
    assert many.startswith("Many children, on 2025-07-15: no\n")
    assert "  With 3 children more (like small), the answer becomes yes.\n" in many
    assert "  No other day from 2024-07-14 through 2026-07-16 changes the answer.\n" in many
    assert f"  {WAGE}: at 90 000 ₸, 10 000 less than now, the answer becomes yes, 5 898 ₸.\n" in help_
    cliff = "the last tenge loses 5 898 of the benefit (5 898 before, 0 then)"
    assert f" Cliff: {WAGE} at 90 001: {cliff}. " in " ".join(help_.split())
    assert "  line: at 33 334 ₸, 3 334 more than now, the answer becomes yes, 5 898 ₸.\n" in help_
    assert "  members.big.wage: no sum from 0 to 1 000 000 changes the answer.\n" in help_
    assert "  With 1 child more (like small), the answer becomes yes, 11 796 ₸.\n" in help_


def test_the_day_is_found_that_turns_the_answer_over(case: Path, told: Told) -> None:
    more = [f"    - {{id: c{year}, born: {year}-01-01, place: child, wage: 0}}\n" for year in (2020, 2021)]
    case.write_text(CASE.replace("answers:", f"{''.join(more)}answers:"), "utf-8")
    text = told(case, "--benefit", "many", "--date")
    assert "On 2025-06-30, 15 days earlier, the answer becomes yes." in text
    assert text.splitlines()[-1].split() == ["date", "2025-07-15", "2025-06-30", "−15", "yes"]


def test_one_input_is_moved_when_it_is_named(case: Path, told: Told) -> None:
    only = ["--benefit", "help"]
    row = told(case, *only, "--fact", WAGE).splitlines()[-1]
    cells = [cell.strip() for cell in row.split("  ") if cell]
    assert cells == [WAGE, "100 000", "90 000", "−10 000", "yes", "5 898 ₸"]
    assert WAGE not in told(case, *only, "--children")
    assert WAGE not in told(case, *only, "--date")


def test_programs_get_the_same_as_data(case: Path, told: Told) -> None:
    first, second = json.loads(told(case, "--as", "json"))
    assert (first["benefit"], first["entitled"], first["amount"]) == ("many", "no", None)
    assert (second["benefit"], second["entitled"], second["amount"]) == ("help", "no", "0")
    inputs = {entry["input"]: entry for entry in second["inputs"]}
    assert inputs[WAGE]["flip"] == {
        "at": 90_000, "change": -10_000, "day": None, "before": "no", "after": "yes", "amount": "5898",
        "contradicts": False,
    }  # fmt: skip
    assert inputs[WAGE]["cliffs"] == [{"at": 90_001, "amount_before": "5898", "amount_at": "0"}]
    assert inputs["date"]["flip"] is None
    assert inputs["children"]["now"] == 2


def test_fewer_children_flip_too(case: Path, told: Told) -> None:
    case.write_text(CASE.replace("100000", "90000"), "utf-8")
    assert "With 1 child fewer, the answer becomes no, 0 ₸." in told(case, "--benefit", "help", "--children")


def test_what_stands_against_it_is_said(case: Path, told: Told) -> None:
    case.write_text(CASE.replace("refused: no", "refused: yes"), "utf-8")
    text = told(case, "--benefit", "help", "--fact", WAGE, "--children")
    assert f"  {WAGE}: no sum from 0 to 1 000 000 changes the answer.\n" in text
    assert "  No number of children, more or fewer, changes the answer.\n" in text
    assert "flips at" not in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--fact", "members.mother.wag"], NO_ANSWER, f"did you mean '{WAGE}'?"),
        (["--fact", "shoe_size"], NO_ANSWER, f"there are: line, {WAGE}, members.big.wage"),
        (["--benefit", "hlep"], NO_ANSWER, "no benefit is called 'hlep'; near to it: help"),
        (["--name", "another"], FOUND_FAULTS, "no case has that name; there are:\n    a mother with two children"),
        (["--on", "2031-01-01"], NO_ANSWER, "confirmed only through"),
    ],
)
def test_a_question_that_can_not_be_asked_says_why(
    case: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    named = [] if "--benefit" in arguments else ["--benefit", "help"]
    assert main(asked(case, *named, *arguments)) == code
    assert message in capsys.readouterr().err


def test_without_a_child_there_is_no_pattern_for_another(
    case: Path, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    case.write_text(CASE.replace("place: child", "place: parent"), "utf-8")
    assert main(asked(case, "--children")) == NO_ANSWER
    assert "no child stands in this case" in capsys.readouterr().err
    assert "children" not in told(case, "--benefit", "help")
