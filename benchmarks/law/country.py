"""All families of the country at once: warm, with the memory they need, and the rules that divide apart."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.law.apart import Memory
from benchmarks.law.clock import Took, medians, took
from benchmarks.law.results import Figures
from benchmarks.law.stored import read
from rules.graph.graph import Graph
from rules.graph.reach import rules_of
from rules.graph.reader import read_graph
from rules.kernel.columns import Columns
from rules.kernel.national import National
from rules.loader import load_law

_NS = 1e9


def count_rules(graph: Graph, benefits: Sequence[str]) -> int:
    """Return how many rules the benefits need; one that several need counts once."""
    return len({rule for benefit in benefits for rule in rules_of(graph, benefit)})


def measure_country(file: Path, on: date, rounds: int, threads: int) -> Figures:
    """Return what the whole country takes; to be run in a process of its own."""
    graph, columns = read_graph(load_law()), read(file)
    start = perf_counter()
    everything = National(graph, list(graph.benefits), on)
    prepared = perf_counter() - start
    memory = Memory()
    first_run = took(lambda: everything.run(columns, threads))
    figures: Figures = {
        "families": columns.families,
        "persons": len(columns.facts["birth_date"]),
        "threads": threads,
        "prepared_s": prepared,
        "first_run_s": first_run.seconds,
        "peak_beyond_input_mib": memory.risen_mib(),
    }
    divided = [name for name, kernel in everything.kernels.items() if kernel.divides]
    whole = [name for name in graph.benefits if name not in divided]
    sets = {"all": list(graph.benefits), "without_division": whole, "with_division": divided}
    sets = {name: benefits for name, benefits in sets.items() if benefits}
    figures |= _warm(graph, columns, on, sets, rounds, threads)
    figures["benefits"] = _warm(graph, columns, on, {name: [name] for name in graph.benefits}, rounds, threads)
    judged = figures["without_division" if whole else "all"]
    return figures | {"ns_per_family_and_rule": judged["ns_per_family_and_rule"]}


def _warm(
    graph: Graph, columns: Columns, on: date, sets: Mapping[str, Sequence[str]], rounds: int, threads: int
) -> Figures:
    """Return the medians of each set of benefits; each round gives every set its turn."""
    nationals = {name: National(graph, benefits, on) for name, benefits in sets.items()}
    runs: dict[str, list[Took]] = {name: [] for name in sets}
    for _ in range(rounds):
        for name, national in nationals.items():
            runs[name].append(took(partial(national.run, columns, threads)))
    found: Figures = {}
    for name, benefits in sets.items():
        rules = count_rules(graph, benefits)
        seconds, processor = medians(runs[name])
        each = _NS / columns.families / rules
        found[name] = {
            "benefits": len(benefits),
            "rules": rules,
            "seconds": seconds,
            "ns_per_family_and_rule": seconds * each,
            "processor_s": processor,
            "processor_ns_per_family_and_rule": processor * each,
        }
    return found
