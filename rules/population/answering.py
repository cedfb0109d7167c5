"""Answers benefits for batches of families: the kernel for all, the exact three answers where it can not tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rules.errors import RuleError
from rules.graph.answers import evaluate_benefit
from rules.graph.domain import Answer, Days, Span, is_settled
from rules.graph.graph import Graph
from rules.graph.records import Record
from rules.graph.run import Run
from rules.kernel.columns import Columns, record_at
from rules.kernel.national import CANNOT_TELL_YET, NO, NO_LAW, YES, Entitlements
from rules.population.layout import PopulationError

WORDS = (str(Answer.NO), str(Answer.YES), str(Answer.OPEN), "no_answer_in_law")


class Kernel(Protocol):
    """What answers many families at once."""

    def run(self, columns: Columns, threads: int | None = None) -> dict[str, Entitlements]:
        """Return by benefit who is entitled, and to how much."""


@dataclass(frozen=True, slots=True)
class Open:
    """What can be told of a family that left out something that matters."""

    index: int
    benefit: str
    entitled: Answer
    amount: Span | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """The answers for one batch: amounts are whole tenge, 0 for whoever is not entitled or not told."""

    entitled: Mapping[str, NDArray[np.int8]]
    amount: Mapping[str, NDArray[np.int64]]
    open: tuple[Open, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Answering:
    """Answers some benefits of one graph for one day."""

    graph: Graph
    benefits: Sequence[str]
    on: date
    known_on: date | None
    kernel: Kernel

    def answer(self, columns: Columns) -> Answers:
        """Answer all families. Raises PopulationError for an amount that is not in whole tenge."""
        found = self.kernel.run(columns)
        for benefit in self.benefits:
            if found[benefit].scale != 1:
                raise PopulationError(
                    f"{benefit}: its amount is never rounded to whole tenge, and can not be summed up"
                )
        reasons: dict[str, str] = {}
        left = tuple(self._tell(columns, found, reasons))
        for benefit in self.benefits:
            lawless = np.flatnonzero(found[benefit].entitled == NO_LAW)
            if len(lawless) and benefit not in reasons:
                self._ask(benefit, record_at(self.graph, columns, int(lawless[0])), reasons)
            found[benefit].amount[found[benefit].entitled != YES] = 0
        entitled = {benefit: found[benefit].entitled for benefit in self.benefits}
        return Answers(entitled, {benefit: found[benefit].amount for benefit in self.benefits}, left, reasons)

    def _tell(self, columns: Columns, found: Mapping[str, Entitlements], reasons: dict[str, str]) -> Iterator[Open]:
        """Put the exact answers in for families that left something out, and yield those that stay open."""
        asked = [np.flatnonzero(found[benefit].entitled == CANNOT_TELL_YET) for benefit in self.benefits]
        for index in np.unique(np.concatenate(asked)).tolist():
            record = record_at(self.graph, columns, index)
            for benefit in self.benefits:
                answers = found[benefit]
                if answers.entitled[index] != CANNOT_TELL_YET:
                    continue
                told = self._ask(benefit, record, reasons)
                if told is None:
                    answers.entitled[index] = NO_LAW
                    continue
                entitled, amount, missing = told
                if is_settled(entitled) and (amount is None or amount.settled):
                    answers.entitled[index] = YES if entitled is Answer.YES else NO
                    answers.amount[index] = int(amount.low) if amount is not None else 0
                else:
                    yield Open(index, benefit, entitled, amount, missing)

    def _ask(
        self, benefit: str, record: Record, reasons: dict[str, str]
    ) -> tuple[Answer, Span | None, tuple[str, ...]] | None:
        """Return the exact answer and what is missing; nothing, and the reason, where the law gives none."""
        run = Run(self.graph, record, Days(self.on, self.on), self.known_on)
        try:
            entitled, amount = evaluate_benefit(run, benefit)
        except RuleError as error:
            reasons.setdefault(benefit, str(error))
            return None
        return entitled, amount, tuple(sorted(str(ref) for ref in run.missing.values()))
