"""Facts that can not be together, and facts that a question leaves out."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.__main__ import main
from rules.desk.arguments import FOUND_FAULTS
from rules.graph.answers import ask
from rules.graph.domain import Answer
from rules.graph.explain import explain
from rules.graph.facts import FactProblem, FactsError, read_facts
from rules.graph.receipt import make_receipt, recompute
from rules.graph.render import explanation_data, explanation_text
from rules.graph.words import Language, say
from tests.law.graphs import graph, record
from tests.law.small_graph import FACTS, FORMULAS, LABEL, graph_faults, small_graph

ON = date(2025, 5, 10)
WORDS = "kz/one/facts/words.yaml"
MOTHER = {"id": "aisha", "role": "parent", "sex": "female", "birth_date": date(1990, 1, 1)}
OTHER_MOTHER = MOTHER | {"id": "dana"}
CHILD = {"id": "alan", "role": "child", "birth_date": date(2015, 1, 1)}


def problems(facts: dict[str, Any]) -> list[FactProblem]:
    with pytest.raises(FactsError) as caught:
        record(facts, ON)
    return list(caught.value.problems)


def test_two_mothers_are_refused_by_name_in_three_languages() -> None:
    (found,) = problems({"members": [MOTHER, CHILD, OTHER_MOTHER]})
    assert str(found) == (
        "members: A family has one mother; enter anybody else as another member: members.aisha, members.dana"
    )
    assert found.check == "one_mother"
    assert found.text is not None
    assert say(found.text, Language.RU).startswith("Мать в семье одна")
    assert say(found.text, Language.KK).endswith(": members.aisha, members.dana")


def test_a_grandmother_beside_the_mother_and_a_mother_of_unknown_sex_are_no_contradiction() -> None:
    record({"members": [MOTHER, CHILD, OTHER_MOTHER | {"role": "other"}]}, ON)
    record({"members": [MOTHER, CHILD, {"id": "dana", "role": "parent"}]}, ON)


def test_two_fathers_are_refused() -> None:
    fathers = [MOTHER | {"id": name, "sex": "male"} for name in ("berik", "daulet")]
    assert [found.check for found in problems({"members": fathers})] == ["one_father"]


def test_a_parent_younger_than_a_child_is_refused_at_the_birth_date() -> None:
    young = MOTHER | {"birth_date": date(2015, 1, 2)}
    (found,) = problems({"members": [CHILD, young]})
    assert str(found) == "members.2.birth_date: This parent is younger than a child of the family"
    assert found.location == ("members", 1, "birth_date")
    record({"members": [CHILD, young | {"birth_date": "unknown"}]}, ON)


@pytest.mark.parametrize("event", ["employment_measures_refused", "social_contract_broken"])
def test_the_day_of_something_that_did_not_happen_is_refused(event: str) -> None:
    told = {"members": [MOTHER], f"{event}_on": date(2025, 1, 1)}
    (found,) = problems(told | {event: False})
    assert found.location == (f"{event}_on",)
    assert found.check == "only_with"
    assert f"is stated, but “{graph().facts[event].label.en}” is no" in found.message
    record(told | {event: True}, ON)
    record(told, ON)


def test_every_contradiction_is_listed_at_once() -> None:
    young = OTHER_MOTHER | {"birth_date": date(2020, 1, 1)}
    told = {"members": [MOTHER, CHILD, young], "social_contract_broken": False}
    told["social_contract_broken_on"] = date(2025, 1, 1)
    assert {found.check for found in problems(told)} == {"only_with", "one_mother", "parent_older_than_child"}


def test_a_case_file_names_the_line_of_the_contradiction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        'name: "n"\nbenefit: birth_grant\non: 2025-05-10\nfamily:\n  members:\n'
        "    - {id: aisha, role: parent,\n       birth_date: 2015-01-02}\n"
        "    - {id: alan, role: child, birth_date: 2015-01-01}\nexpected: {entitled: no}\n",
        encoding="utf-8",
    )
    assert main(["test", str(path)]) == FOUND_FAULTS
    assert f"{path}:7: family.members.1.birth_date: This parent is younger" in "".join(capsys.readouterr())


def incomes(*days: date) -> dict[str, Any]:
    received = [{"kind": "wage", "received_in": day, "received": 1000} for day in days]
    return {"members": [MOTHER | {"lives_with_family": True, "incomes": received}], "poverty_line": 30_000}


def test_income_of_another_quarter_is_told_with_the_answer_and_not_silently_left_out() -> None:
    told = incomes(date(2024, 12, 31), date(2025, 1, 1), date(2025, 3, 31), date(2025, 4, 1))
    answered = ask(graph(), "targeted_social_assistance", record(told, ON), ON)
    assert [found.place for found in answered.notices] == [
        f"members.aisha.incomes.{number}.received_in" for number in (1, 4)
    ]
    text = "\n".join(explanation_text(explain(answered, Language.EN)))
    assert "Please note: members.aisha.incomes.1.received_in: This income was not received in the quarter" in text
    data = explanation_data(explain(answered, Language.RU))
    assert "не в квартале перед кварталом обращения" in json.dumps(data["notices"], ensure_ascii=False)
    assert not ask(graph(), "birth_grant", record(told, ON), ON).notices


def test_a_notice_of_law_that_is_not_in_force_that_day_says_nothing() -> None:
    bus = {"property": [{"property_kind": "bus", "in_working_order": True}]}
    told = incomes(date(2022, 5, 1)) | {"refused_by_earlier_law": False, "region": "turkistan"} | bus
    before, since = date(2022, 7, 10), date(2025, 5, 10)
    benefit = "targeted_social_assistance"
    assert not ask(graph(), benefit, record(told, before), before).notices
    names = {found.name for found in ask(graph(), benefit, record(told, since), since).notices}
    assert "asp_has_property_sign" in names


def test_reading_the_notices_moves_no_receipt() -> None:
    answered = ask(graph(), "targeted_social_assistance", record(incomes(date(2024, 1, 1)), ON), ON)
    before = make_receipt(answered)
    assert answered.notices
    assert make_receipt(answered) == before


def test_a_check_of_a_later_day_keeps_no_old_answer_from_being_recomputed() -> None:
    before = replace(graph(), checks=())
    answered = ask(before, "birth_grant", read_facts(before, {"members": [MOTHER, OTHER_MOTHER]}, ON), ON)
    assert recompute(graph(), make_receipt(answered)).same


# What stands in the fact file behind its facts, and the fault with its line.
POOR_HAS_INCOME = f"""\
checks:
  poor_without_income:
    {LABEL}
    holds: |
      not poor or count(members where income > 0) = 0
