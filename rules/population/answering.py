"""Answers benefits for batches of families: the kernel for all, the exact three answers where it can not tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rules.errors import RuleError
from rules.graph.domain import Answer, Days, Span, is_settled
from rules.graph.evaluator import evaluate_rule
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
        entitled, amount, reasons = {}, {}, {}
        left: list[Open] = []
        for benefit in self.benefits:
            answers = found[benefit]
            if answers.scale != 1:
                raise PopulationError(
                    f"{benefit}: its amount is never rounded to whole tenge, and can not be summed up"
                )
            codes, sums = answers.entitled, answers.amount
            told, reason = self._tell(benefit, columns, np.flatnonzero(codes == CANNOT_TELL_YET), codes, sums)
            left += told
            lawless = np.flatnonzero(codes == NO_LAW)
            if len(lawless) and reason is None:
                reason = self._reason(benefit, record_at(self.graph, columns, int(lawless[0])))
            if reason is not None:
                reasons[benefit] = reason
            sums[codes != YES] = 0
            entitled[benefit], amount[benefit] = codes, sums
        return Answers(entitled, amount, tuple(left), reasons)

    def _tell(
        self,
        benefit: str,
        columns: Columns,
        indexes: NDArray[np.intp],
        codes: NDArray[np.int8],
        sums: NDArray[np.int64],
    ) -> tuple[list[Open], str | None]:
        """Put the exact answers in for families that left something out; return those that stay open."""
        left: list[Open] = []
        reason: str | None = None
        for index in indexes.tolist():
            run = Run(self.graph, record_at(self.graph, columns, index), Days(self.on, self.on), self.known_on)
            try:
                entitled, amount = ask_exactly(run, benefit)
            except RuleError as error:
                codes[index], reason = NO_LAW, str(error)
                continue
            if is_settled(entitled) and (amount is None or amount.settled):
                codes[index] = YES if entitled is Answer.YES else NO
                sums[index] = int(amount.low) if amount is not None else 0
            else:
                left.append(Open(index, benefit, entitled, amount, tuple(sorted(map(str, run.missing.values())))))
        return left, reason

    def _reason(self, benefit: str, record: Record) -> str | None:
        try:
            ask_exactly(Run(self.graph, record, Days(self.on, self.on), self.known_on), benefit)
        except RuleError as error:
            return str(error)
        return None


def ask_exactly(run: Run, benefit: str) -> tuple[Answer, Span | None]:
    """Return the answer that `ask` gives, without looking for what would settle it. Raises as `ask` does."""
    asked = run.graph.benefit(benefit)
    entitled = evaluate_rule(run, asked.entitled)
    amount = evaluate_rule(run, asked.amount) if asked.amount else None
    if not isinstance(entitled, Answer) or not (amount is None or isinstance(amount, Span)):
        raise TypeError(benefit)
    return entitled, amount
