"""Row by row: the answer for one family against the kernel, on random families; not a tenge may differ."""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from multiprocessing import get_context

from benchmarks.law.random_families import LOT, draw_lot
from benchmarks.law.results import Figures
from rules.errors import RuleError
from rules.graph.answers import ask
from rules.graph.domain import Answer, Span
from rules.graph.graph import Graph
from rules.graph.models import Benefit
from rules.graph.reader import read_graph
from rules.graph.records import Record
from rules.kernel.columns import record_at
from rules.kernel.national import CANNOT_TELL_YET, NO, NO_LAW, YES, Entitlements, National
from rules.kernel.single import Single
from rules.loader import load_law

DAYS = (date(2026, 3, 1), date(2024, 2, 29))
_ANSWERS = {Answer.YES: YES, Answer.NO: NO, Answer.OPEN: CANNOT_TELL_YET}
_SHOWN = 5
_UNKNOWN, _UNKNOWN_EVERY = 0.02, 8
_ASK_EVERY = 50
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
    found = Compared()
    for index in range(families):
        record = record_at(graph, columns, index)
        found.counts["families"] += 1
        where = f"lot {seed}, family {index}"
        if not partly:
            values = single.values(record)
            for name, benefit in graph.benefits.items():
                found.note("single", _told(benefit, values), _kernel(answers[name], index), f"{where}, {name}")
        if partly or index % _ASK_EVERY == 0:
            _compare_asked(
                found, graph, record, on, {name: _kernel(own, index) for name, own in answers.items()}, where
            )
    return found


def _told(benefit: Benefit, values: Mapping[str, object]) -> Told:
    entitled = values[benefit.entitled]
    amount = values[benefit.amount] if benefit.amount else Span(0, 0)
    if not isinstance(entitled, Answer) or not isinstance(amount, Span):
        return NO_LAW, 0
    return _ANSWERS[entitled], amount.low


def _kernel(own: Entitlements, index: int) -> Told:
    amount = int(own.amount[index])
    return int(own.entitled[index]), amount if own.scale == 1 else Fraction(amount, own.scale)


def _compare_asked(
    found: Compared, graph: Graph, record: Record, on: date, kernel: Mapping[str, Told], where: str
) -> None:
    """Compare with the evaluator that explains; where a fact is missing the kernel may say less, never otherwise."""
    for name, own in kernel.items():
        try:
            answered = ask(graph, name, record, on)
        except RuleError:
            told: Told = (NO_LAW, 0)
        else:
            told = (_ANSWERS[answered.entitled], answered.amount.low if answered.amount else 0)
        if own[0] == CANNOT_TELL_YET:
            found.counts["kernel_cannot_tell"] += 1
            found.counts["kernel_cannot_tell_but_evaluator_can"] += told[0] in {YES, NO}
        else:
            found.note("evaluator", told, own, f"{where}, {name}")


def measure_exactness(families: int, processes: int) -> Figures:
    """Return how many answers were compared and how many differ, over all lots."""
    found = Compared()
    for part in _lots(families, processes):
        found.add(part)
    counts = found.counts
    return {
        **dict(sorted(counts.items())),
        "different": counts["single_different"] + counts["evaluator_different"],
        "first_differences": found.parted,
    }


def _lots(families: int, processes: int) -> Iterator[Compared]:
    seeds = range(-(-families // LOT))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(compare_lot, seeds, chunksize=8)
