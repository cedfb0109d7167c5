"""Use case of a recomputation: the same facts under the law of another day, or as it was known then."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.benefits import repository
from casemgmt.benefits.commands import RecomputeDetermination
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.failures import law_failure
from casemgmt.benefits.labels import label_of
from casemgmt.benefits.reading import amount_view, event_of
from casemgmt.benefits.tables import BenefitDetermination, BenefitRecomputation
from casemgmt.benefits.telling import story_of
from casemgmt.benefits.views import (
    LawValueView,
    MovedView,
    OutcomeView,
    RecomputationsView,
    RecomputationView,
)
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Invalid
from casemgmt.ids import new_id
from casemgmt.reference.languages import Language
from rules.errors import RuleError
from rules.graph.answers import Answered, ask
from rules.graph.facts import FactsError, read_kept_facts
from rules.graph.graph import Graph
from rules.graph.receipt import Moved, ReceiptError, find_moved, make_receipt, read_receipt

_LAW_VALUE = set(LawValueView.model_fields)


@dataclass(frozen=True)
class Again:
    """An answer, its receipt, and what of the law moved since the first."""

    answered: Answered
    receipt: bytes
    moved: tuple[Moved, ...]


async def recompute_determination(
    work: Work, engine: Engine, determination_id: UUID, command: RecomputeDetermination, language: Language
) -> RecomputationView:
    """Ask again and keep what came out beside the determination, of which nothing changes."""
    row = await repository.get_determination(work, determination_id)
    first = row.receipt.encode()
    again = await engine.officers.run(lambda: _ask_again(engine, first, command, language))
    amount = again.answered.amount
    low, high = (None, None) if amount is None else (str(amount.low), str(amount.high))
    recomputation = BenefitRecomputation(
        id=new_id(),
        determination_id=row.id,
        asked_for=again.answered.on,
        known_on=again.answered.known_on,
        entitled=str(again.answered.entitled),
        amount_low=low,
        amount_high=high,
        difference=_difference((row.amount_low, row.amount_high), (low, high)),
        provisional=again.answered.provisional,
        moved=[_moved(each) for each in again.moved],
        receipt=again.receipt.decode(),
        rules_version=again.answered.run.graph.law.version,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    about = event_of("benefit.recomputed", row)
    event = Event(about.kind, "benefit_recomputation", (recomputation.id, *about.record_ids), case_id=row.case_id)
    told = story_of(work, "benefit.recomputed", row, for_day=recomputation.asked_for.isoformat())
    await work.save(event, recomputation, *([told] if told else []))
    return _view(engine.graph, row, recomputation, language)


async def list_recomputations(
    work: Work, engine: Engine, determination_id: UUID, language: Language
) -> RecomputationsView:
    """Return the recomputations of a determination, and record that they were read."""
    row = await repository.get_determination(work, determination_id)
    work.record(event_of("benefit.recomputations_read", row))
    found = await repository.recomputations_of(work, determination_id)
    return RecomputationsView(items=[_view(engine.graph, row, each, language) for each in found])


def _ask_again(engine: Engine, first: bytes, command: RecomputeDetermination, language: Language) -> Again:
    """Ask as an estimate: what comes out decides about nothing, so unsigned values are named and not refused."""
    graph = engine.graph
    try:
        told = read_receipt(graph, first)
    except ReceiptError as error:
        raise Conflict("The receipt can't be read by the rules of today.", code="receipt-unreadable") from error
    on = command.on or told.on
    try:
        facts = read_kept_facts(graph, told.given, on)
    except FactsError as error:
        raise Invalid("Some facts of the receipt are of a later day.", code="facts-of-later-day") from error
    try:
        answered = ask(graph, told.benefit, facts, on, command.known_on, sign_off=engine.sign_off)
    except RuleError as error:
        raise law_failure(graph, error, language) from error
    receipt = make_receipt(answered)
    return Again(answered, receipt, find_moved(first, receipt))


def _difference(before: tuple[str | None, str | None], after: tuple[str | None, str | None]) -> str | None:
    if before[0] is None or after[0] is None or before[0] != before[1] or after[0] != after[1]:
        return None
    return str(Fraction(after[0]) - Fraction(before[0]))


def _moved(found: Moved) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "name": found.name,
        "before": [{key: entry[key] for key in _LAW_VALUE} for entry in found.before],
        "after": [{key: entry[key] for key in _LAW_VALUE} for entry in found.after],
    }


def _view(
    graph: Graph, row: BenefitDetermination, found: BenefitRecomputation, language: Language
) -> RecomputationView:
    kept = {"id", "determination_id", "known_on", "difference", "provisional", "rules_version"}
    return RecomputationView(
        **found.model_dump(include=kept | {"created_at", "created_by_id"}),
        on=found.asked_for,
        before=_outcome(graph, row.benefit, row),
        after=_outcome(graph, row.benefit, found),
        moved=[
            MovedView(
                kind=each["kind"],
                name=each["name"],
                label=label_of(each["name"], language),
                before=[LawValueView(**entry) for entry in each["before"]],
                after=[LawValueView(**entry) for entry in each["after"]],
            )
            for each in found.moved
        ],
    )


def _outcome(graph: Graph, benefit: str, row: BenefitDetermination | BenefitRecomputation) -> OutcomeView:
    amount = amount_view(graph, benefit, row.amount_low, row.amount_high)
    return OutcomeView.model_validate({"entitled": row.entitled, "amount": amount})
