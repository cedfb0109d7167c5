"""Two receipts of one family: what of the law moved between them; and what a benefit says of its own terms."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rules.graph.answers import ask
from rules.graph.basis import Mode
from rules.graph.domain import Span
from rules.graph.receipt import ReceiptError, find_moved, make_receipt, read_receipt, recompute
from rules.graph.signing import find_basis, sign
from tests.law.graphs import graph, record
from tests.law.small_graph import LABEL, graph_faults

CHILD = {"role": "child", "lives_with_family": True, "full_time_student": False}
FAMILY = {"members": [CHILD | {"id": f"c{n}", "birth_date": date(2012 + n, 5, 1)} for n in range(4)]}


def receipt(on: date) -> bytes:
    return make_receipt(ask(graph(), "multi_child_benefit", record(FAMILY, on), on))


def test_the_values_that_moved_between_two_days_are_named_with_both_wordings() -> None:
    moved = find_moved(receipt(date(2025, 6, 1)), receipt(date(2026, 2, 1)))
    assert [(found.kind, found.name) for found in moved] == [("parameter", "mrp.benefits")]
    assert [entry["value"] for entry in moved[0].before] == ["3932"]
    assert [entry["value"] for entry in moved[0].after] == ["4325"]


def test_nothing_moved_where_only_the_day_is_another() -> None:
    assert find_moved(receipt(date(2025, 6, 1)), receipt(date(2025, 9, 1))) == ()


def test_a_receipt_gives_back_its_question_and_its_facts() -> None:
    told = read_receipt(graph(), receipt(date(2025, 6, 1)))
    assert (told.benefit, told.on, told.known_on) == ("multi_child_benefit", date(2025, 6, 1), None)
    assert told.facts == record(FAMILY, date(2025, 6, 1))
    with pytest.raises(ReceiptError, match="does not fit its hash"):
        read_receipt(graph(), receipt(date(2025, 6, 1)).replace(b"63030", b"63031"))


def test_what_is_answered_now_comes_with_whether_it_says_the_same() -> None:
    other_files = replace(graph(), law=replace(graph().law, version="another"))
    again = recompute(other_files, receipt(date(2025, 6, 1)))
    assert (again.same, again.same_result) == (False, True)
    assert again.answered is not None
    assert again.answered.amount == Span(63030, 63030)


def test_a_benefit_names_deadlines_that_exist(tmp_path: Path) -> None:
    formulas = f"benefits:\n  more: {{{LABEL}, entitled: right, terms: {{decision: soon}}}}\n"
    faults = graph_faults(tmp_path, formulas, "kz/two/formulas/more.yaml")
    assert len(faults) == 1
    assert "more: decision must name a deadline" in faults[0]


def test_a_decision_whose_values_are_no_longer_signed_is_told_as_an_estimate() -> None:
    on = date(2025, 6, 1)
    basis = find_basis(graph(), ["multi_child_benefit"], on, on)
    signed = sign(basis, "an authority", "a person", on, "the act")
    decided = make_receipt(ask(graph(), "multi_child_benefit", record(FAMILY, on), on, None, Mode.DECIDE, signed))
    assert recompute(graph(), decided, signed).same
    unsigned = recompute(graph(), decided)
    assert (unsigned.same, unsigned.same_result) == (False, True)
    assert "no longer signed" in unsigned.reason
    assert unsigned.answered is not None
    assert unsigned.answered.provisional
