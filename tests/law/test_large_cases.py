"""A case of many records, with nothing known of them, is answered without minutes of trying what could settle it."""

from datetime import date

import pytest

from rules.graph import settle
from rules.graph.answers import ask
from rules.graph.facts import read_facts
from rules.graph.reader import read_graph
from rules.loader import load_law

ON = date(2026, 3, 15)


def test_a_large_case_gets_fewer_trials_than_a_small_one_and_says_that_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = read_graph(load_law())
    evaluated = 0
    original = settle.evaluate_rule

    def count(run: settle.Run, name: str) -> object:
        nonlocal evaluated
        evaluated += 1
        return original(run, name)

    monkeypatch.setattr(settle, "evaluate_rule", count)
    members = [{"incomes": [{}, {}, {}]} for _ in range(20)]
    large = ask(graph, "targeted_social_assistance", read_facts(graph, {"members": members}, ON), ON)
    assert not large.settling.complete
    assert len(large.missing) > 100
    assert evaluated < 300
