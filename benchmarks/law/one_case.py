"""One family at a time: the values of all rules, and the full cited explanation, beside OpenFisca."""

import statistics
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from time import perf_counter, perf_counter_ns
from typing import Any

from benchmarks.law.graph_size import asked_on, nodes_in_force, values_of
from benchmarks.law.openfisca import OpenFisca
from benchmarks.law.results import Figures
from rules.errors import RuleError
from rules.graph.domain import Answer, Codes, Days, Value
from rules.graph.explain import Explanation
from rules.graph.facts import read_facts
from rules.graph.graph import Graph
from rules.graph.reach import rules_of
from rules.graph.records import ID, Record
from rules.graph.words import Language
from rules.kernel.explainer import Explainer
from rules.kernel.single import Single

_US = 1000
_REPEATS = 5


def measure_one_case(
    graph: Graph, on: date, records: Sequence[Record], rounds: int, rival: OpenFisca | None, say: Callable[[str], None]
) -> Figures:
    """Return the medians over families and rounds; each round gives every way its turn."""
    start = perf_counter()
    single, explainer = Single(graph, on), Explainer(graph, on, None, Language.RU)
    told = [[name for name in graph.benefits if _answers(explainer, name, record)] for record in records]
    prepared = perf_counter() - start
    stated = [as_stated(record) for record in records]
    ways: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "numbers": (single.run, [single.reader.read(record) for record in records]),
        "values": (single.values, records),
        "explained": (lambda asked: _explain(explainer, *asked), list(zip(told, records, strict=True))),
        "facts_read_and_values": (lambda data: single.values(read_facts(graph, data, on)), stated),
    }
    found: dict[str, list[list[float]]] = {name: [] for name in ways}
    rivals: dict[str, list[list[float]]] = {}
    for turn in range(rounds):
        say(f"One case: round {turn + 1} of {rounds}")
        for name, (work, inputs) in ways.items():
            found[name].append(_time(work, inputs))
        if rival is not None:
            for name, times in rival.ask("time_cases").items():
                rivals.setdefault(name, []).append([time / _US for time in times])
    figures = _own_figures(graph, on, records, told, found)
    figures["prepared_once_s"] = prepared
    return figures | (_ratios(found, rivals) if rivals else {})


def _answers(explainer: Explainer, benefit: str, record: Record) -> bool:
    """Return whether the law of the day gives the family an answer; makes the code that explains it as well."""
    try:
        explainer.explain(benefit, record)
    except RuleError:
        return False
    return True


def _explain(explainer: Explainer, benefits: Sequence[str], record: Record) -> list[Explanation]:
    family = explainer.read(record)
    return [explainer.explain(benefit, family) for benefit in benefits]


def _time(work: Callable[[Any], object], inputs: Sequence[Any]) -> list[float]:
    """Return the microseconds that each input takes."""
    found = []
    for given in inputs:
        start = perf_counter_ns()
        for _ in range(_REPEATS):
            work(given)
        found.append((perf_counter_ns() - start) / _REPEATS / _US)
    return found


def _own_figures(
    graph: Graph,
    on: date,
    records: Sequence[Record],
    told: Sequence[Sequence[str]],
    found: dict[str, list[list[float]]],
) -> Figures:
    """Count nodes two ways: those in force, and their values for a family; of explanations for each question anew."""
    nodes, asked = nodes_in_force(graph, on, graph.rules), asked_on(graph, on)
    values = [values_of(graph, record, on, asked) for record in records]
    of_question = {name: nodes_in_force(graph, on, rules_of(graph, name)) for name in graph.benefits}
    nodes_told = [sum(of_question[name] for name in benefits) for benefits in told]
    values_told = [
        sum(values_of(graph, record, on, [name]) for name in benefits)
        for record, benefits in zip(records, told, strict=True)
    ]
    figures: Figures = {
        "families": len(records),
        "rules": len(graph.rules),
        "nodes_in_force": nodes,
        "node_values_a_family": _median(values),
        "benefits_explained": _median([len(benefits) for benefits in told]),
        "nodes_explained": _median(nodes_told),
    }
    for name in ("numbers", "values", "explained"):
        per = (nodes_told, values_told) if name == "explained" else ([nodes] * len(records), values)
        figures[f"{name}_us"] = _over_rounds(found[name])
        figures[f"{name}_us_per_node"] = _over_rounds([_each(times, per[0]) for times in found[name]])
        figures[f"{name}_us_per_node_value"] = _over_rounds([_each(times, per[1]) for times in found[name]])
    figures["facts_read_and_values_us"] = _over_rounds(found["facts_read_and_values"])
    return figures


def _ratios(found: dict[str, list[list[float]]], rivals: dict[str, list[list[float]]]) -> Figures:
    """Return the medians over the rounds of the ratio within a round: what disturbs a round disturbs both."""

    def ratio(theirs: str, ours: str) -> float:
        pairs = zip(rivals[theirs], found[ours], strict=True)
        return _median([_median(their_times) / _median(our_times) for their_times, our_times in pairs])

    return {
        "openfisca_us": {name: _over_rounds(times) for name, times in rivals.items()},
        "ratio_to_openfisca": ratio("calculate", "facts_read_and_values"),
        "ratio_case_at_hand": ratio("calculate", "values"),
        "ratio_numbers_at_hand": ratio("values_only", "numbers"),
        "ratio_explained": ratio("trace", "explained"),
    }


def _each(times: Sequence[float], counts: Sequence[int]) -> list[float]:
    return [time / count for time, count in zip(times, counts, strict=True)]


def _over_rounds(times: list[list[float]]) -> float:
    return _median([_median(of_round) for of_round in times])


def _median(numbers: Sequence[float]) -> float:
    return statistics.median(numbers)


def as_stated(record: Record) -> dict[str, object]:
    """Return a family as it is stated in JSON or YAML."""
    found: dict[str, object] = {name: _plain(value) for name, value in record.facts.items()}
    for name, records in record.groups.items():
        found[name] = [{ID: entry.id, **as_stated(entry)} for entry in records]
    return found


def _plain(value: Value) -> object:
    if isinstance(value, Answer):
        return value is Answer.YES
    if isinstance(value, Codes):
        return min(value.codes)
    if isinstance(value, Days):
        return value.low.isoformat()
    return value.low if isinstance(value.low, int) else Decimal(value.low.numerator) / value.low.denominator
