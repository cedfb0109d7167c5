"""Row by row: the answer for one family against the kernel, on random families; not a tenge may differ."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from multiprocessing import get_context

from benchmarks.law.random_families import LOT, draw_lot
from benchmarks.law.results import Figures
from rules.errors import RuleError
from rules.graph.domain import Answer, Days, Span
from rules.graph.evaluator import evaluate_rule
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.reader import read_graph
from rules.graph.records import Record
from rules.graph.run import Run
from rules.kernel.columns import Columns, record_at
from rules.kernel.national import CANNOT_TELL_YET, NO, NO_LAW, YES, Entitlements, National
from rules.kernel.single import Lists, Single
from rules.loader import load_law

DAYS = (date(2026, 3, 1), date(2024, 2, 29))
_SHOWN = 5
_TENTHS = 10
_UNKNOWN, _UNKNOWN_EVERY = 0.02, 21
_WHOLE_EVERY, _EVALUATOR_EVERY = 10, 50
Told = tuple[int, Fraction | int]


@dataclass
class Compared:
    """What was compared, and the first places where two ways part."""

    counts: Counter[str] = field(default_factory=Counter)
    parted: list[str] = field(default_factory=list)

    def note(self, way: str, told: Told, kernel: Told, where: str) -> None:
        """Take in one answer of a way beside the kernel's."""
        self.counts[way] += 1
        if told != kernel:
            self.counts[f"{way}_different"] += 1
            if len(self.parted) < _SHOWN:
                self.parted.append(f"{where}: {way} says {_words(told)}, the kernel {_words(kernel)}")

    def add(self, other: "Compared") -> None:
        """Take in what another process compared."""
        self.counts += other.counts
        self.parted = (self.parted + other.parted)[:_SHOWN]


def _words(told: Told) -> str:
    return f"{('no', 'yes', 'cannot tell yet', 'no law')[told[0]]}, {told[1]}"


@lru_cache
def _ready(on: date, *, partly: bool) -> tuple[Graph, Single, National]:
    """Return what answers: for families that leave out facts the kernel is another one."""
    graph = read_graph(load_law())
    return (
        graph,
        _ready(on, partly=False)[1] if partly else Single(graph, on),
        National(graph, list(graph.benefits), on),
    )


def compare_lot(seed: int, families: int = LOT) -> Compared:
    """Compare every answer for one lot of random families; in some lots facts are missing."""
    on = DAYS[seed % len(DAYS)]
    partly = seed % _UNKNOWN_EVERY == _UNKNOWN_EVERY - 1
    graph, single, national = _ready(on, partly=partly)
    columns = draw_lot(graph, on, families, seed, _UNKNOWN if partly else 0.0)
    answers = national.run(columns, 1)
    read = ListReader(graph, columns)
    found = Compared()
    for index in range(families):
        found.counts["families"] += 1
        kernel = {name: _kernel(own, index) for name, own in answers.items()}
        where = f"lot {seed}, family {index}"
        if not partly:
            _note_all(found, "single", _numbers(graph, single, read.family(index)), kernel, where)
        if partly or index % _WHOLE_EVERY == 0:
            record = record_at(graph, columns, index)
            if not partly:
                _note_all(found, "single_from_a_case", _values(graph, single, record), kernel, where)
            if partly or index % _EVALUATOR_EVERY == 0:
                _note_all(found, "evaluator", _evaluated(graph, record, on), kernel, where)
    return found


def _note_all(found: Compared, way: str, told: Mapping[str, Told], kernel: Mapping[str, Told], where: str) -> None:
    """Compare all benefits; where a fact is missing the kernel may say less than the evaluator, never otherwise."""
    for name, own in kernel.items():
        if own[0] == CANNOT_TELL_YET:
            found.counts["kernel_cannot_tell"] += 1
            found.counts["kernel_cannot_tell_but_evaluator_can"] += told[name][0] in {YES, NO}
        else:
            found.note(way, told[name], own, f"{where}, {name}")


