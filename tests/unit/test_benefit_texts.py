"""The words beside answers: in three languages, for every fault that a fact can have."""

import re

import pytest

from casemgmt.benefits.wording import Fault, say_fault, texts
from casemgmt.demo.sign_off import BENEFITS, FIRST, LAST, example_sign_off
from casemgmt.reference.languages import FALLBACK_ORDER
from rules.graph.basis import read_sign_off
from rules.graph.reader import read_graph
from rules.graph.signing import find_basis, review
from rules.loader import load_law


@pytest.mark.parametrize("code", list(texts()))
def test_every_text_stands_in_three_languages_with_the_same_places(code: str) -> None:
    words = texts()[code]
    assert set(words) == set(FALLBACK_ORDER)
    places = {language: set(re.findall(r"\{(\w+)\}", text)) for language, text in words.items()}
    assert len({frozenset(found) for found in places.values()}) == 1, places


def test_the_limits_of_a_fact_are_put_in() -> None:
    fault = Fault("fact-number", {"least": 1, "most": 9})
    assert say_fault(fault, "en") == "A whole number from 1 to 9 is needed."


def test_the_example_of_a_sign_off_names_itself_as_one_and_holds_for_what_the_demo_decides() -> None:
    text = example_sign_off()
    assert text.startswith("# EXAMPLE.")
    sign_off = read_sign_off("example", text.encode())
    assert sign_off.example
    assert "not an authority" in sign_off.authority
    assert {entry.signed_by for entry in sign_off.values} == {"nobody (example)"}
    graph = read_graph(load_law())
    assert review(graph, sign_off, find_basis(graph, BENEFITS, FIRST, LAST)).in_order
