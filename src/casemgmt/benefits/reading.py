"""Determinations as readers see them, and their explanation worked out again from the receipt."""

import json
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.benefits import repository
from casemgmt.benefits.answer_views import AmountView, SignOffView
from casemgmt.benefits.answers import answer_view
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.labels import label_of
from casemgmt.benefits.record import MEMBERS
from casemgmt.benefits.states import DETERMINATION, DeterminationFacts
from casemgmt.benefits.tables import BenefitDetermination
from casemgmt.benefits.views import (
    DeterminationExplainedView,
    DeterminationSummary,
    DeterminationView,
    FactUsedView,
    GroundOfRefusalView,
    RefusedOnView,
    SourceView,
)
from casemgmt.benefits.wording import say_notice
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.models import AllowedActionView
from casemgmt.people.repository import get_family
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list
from casemgmt.states import AllowedAction
from rules.graph.explain import explain
from rules.graph.graph import Graph
from rules.graph.receipt import Recomputed, recompute
from rules.graph.words import Language as RuleLanguage
from rules.parameters import NOT_SEEN

Outcome = Literal["reproduced", "same_answer", "other_answer", "impossible"]
_SUMMARY = DeterminationSummary.model_fields.keys() - {"label", "on", "amount", "sign_off"}


async def read_determination(
    work: Work, engine: Engine, determination_id: UUID, language: Language
) -> DeterminationView:
    """Return a determination in full, and record whose facts were shown."""
    row = await repository.get_determination(work, determination_id)
    work.record(event_of("benefit.read", row))
    return await view_of(work, engine.graph, row, language)


async def list_of_family(
    work: Work, engine: Engine, family_id: UUID, limit: int, cursor: str | None, language: Language
) -> paging.Page[DeterminationSummary]:
    """Return a page of the determinations of a family, the newest first."""
    await get_family(work, family_id)
    name = f"determinations/{family_id}"
    rows = await repository.determinations_of(work, family_id, limit + 1, paging.decode(name, cursor))
    return _page(work, engine, name, rows, limit, language)


async def list_here(
    work: Work, engine: Engine, state: str | None, limit: int, cursor: str | None, language: Language
) -> paging.Page[DeterminationSummary]:
    """Return a page of the determinations of the actor's cases, body and region, the newest first."""
    name = f"determinations/{state or 'all'}"
    rows = await repository.determinations_here(work, limit + 1, paging.decode(name, cursor), state)
    return _page(work, engine, name, rows, limit, language)


def _page(
    work: Work, engine: Engine, name: str, rows: list[BenefitDetermination], limit: int, language: Language
) -> paging.Page[DeterminationSummary]:
    found = [DeterminationSummary(**_summary(engine.graph, row, language)) for row in rows]
    page = paging.page(name, found, limit, lambda item: paging.Position(item.created_at, item.id))
    work.record(Event("benefit.listed", "benefit_determination", tuple(item.id for item in page.items)))
    return page


async def explain_determination(
    work: Work, engine: Engine, determination_id: UUID, language: Language
) -> DeterminationExplainedView:
    """Recompute a determination from its receipt and explain it; says so where that is no longer the same."""
    row = await repository.get_determination(work, determination_id)
    work.record(event_of("benefit.explained", row))
    receipt = row.receipt.encode()
    return await engine.officers.run(lambda: _explain(engine, determination_id, receipt, language))


def _explain(engine: Engine, determination_id: UUID, receipt: bytes, language: Language) -> DeterminationExplainedView:
    again = recompute(engine.graph, receipt, engine.sign_off)
    outcome = _outcome(again)
    told = explain(again.answered, RuleLanguage(language)) if again.answered else None
    return DeterminationExplainedView(
        determination_id=determination_id,
        outcome=outcome,
        notice=say_notice(f"explained-{outcome.replace('_', '-')}", language),
        answer=None if told is None else answer_view(told, engine.signed, language),
    )


def _outcome(again: Recomputed) -> Outcome:
    if again.same:
        return "reproduced"
    if again.answered is None:
        return "impossible"
    return "same_answer" if again.same_result else "other_answer"