def _kernel(own: Entitlements, index: int) -> Told:
    return int(own.entitled[index]), _over(int(own.amount[index]), own.scale)


def _over(top: int, scale: int) -> Fraction | int:
    return top if scale == 1 else Fraction(top, scale)


def _numbers(graph: Graph, single: Single, lists: Lists) -> dict[str, Told]:
    """Return the answers as the generated function gives them, in whole numbers."""
    found, places = single.run(lists), single.whole.columns
    told: dict[str, Told] = {}
    for name, benefit in graph.benefits.items():
        entitled = places[benefit.entitled]
        amount = places[benefit.amount] if benefit.amount else None
        if found[entitled.fault] or (amount and found[amount.fault]):
            told[name] = NO_LAW, 0
        else:
            told[name] = (
                YES if found[entitled.top] else NO,
                _over(int(found[amount.top]), amount.scale) if amount else 0,
            )
    return told


def _values(graph: Graph, single: Single, record: Record) -> dict[str, Told]:
    """Return the answers as one case gets them."""
    values = single.values(record)
    return {
        name: _told(values[benefit.entitled], values[benefit.amount] if benefit.amount else Span(0, 0))
        for name, benefit in graph.benefits.items()
    }


def _evaluated(graph: Graph, record: Record, on: date) -> dict[str, Told]:
    """Return the answers of the evaluator that explains."""
    run, told = Run(graph, record, Days(on, on)), {}
    for name, benefit in graph.benefits.items():
        try:
            entitled = evaluate_rule(run, benefit.entitled)
            told[name] = _told(entitled, evaluate_rule(run, benefit.amount) if benefit.amount else Span(0, 0))
        except RuleError:
            told[name] = NO_LAW, 0
    return told


def _told(entitled: object, amount: object) -> Told:
    if not isinstance(entitled, Answer) or not isinstance(amount, Span):
        return NO_LAW, 0
    if entitled is Answer.OPEN or not amount.settled:
        return CANNOT_TELL_YET, 0
    return YES if entitled is Answer.YES else NO, amount.low


class ListReader:
    """Gives the facts of one family after the other as the generated function reads them."""

    def __init__(self, graph: Graph, columns: Columns) -> None:
        """Turn the columns into lists, once."""
        self._facts = {name: column.tolist() for name, column in columns.facts.items()}
        self._offsets = {name: offsets.tolist() for name, offsets in columns.offsets.items()}
        scopes = (FAMILY, *graph.groups)
        self._of = {scope: (tuple(graph.facts_of(scope)), tuple(graph.groups_of(scope))) for scope in scopes}

    def family(self, index: int) -> Lists:
        """Return the facts of the family at that place."""
        found = Lists({}, {}, {})
        waiting = [(FAMILY, index, index + 1)]
        for scope, first, last in waiting:
            facts, groups = self._of[scope]
            for name in facts:
                found.facts[name] = self._facts[name][first:last]
            for group in groups:
                bounds = self._offsets[group][first : last + 1]
                found.begins[group] = [bound - bounds[0] for bound in bounds]
                waiting.append((group, bounds[0], bounds[-1]))
        return found


def measure_exactness(families: int, processes: int, say: Callable[[str], None]) -> Figures:
    """Return how many answers were compared and how many differ, over all lots."""
    found, told = Compared(), 0
    for part in _lots(families, processes):
        found.add(part)
        tenth = _TENTHS * found.counts["families"] // families
        if tenth > told:
            told = tenth
            say(f"{found.counts['families']:,} of {families:,} random families compared")
    counts = found.counts
    return {
        **dict(sorted(counts.items())),
        "different": sum(count for name, count in counts.items() if name.endswith("_different")),
        "first_differences": found.parted,
    }


def _lots(families: int, processes: int) -> Iterator[Compared]:
    seeds = range(-(-families // LOT))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(compare_lot, seeds, chunksize=8)
