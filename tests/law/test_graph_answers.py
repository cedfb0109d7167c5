"""Explanations, modes, receipts, what-if and the commands, on the law that ships."""

import json
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from rules.__main__ import FOUND_FAULTS, main
from rules.desk.case_files import find_cases
from rules.errors import LawFilesError, RuleError
from rules.graph.answers import Answered, ask
from rules.graph.basis import Mode, NotVerifiedError, digest_of, read_sign_off
from rules.graph.cases import read_cases
from rules.graph.domain import Answer, Codes, Span, Value, day, truth
from rules.graph.explain import Step, explain, walk_steps
from rules.graph.page import explanation_page
from rules.graph.receipt import make_receipt, recompute
from rules.graph.render import explanation_data, explanation_text
from rules.graph.testing import run_case
from rules.graph.whatif import date_lever, find_cliffs, find_flip, number_lever, records_lever
from rules.graph.words import Language
from rules.parameters import DatedValue
from tests.law.graphs import Facts, graph, record

ON = date(2025, 7, 15)
CASES = Path(__file__).parents[2] / "rules" / "cases"
CHILDREN = str(CASES / "multi_child_benefit.yaml")


def family(*births: date, **more: object) -> Facts:
    child = {"role": "child", "lives_with_family": True, "full_time_student": False}
    return {
        "members": [{**child, "id": f"c{index}", "birth_date": birth} for index, birth in enumerate(births)],
        **more,
    }


FOUR = family(date(2010, 1, 1), date(2012, 1, 1), date(2014, 1, 1), date(2016, 1, 1))


def children(facts: Facts, on: date = ON, mode: Mode = Mode.ESTIMATE) -> Answered:
    return ask(graph(), "multi_child_benefit", record(facts, on), on, mode=mode)


def poor(income: int, **more: object) -> Facts:
    plain = {"role": "child", "lives_with_family": True, "birth_date": date(2015, 1, 1), "incomes": []}
    wage = {"kind": "wage", "received_in": date(2025, 5, 1), "received": income}
    return {
        "poverty_line": 32_360,
        "inspection_refused": False,
        "commission_found_no_need": False,
        "employment_measures_refused": False,
        "social_contract_broken": False,
        "false_data_found": False,
        "members": [{**plain, "role": "parent", "incomes": [wage]}, plain],
        **more,
    }


def test_the_cases_that_ship_pass_without_any_margin() -> None:
    outcomes = [run_case(graph(), placed) for placed in find_cases(graph(), [CASES]).cases]
    assert len(outcomes) >= 60
    assert [outcome for outcome in outcomes if outcome.differences] == []


