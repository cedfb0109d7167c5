"""Asks for a benefit: yes, no or cannot tell yet, the amount, and the facts that would settle it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rules.graph.basis import Mode, NotVerifiedError, SignOff, not_verified
from rules.graph.conditions import Broken, find_broken
from rules.graph.domain import Answer, Days, Span, is_settled
from rules.graph.evaluator import evaluate_rule
from rules.graph.graph import Graph
from rules.graph.records import FactRef, Record
from rules.graph.run import Run, Used
from rules.graph.settle import MOST_WORK, Settling, find_settling


@dataclass(frozen=True)
class Answered:
    """The answer to one question, with everything it rests on."""

    benefit: str
    on: date
    known_on: date | None
    mode: Mode
    entitled: Answer
    amount: Span | None
    settling: Settling
    judged: tuple[FactRef, ...]
    not_verified: tuple[Used, ...]
    run: Run

    @property
    def provisional(self) -> bool:
        """Whether some value under the answer is not verified."""
        return bool(self.not_verified)

    @property
    def missing(self) -> tuple[FactRef, ...]:
        """The facts that were asked for and are not stated; none when they can change nothing."""
        return self.settling.missing

    @cached_property
    def notices(self) -> tuple[Broken, ...]:
        """What the case should bring for this question and does not; it moves no answer, but a person should know."""
        run = Run(self.run.graph, self.run.case, self.run.on, self.known_on, results=self.run.results)
        return tuple(find_broken(run, run.graph.notices.get(self.benefit, ())))

    @property
    def settled(self) -> bool:
        """Whether both the entitlement and the amount are known exactly."""
        return is_settled(self.entitled) and (self.amount is None or self.amount.settled)


def ask(
    graph: Graph,
    benefit: str,
    case: Record,
    on: date,
    known_on: date | None = None,
    mode: Mode = Mode.ESTIMATE,
    sign_off: SignOff | None = None,
    most_work: int = MOST_WORK,
) -> Answered:
    """Answer whether the case is entitled to the benefit on the day, and to how much.

    `most_work` bounds the search for the few facts that would settle an open answer; whoever asks about many benefits
    at once gives each a share. It moves no answer.

    Raises UnknownNameError, NotInForceError, NotKnownYetError, BeyondConfirmedError; in the mode `decide`
    NotVerifiedError.
    """
    asked = graph.benefit(benefit)
    run = Run(graph, case, Days(on, on), known_on, traced=True)
    entitled, amount = evaluate_benefit(run, benefit)
    open_facts = not is_settled(entitled) or not (amount is None or amount.settled)
    settling = find_settling(run, asked, most_work) if open_facts else Settling()
    unverified = not_verified(run.used.values(), sign_off)
    if mode is Mode.DECIDE and unverified:
        raise NotVerifiedError(unverified)
    judged = tuple(
        ref for ref in settling.missing if ref.name in graph.facts and graph.facts[ref.name].judgement is not None
    )
    return Answered(
        benefit, on, known_on, mode, entitled, amount, settling, judged, tuple(unverified), run
    )  # fmt: skip


def evaluate_benefit(run: Run, benefit: str) -> tuple[Answer, Span | None]:
    """Return who is entitled and to how much, without what would settle it. Raises as `ask` does."""
    asked = run.graph.benefit(benefit)
    entitled = evaluate_rule(run, asked.entitled)
    amount = evaluate_rule(run, asked.amount) if asked.amount else None
    if not isinstance(entitled, Answer) or not (amount is None or isinstance(amount, Span)):
        raise TypeError(benefit)
    if amount is not None and asked.amount and amount.low < 0 < amount.high:
        # Ranges forget that who is entitled has no more than the threshold; no benefit is less than nothing.
        amount = run.results[asked.amount, ()] = Span(0, amount.high)
    return entitled, amount
