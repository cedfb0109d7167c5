"""Runs benefits over a population: streaming, on every core, with bounded memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from rules.graph.graph import Graph
from rules.graph.reach import facts_of_question
from rules.graph.signing import find_basis
from rules.kernel.national import NO_LAW, National
from rules.population.answering import Answering, Answers
from rules.population.layout import Note, PopulationError, check_incomes
from rules.population.reader import BATCH, Population
from rules.population.results import ResultWriter
from rules.population.summary import COUNTED, Summary, region_places
from rules.population.synthesis import quarter_before

INCOMES = "incomes"
ItemT = TypeVar("ItemT")
Told = Callable[[int], None]


@dataclass(frozen=True)
class Question:
    """What is asked of every family."""

    graph: Graph
    benefits: tuple[str, ...]
    on: date
    known_on: date | None = None

    @property
    def facts(self) -> frozenset[str]:
        """The facts and lists that an answer can rest on."""
        return frozenset(name for benefit in self.benefits for name in facts_of_question(self.graph, benefit))

    def unverified(self) -> tuple[str, ...]:
        """Return the names of the values that an answer can rest on and that nobody has verified."""
        basis = find_basis(self.graph, self.benefits, self.on, self.on)
        return tuple(sorted({entry.name for entry in basis if not entry.verified}))

    def answering(self) -> Answering:
        """Return what answers the question, its code compiled or taken from the cache."""
        kernel = National(self.graph, self.benefits, self.on, self.known_on)
        return Answering(self.graph, self.benefits, self.on, self.known_on, kernel)


def choose_benefits(graph: Graph, named: Sequence[str]) -> tuple[str, ...]:
    """Return the benefits that are named, or all. Raises UnknownNameError with the nearest name."""
    for name in named:
        graph.benefit(name)
    return tuple(dict.fromkeys(named)) or tuple(graph.benefits)


def ahead(items: Iterable[ItemT]) -> Iterator[ItemT]:
    """Yield the items, each next one read while the one before is worked on."""
    source = iter(items)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, source, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, source, None)
            yield item


def run_population(
    population: Population, question: Question, writer: ResultWriter | None, told: Told, size: int = BATCH
) -> Summary:
    """Answer all families, write what was found, and return the sums.

    Raises PopulationError, and what the law says where it has an answer to no benefit for anybody.
    """
    check_question(population.note, question)
    answering = question.answering()
    summary = Summary(question.graph, question.benefits, question.on)
    for batch in ahead(population.only(question.facts | COUNTED).batches(question.on, size)):
        answers = answering.answer(batch.columns)
        if not summary.families.any():
            _refuse_lawless(question, answers)
        places = region_places(batch.columns, summary.regions)
        summary.add(batch.columns, places, answers)
        if writer is not None:
            writer.write(batch, places, answers)
        told(len(batch.ids))
    return summary


def check_question(note: Note, question: Question) -> None:
    """Refuse a day that the population does not stand for. Raises PopulationError."""
    if question.on < note.as_of:
        raise PopulationError(f"the population is as of {note.as_of}: ask for that day or a later one")
    if INCOMES in question.facts:
        check_incomes(note, question.on, quarter_before(question.on))


def _refuse_lawless(question: Question, answers: Answers) -> None:
    if all((answers.entitled[name] == NO_LAW).all() for name in question.benefits):
        raise PopulationError(f"the law answers none of the benefits: {next(iter(answers.reasons.values()))}")