def event_of(kind: str, row: BenefitDetermination) -> Event:
    """Return the audit event of an act on a determination: it names everybody whose facts are in it."""
    return Event(kind, "benefit_determination", (row.id, row.family_id, *row.person_ids), case_id=row.case_id)


async def facts_of(work: Work, row: BenefitDetermination, *, appeal_upheld: bool = False) -> DeterminationFacts:
    """Return what the guards of the route need."""
    return DeterminationFacts(
        mode=row.mode,
        settled=row.settled,
        entitled=row.entitled,
        proposed_by_id=row.proposed_by_id,
        offer_open=await repository.has_open_offer(work, row.id),
        granted_already=await repository.is_granted(work, row),
        appeal_upheld=appeal_upheld,
    )


async def view_of(work: Work, graph: Graph, row: BenefitDetermination, language: Language) -> DeterminationView:
    """Return the determination as this actor sees it, with the actions that are allowed now."""
    told = json.loads(row.receipt)
    actions = DETERMINATION.allowed_actions(work.actor, row.state, await facts_of(work, row))
    kept = {"person_ids", "note", "proposed_at", "return_reason", "set_aside_reason", "rules_version"}
    return DeterminationView(
        **_summary(graph, row, language),
        **row.model_dump(include=kept),
        facts=[_fact(told["facts"], entry, language) for entry in row.sources],
        missing=told["result"]["missing"],
        not_verified=told["not_verified"],
        grounds=[_ground(entry, language) for entry in row.grounds],
        refused_on=_refused_on(row, language),
        allowed_actions=[action_view(action) for action in actions],
    )


def action_view(action: AllowedAction) -> AllowedActionView:
    """Return an action as readers get it."""
    return AllowedActionView.model_validate(action)


def amount_view(graph: Graph, benefit: str, low: str | None, high: str | None) -> AmountView | None:
    """Return a stored amount."""
    if low is None or high is None:
        return None
    known = graph.benefits.get(benefit)
    unit = graph.rules[known.amount].unit if known and known.amount else None
    return AmountView(low=low, high=high, exact=low == high, unit=unit or "tenge")


def _summary(graph: Graph, row: BenefitDetermination, language: Language) -> dict[str, Any]:
    return row.model_dump(include=set(_SUMMARY)) | {
        "label": label_of(row.benefit, language),
        "on": row.asked_for,
        "amount": amount_view(graph, row.benefit, row.amount_low, row.amount_high),
        "sign_off": _signed(row, language),
    }


def _signed(row: BenefitDetermination, language: Language) -> SignOffView | None:
    if row.sign_off_authority is None or row.sign_off_digest is None:
        return None
    return SignOffView(
        authority=row.sign_off_authority,
        example=row.sign_off_example,
        digest=row.sign_off_digest,
        notice=say_notice("example-sign-off", language) if row.sign_off_example else None,
    )


def _fact(facts: Mapping[str, Any], entry: Mapping[str, Any], language: Language) -> FactUsedView:
    person_id = entry["person_id"]
    of = facts if person_id is None else next(m for m in facts[MEMBERS] if m["id"] == person_id)
    return FactUsedView(
        person_id=person_id,
        fact=entry["fact"],
        label=label_of(entry["fact"], language),
        value=of.get(entry["fact"]),
        sources=[SourceView(**source) for source in entry["sources"]],
    )


def _ground(entry: Mapping[str, Any], language: Language) -> GroundOfRefusalView:
    return GroundOfRefusalView(
        label=label_of(entry["rule"], language), article_seen=entry["article"] != NOT_SEEN, **entry
    )


def _refused_on(row: BenefitDetermination, language: Language) -> RefusedOnView | None:
    if row.article is None:
        return None
    if row.ground_code is not None:
        label = code_list("benefit_refusal_ground").value(row.ground_code).label((language,)).text
    else:
        label = label_of(row.ground_rule or "", language)
    return RefusedOnView(rule=row.ground_rule, code=row.ground_code, label=label, article=row.article)