def put_numbers_together(numbers: str) -> Fraction:
    """Return what the printed formula gives, read as a person would: its roundings up at the end only."""
    text, _, rounded = numbers.partition(", rounded up to")
    plain = text.replace("\u00a0", "").replace("×", "*").replace("−", "-")
    assert re.fullmatch(r"[0-9.*+ ]+", plain), plain
    total = sum((_product(term) for term in plain.split("+")), Fraction(0))
    return Fraction(-(-total.numerator // total.denominator)) if rounded else total


def _product(term: str) -> Fraction:
    found = Fraction(1)
    for factor in term.split("*"):
        found *= Fraction(factor.strip())
    return found


def test_the_printed_numbers_give_the_printed_value() -> None:
    told = explain(children(FOUR), Language.EN)
    steps = {step.rule: step for step in walk_steps(told.steps)}
    amount = steps["multi_child_benefit.amount"]
    assert amount.numbers == "16.03 × 3\u00a0932, rounded up to 1\u00a0₸"
    assert isinstance(amount.value, Span)
    assert put_numbers_together(amount.numbers) == amount.value.low == 63_030


def test_every_step_tells_its_law_and_every_figure_its_source() -> None:
    told = explain(children(FOUR), Language.RU)
    seen = [step for step in walk_steps(told.steps) if not step.told_before]
    assert seen
    for step in seen:
        assert step.ground is not None
        assert step.ground.citation is not None
        assert step.numbers
        assert all(figure.citation or figure.reason for figure in step.figures)


def test_a_no_tells_the_distance_to_each_threshold() -> None:
    facts = family(date(2010, 1, 1), date(2012, 1, 1), date(2014, 1, 1), date(2007, 7, 5))
    told = explain(children(facts), Language.EN)
    steps = [step for step in walk_steps(told.steps) if step.gaps]
    gaps = {step.rule + step.place: [gap.shown or gap.text for gap in step.gaps] for step in steps}
    assert gaps["multi_child_benefit.entitled"] == ["short by 1"]
    assert gaps["multi_child_benefit.counted_childmembers.c3"] == ["over by 10\u00a0days", "«Studies full time»: no"]


def test_the_distance_of_an_income_is_exact() -> None:
    on = date(2025, 7, 15)
    found = ask(graph(), "targeted_social_assistance", record(poor(194_161), on), on)
    told = explain(found, Language.EN)
    gaps = [gap for step in walk_steps(told.steps) for gap in step.gaps]
    assert gaps[0].by == Fraction(1, 6)
    assert "over by 1/6\u00a0₸" in gaps[0].shown


@pytest.mark.parametrize("language", list(Language))
def test_the_explanation_comes_as_text_data_and_page(language: Language) -> None:
    told = explain(children(FOUR), language)
    text, page = "\n".join(explanation_text(told)), explanation_page([told])
    data = json.loads(json.dumps(explanation_data(told)))
    assert "63\u00a0030" in text
    assert "63\u00a0030" in page
    assert page.startswith("<!doctype html>")
    assert data["amount"] == "63030"
    assert data["provisional"] is True
    assert "mrp.benefits" in data["not_verified"]


def test_a_page_shows_what_stands_in_a_case_as_text_only() -> None:
    facts = family(date(2010, 1, 1))
    facts["members"][0]["id"] = "<script>x</script>"
    page = explanation_page([explain(children(facts), Language.EN)])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_what_could_settle_the_answer() -> None:
    facts = family(date(2010, 1, 1), date(2012, 1, 1), date(2014, 1, 1), date(2005, 1, 1), date(2004, 1, 1))
    for member in facts["members"][3:]:
        del member["full_time_student"]
    found = children(facts)
    assert found.entitled is Answer.OPEN
    sets = {tuple(str(ref) for ref in entry.facts): entry.answers for entry in found.settling.smallest}
    assert sets == {
        ("members.c3.full_time_student",): ("yes",),
        ("members.c4.full_time_student",): ("yes",),
    }
    assert "could settle" in "\n".join(explanation_text(explain(found, Language.EN)))


def test_what_only_a_person_can_say_goes_to_a_person() -> None:
    facts = poor(1_000)
    del facts["commission_found_no_need"]
    found = ask(graph(), "targeted_social_assistance", record(facts, ON), ON)
    assert [str(ref) for ref in found.judged] == ["commission_found_no_need"]
    assert "125 and 128" in "\n".join(explanation_text(explain(found, Language.EN)))


def sign_off_of(found: Answered, example: str = "true") -> bytes:
    rows = []
    for use in found.not_verified:
        known = f"    known_from: {use.value.known_from}\n" if use.value.known_from else ""
        rows.append(
            f'  - name: "{use.name}"\n    in_force_from: {use.value.in_force_from}\n{known}'
            f'    digest: "{digest_of(use.value)}"\n'
            '    act_read: "an act"\n    signed_by: "a person"\n    signed_on: 2026-01-01\n'
        )
    return f'authority: "an authority"\nexample: {example}\nvalues:\n{"".join(rows)}'.encode()


def test_a_decision_needs_every_value_signed() -> None:
    with pytest.raises(NotVerifiedError, match="13 values are not verified"):
        children(FOUR, mode=Mode.DECIDE)
    content = sign_off_of(children(FOUR))
    case = record(FOUR, ON)
    signed = read_sign_off("sign_off.yaml", content)
    decided = ask(graph(), "multi_child_benefit", case, ON, mode=Mode.DECIDE, sign_off=signed)
    assert not decided.provisional
    digest = digest_of(found_value(decided, "mrp.benefits"))
    forged = read_sign_off("sign_off.yaml", content.replace(digest.encode(), b"0" * 64))
    with pytest.raises(NotVerifiedError, match=re.escape("1 values are not verified: mrp.benefits (from 2025-01-01)")):
        ask(graph(), "multi_child_benefit", case, ON, mode=Mode.DECIDE, sign_off=forged)


def found_value(found: Answered, name: str) -> DatedValue:
    return next(use.value for use in found.run.used.values() if use.name == name)


def test_a_changed_receipt_is_noticed_and_another_law_is_named() -> None:
    receipt = make_receipt(children(FOUR))
    changed = recompute(graph(), receipt.replace(b"63030", b"63031"))
    assert (changed.same, "does not fit its hash" in changed.reason) == (False, True)
    assert not recompute(graph(), b"[]").same
    assert not recompute(graph(), b"{").same
    law = replace(graph().law, version="another")
    moved = recompute(replace(graph(), law=law), receipt)
    assert moved.reason == "the same result from the same values, but other files of the law have changed"
    parameters = dict(law.parameters)
    index = parameters["mrp.benefits"]
    raised = tuple(
        value.model_copy(update={"value": 4000}) if value.in_force_from == date(2025, 1, 1) else value
        for value in index.values
    )
    parameters["mrp.benefits"] = index.model_copy(update={"values": raised})
    moved = recompute(replace(graph(), law=replace(law, parameters=parameters)), receipt)
    assert '"amount":"63030"' in moved.reason
    assert '"amount":"64120"' in moved.reason
    assert "the law behind it differs in mrp.benefits" in moved.reason


def test_how_many_children_more_and_how_many_days_would_change_the_answer() -> None:
    two = record(family(date(2010, 1, 1), date(2012, 1, 1)), ON)
    newborn: dict[str, Value] = {
        "role": Codes(frozenset({"child"})), "birth_date": day(ON), "lives_with_family": truth(True),
        "full_time_student": truth(False),
    }  # fmt: skip
    flip = find_flip(graph(), "multi_child_benefit", records_lever(graph(), two, ON, "members", newborn))
    assert flip is not None
    assert (flip.change, flip.before, flip.after) == (2, Answer.NO, Answer.YES)
    grown = record(family(date(2010, 1, 1), date(2012, 1, 1), date(2014, 1, 1), date(2007, 7, 20)), ON)
    flip = find_flip(graph(), "multi_child_benefit", date_lever(grown, ON, 100))
    assert flip is not None
    assert (flip.change, flip.after) == (5, Answer.NO)
    assert find_flip(graph(), "multi_child_benefit", date_lever(two, ON, 100)) is None


def test_the_tenge_of_income_that_flips_the_answer_and_the_cliff_it_brings() -> None:
    facts = poor(200_000)
    facts["members"][1]["birth_date"] = date(2022, 1, 1)
    case = record(facts, ON)
    lever = number_lever(graph(), case, ON, (("members", 0), ("incomes", 0)), "received")
    flip = find_flip(graph(), "targeted_social_assistance", lever)
    assert flip is not None
    assert (flip.value, flip.change, flip.before, flip.after) == (194_160, -5_840, Answer.NO, Answer.YES)
    cliffs = find_cliffs(graph(), "targeted_social_assistance", lever)
    assert [(cliff.value, cliff.amount_before, cliff.amount_at) for cliff in cliffs] == [(194_161, 5_898, 0)]


BAD_CASES = [
    ("born: 2010-01-01", "cases.yaml:6: family.members.1.born: no fact of members is called 'born'"),
    ("birth_date: 2010-13-01", "2010-13-01 is not a date of the calendar"),
    ("birth_date: 2040-01-01", "lies after the day of the question"),
    ("birth_date: &x 2010-01-01, id: *x", "aliases (*name) are not allowed"),
    ("birth_date: 12", "a date of the calendar is needed here"),
    ("role: daughter", "one of parent, child, other is needed here"),
    ("role: " + "[" * 50, "nested deeper than 16 levels"),
]


@pytest.mark.parametrize(("fact", "fault"), BAD_CASES, ids=[row[1][:30] for row in BAD_CASES])
def test_a_bad_case_is_refused_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fact: str, fault: str
) -> None:
    path = tmp_path / "cases.yaml"
    head = 'name: "n"\nbenefit: multi_child_benefit\non: 2025-01-01\n'
    tail = "expected: {entitled: no}\n"
    path.write_text(f"{head}family:\n  members:\n    - {{{fact}}}\n{tail}", encoding="utf-8")
    assert main(["test", str(path)]) == FOUND_FAULTS
    assert fault in capsys.readouterr().out


def test_a_file_far_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(LawFilesError, match="at most 1000000"):
        read_cases("huge.yaml", b" " * 10_000_000)


def test_steps_are_told_once() -> None:
    told = explain(children(FOUR), Language.EN)
    full: list[Step] = [step for step in walk_steps(told.steps) if not step.told_before]
    assert len({(step.rule, step.place) for step in full}) == len(full)


def test_what_the_law_refuses_behind_an_open_condition_keeps_the_answer_open() -> None:
    """A child of unknown age may be too old for the size that its group names: no size is asked for before."""
    on = date(2026, 2, 10)
    child = {"id": "a", "role": "child", "disability_group": "child_under_7", "lives_with_family": True}
    found = ask(graph(), "disability_benefit", record({"members": [child]}, on), on)
    assert found.entitled is Answer.OPEN
    assert "members.a.birth_date" in {str(ref) for ref in found.missing}
    assert found.amount is not None
    assert not found.amount.settled
    told = explain(found, Language.EN)
    assert found.missing
    assert list(explanation_text(told))
    assert explanation_data(told)["entitled"] == "cannot_tell_yet"


@pytest.mark.parametrize("known_on", [date(2000, 1, 1), date(2023, 1, 1), date(2025, 1, 1)])
def test_what_was_not_known_yet_is_refused_or_left_open_and_told(known_on: date) -> None:
    on = date(2026, 3, 15)
    members = [
        {"id": "mother", "role": "parent", "birth_date": date(1991, 6, 2), "lives_with_family": True},
        {"id": "child", "role": "child", "birth_date": date(2025, 12, 30), "lives_with_family": True},
    ]
    for name in graph().benefits:
        try:
            found = ask(graph(), name, record({"members": members, "residence": "citizen"}, on), on, known_on)
        except RuleError:
            continue
        assert list(explanation_text(explain(found, Language.KK))), name