"""
BROKEN = [
    ("count(members where income > 0)", "count(members where incme > 0)", ":12:39: no fact, rule or parameter is"),
    ("count(members where income > 0)", "heads", ":11: poor_without_income: a check asks facts and figures of the"),
    ("count(members where income > 0)", "least", "not the law: least"),
    ("count(members where income > 0)", "rate[region]", "not the law: rate.north"),
    ("= 0", "= 2", ":12:53: the number 2 stands in the rule"),
    ("= 0", "", "yes or no is needed here, and this is a number"),
    ('ru: "b", ', "", ":10: checks.poor_without_income.label: the key 'ru' is missing"),
    ("    holds: |\n      not poor", "    hold: |\n      not poor", "unknown key 'hold'; did you mean 'holds'?"),
    ("    holds", "    of: member\n    holds", "poor_without_income: no group 'member' holds it"),
    ("poor_without_income", "poor", ":9: poor is already given in law/kz/one/facts/words.yaml:7"),
]


@pytest.mark.parametrize(("text", "instead", "fault"), BROKEN, ids=[row[2][:50] for row in BROKEN])
def test_a_broken_check_is_refused_with_its_place(tmp_path: Path, text: str, instead: str, fault: str) -> None:
    assert text in POOR_HAS_INCOME
    faults = graph_faults(tmp_path, FACTS + POOR_HAS_INCOME.replace(text, instead, 1), WORDS)
    assert any(fault in told for told in faults), faults


def test_a_fact_told_with_another_names_a_yes_or_no_fact_of_the_same_record(tmp_path: Path) -> None:
    for name in ("income", "nothing", "poor"):
        facts = FACTS.replace("past: true}", f"past: true, only_with: {name}}}")
        text = f"words.yaml:4: born: only_with names a yes-or-no fact of members, not '{name}'"
        assert any(text in fault for fault in graph_faults(tmp_path, facts, WORDS))


def test_a_notice_may_ask_the_law_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    notice = f"paid: monthly, notices: {{few: {{{LABEL}, holds: 'heads >= least'}}}}}}"
    small = small_graph(tmp_path, {"kz/one/formulas/help.yaml": FORMULAS.replace("paid: monthly}", notice)})
    on = date(2025, 5, 1)
    answered = ask(small, "help", read_facts(small, {"poor": True, "members": [{"income": 5}]}, on), on)
    assert (answered.entitled, [found.name for found in answered.notices]) == (Answer.NO, ["few"])
    broken = FORMULAS.replace("paid: monthly}", notice.replace("heads >=", "hads >="))
    assert any("no fact, rule or parameter is called 'hads'" in fault for fault in graph_faults(tmp_path, broken))
