"""Use case of a determination: facts of the record, the answer of the law, and its receipt, kept together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from casemgmt.access.permissions import Permission
from casemgmt.benefits import repository
from casemgmt.benefits.catalogue import needed_by
from casemgmt.benefits.clocks import start_decision
from casemgmt.benefits.commands import MakeDetermination
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.failures import law_failure, require_benefit
from casemgmt.benefits.gathering import Gathered, gather, statements
from casemgmt.benefits.reading import event_of, view_of
from casemgmt.benefits.record import FamilyOnRecord, facts_on_record
from casemgmt.benefits.states import DETERMINATION
from casemgmt.benefits.tables import BenefitDetermination
from casemgmt.benefits.telling import story_of
from casemgmt.benefits.views import DeterminationView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Forbidden, invalid_field
from casemgmt.ids import new_id
from casemgmt.people.policy import local_day
from casemgmt.reference.languages import Language
from rules.errors import RuleError
from rules.graph.answers import Answered, ask
from rules.graph.basis import Mode
from rules.graph.domain import Answer
from rules.graph.explain import explain, walk_steps
from rules.graph.graph import Graph
from rules.graph.nodes import Type
from rules.graph.receipt import make_receipt
from rules.graph.records import Record


@dataclass(frozen=True)
class Question:
    """What the law is asked."""

    benefit: str
    on: date
    known_on: date | None
    mode: Mode


@dataclass(frozen=True)
class Determined:
    """An answer with its receipt and the grounds that a refusal may name."""

    answered: Answered
    receipt: str
    grounds: list[dict[str, Any]]


async def make_determination(
    work: Work, engine: Engine, family_id: UUID, command: MakeDetermination, language: Language
) -> DeterminationView:
    """Ask the law about a family of the record, and keep the answer; the clock runs where somebody has applied."""
    graph = engine.graph
    family = await repository.family_on(work, family_id, command.on)
    require_benefit(graph, command.benefit, "/benefit")
    _check_mode(work, engine, command)
    if command.id is not None and (known := await repository.find_determination(work, command.id)) is not None:
        return await _answer_again(work, engine, known, family_id, command, language)
    await _check_family(work, family, command)
    today = local_day(work.now)
    if command.applied_on is not None and command.applied_on > today:
        raise invalid_field("/applied_on", "applied-in-future", "Nobody applies on a day to come.")
    needed = await engine.officers.run(lambda: needed_by(command.benefit))
    told = [
        *facts_on_record(graph, family, command.applicant_id),
        *statements(graph, needed, command.stated, family.person_ids, today),
    ]
    question = Question(command.benefit, command.on, command.known_on, Mode(command.mode))
    members = family.person_ids

    def answer() -> tuple[Gathered, Determined]:
        gathered = gather(graph, needed, told, members, command.on, language)
        return gathered, determine(engine, gathered.record, question, language)

    gathered, determined = await engine.officers.run(answer)
    case = await repository.case_of(work, members)
    row = determination_of(work, engine, determined, command.id or new_id(), members)
    row.family_id = family_id
    row.sources = gathered.sources
    row.applied_on = command.applied_on
    row.case_id, row.organisation_id = case or (None, family.family.organisation_id)
    await save_new(work, graph, row)
    return await view_of(work, graph, row, language)


def _check_mode(work: Work, engine: Engine, command: MakeDetermination) -> None:
    if command.mode == "estimate":
        return
    if not work.actor.may(Permission.BENEFITS_DECIDE):
        raise Forbidden(f"The mode 'decide' needs the permission '{Permission.BENEFITS_DECIDE}'.")
    if engine.sign_off is None:
        raise Conflict("No authority has signed values here: only estimates are possible.", code="no-sign-off")


async def _check_family(work: Work, family: FamilyOnRecord, command: MakeDetermination) -> None:
    """Refuse an answer for nobody, or for a part of a family."""
    members = family.person_ids
    if await repository.hides_members(work, family.family.id, command.on, await _seen(work, family, command.on)):
        raise Conflict("Some members of this family are not visible to you.", code="family-not-whole")
    if not members:
        raise Conflict("On that day nobody was a member of this family.", code="family-empty")
    if command.applicant_id is not None and command.applicant_id not in members:
        raise invalid_field("/applicant_id", "not-of-family", "On that day this is no member of the family.")


async def _seen(work: Work, family: FamilyOnRecord, on: date) -> list[UUID]:
    """Return the members whom the actor sees, those too who had died or were not born."""
    rows = await work.rows(
        "SELECT person_id FROM family_member WHERE family_id = :family AND since <= :on"
        " AND (until IS NULL OR until >= :on)",
        family=family.family.id,
        on=on,
    )
    return [row["person_id"] for row in rows]


async def _answer_again(
    work: Work,
    engine: Engine,
    known: BenefitDetermination,
    family_id: UUID,
    command: MakeDetermination,
    language: Language,
) -> DeterminationView:
    same = (known.family_id, known.benefit, known.asked_for, known.known_on, known.mode) == (
        family_id, command.benefit, command.on, command.known_on, command.mode
    )  # fmt: skip
    if not same:
        raise Conflict("A record with the same key exists already.", code="already-exists")
    work.record(event_of("benefit.read", known))
    return await view_of(work, engine.graph, known, language)


def determine(engine: Engine, record: Record, question: Question, language: Language) -> Determined:
    """Ask the law. Raises the failure that names the value and the day, or what is not verified."""
    graph = engine.graph
    try:
        answered = ask(graph, question.benefit, record, question.on, question.known_on, question.mode, engine.sign_off)
    except RuleError as error:
        raise law_failure(graph, error, language) from error
    return Determined(answered, make_receipt(answered).decode(), list(_grounds(graph, answered)))


def _grounds(graph: Graph, answered: Answered) -> Iterator[dict[str, Any]]:
    """Yield the conditions that stand against the entitlement, outermost first, each with its law."""
    told: set[str] = set()
    for step in walk_steps(explain(answered).steps[:1]):
        citation = step.ground.citation if step.ground else None
        if step.value is not Answer.NO or citation is None or graph.rules[step.rule].type is not Type.TRUTH:
            continue
        if step.rule not in told:
            told.add(step.rule)
            yield {"rule": step.rule, "act": citation.act, "article": citation.article}


def determination_of(
    work: Work, engine: Engine, determined: Determined, row_id: UUID, person_ids: list[UUID]
) -> BenefitDetermination:
    """Return the row of an answer; family, case and sources stand in columns that the caller sets."""
    answered = determined.answered
    amount = answered.amount
    signed = engine.signed
    return BenefitDetermination(
        id=row_id,
        person_ids=person_ids,
        state=DETERMINATION.initial,
        benefit=answered.benefit,
        mode=str(answered.mode),
        asked_for=answered.on,
        known_on=answered.known_on,
        entitled=str(answered.entitled),
        amount_low=None if amount is None else str(amount.low),
        amount_high=None if amount is None else str(amount.high),
        settled=answered.settled,
        provisional=answered.provisional,
        receipt=determined.receipt,
        grounds=determined.grounds if answered.entitled is Answer.NO else [],
        rules_version=answered.run.graph.law.version,
        sign_off_authority=signed.sign_off.authority if signed else None,
        sign_off_example=signed.sign_off.example if signed else False,
        sign_off_digest=signed.digest if signed else None,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )


async def save_new(work: Work, graph: Graph, row: BenefitDetermination) -> None:
    """Save a determination with its clock, where somebody has applied, and its entry in the story of the case."""
    clocks = [start_decision(work, graph, row)] if row.applied_on is not None else []
    told = story_of(work, "benefit.determined", row)
    await work.save(event_of("benefit.determined", row), row, *clocks, *([told] if told else []))
