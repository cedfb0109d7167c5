"""Plans of destruction: a dry run by one person, approved by its digest by another, executed in batches.

Nobody who plans or approves sees a record: the database works out ids and counts. A batch is one transaction, so a run
can be killed at any moment and goes on where it was.
"""

from collections import Counter
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, WrongState
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.reference.languages import Language
from casemgmt.retention import repository
from casemgmt.retention.commands import ApprovePlan
from casemgmt.retention.schedule import applied, digest, schedule
from casemgmt.retention.states import RETENTION_PLAN, PlanState, TwoPersons
from casemgmt.retention.tables import RetentionPlan
from casemgmt.retention.views import PlanClassView, PlanView
from casemgmt.retention.wording import say, term_text, texts

PLAN_LIMIT = 10_000
"""Most records of one plan: the next plan takes the rest."""
BATCH = 100
"""Records of one transaction."""

_DRAFT = "SELECT draft_retention(:plan, :as_of, CAST(:terms AS jsonb), :schedule, :limit)"
_RUN = "SELECT run_retention(:plan, :limit, :at)"
SUMMARY = (
    "SELECT record_class, outcome, reason, sum(rows) AS rows, min(due_since) AS due_since FROM retention_item"
    " WHERE plan_id = :plan GROUP BY record_class, outcome, reason"
)
_REMAINING = "SELECT count(*) FROM retention_item WHERE plan_id = :plan AND outcome IS NULL"


async def make_plan(work: Work, language: Language) -> PlanView:
    """Work out what is due now. Nothing is destroyed by it."""
    terms = applied(work.now)
    plan = RetentionPlan(
        id=new_id(),
        state=PlanState.DRAFTED,
        as_of=work.now,
        schedule=terms,
        schedule_digest=digest(terms),
        held_back=[],
        digest="",
        made_by_id=work.actor.user_id,
        made_at=work.now,
    )
    work.session.add(plan)
    await work.session.flush()
    drafted: dict[str, Any] = await work.call(
        _DRAFT,
        plan=plan.id,
        as_of=work.now,
        terms=repository.json_text(terms),
        schedule=plan.schedule_digest,
        limit=PLAN_LIMIT,
    )
    plan.held_back, plan.digest = drafted["held_back"], drafted["digest"]
    await work.save(_event("retention.planned", plan), plan)
    return await _view(work, plan, language)


async def list_plans(
    work: Work, limit: int, cursor: str | None, state: PlanState | None, language: Language
) -> paging.Page[PlanView]:
    """Return a page of plans, the newest first."""
    ids = await repository.newest_ids(work, "retention_plan", limit + 1, paging.decode("plans", cursor), state)
    views = [await _view(work, await repository.get_row(work, RetentionPlan, i), language) for i in ids]
    shown = paging.page("plans", views, limit, lambda v: paging.Position(v.made_at, v.id))
    work.record(Event("retention.listed", "retention_plan", tuple(v.id for v in shown.items)))
    return shown


async def read_plan(work: Work, plan_id: UUID, language: Language) -> PlanView:
    """Return a plan with what it would do, and what it did."""
    plan = await repository.get_row(work, RetentionPlan, plan_id)
    work.record(_event("retention.read", plan))
    return await _view(work, plan, language)


async def approve_plan(
    work: Work, plan_id: UUID, command: ApprovePlan, expected: int | None, language: Language
) -> PlanView:
    """Approve a plan by its digest: the second person."""
    plan = await _begin(work, plan_id, "approve", expected)
    if command.digest != plan.digest:
        raise Conflict("This is the digest of another plan.", code="other-digest")
    plan.approved_by_id, plan.approved_at = work.actor.user_id, work.now
    await work.save(_event("retention.approved", plan), plan)
    return await _view(work, plan, language)


async def discard_plan(work: Work, plan_id: UUID, expected: int | None, language: Language) -> PlanView:
    """Put a plan aside; what it destroyed before stays destroyed."""
    plan = await _begin(work, plan_id, "discard", expected)
    await work.save(_event("retention.discarded", plan), plan)
    return await _view(work, plan, language)


async def continue_plan(work: Work, plan_id: UUID, language: Language) -> PlanView:
    """Destroy the next records of an approved plan, leave out what changed or is held since. Call until none remain."""
    plan = await repository.get_row(work, RetentionPlan, plan_id)
    RETENTION_PLAN.check(work.actor, "complete", plan.state, TwoPersons(plan.made_by_id))
    done: dict[str, Any] | None = await work.call(_RUN, plan=plan.id, limit=BATCH, at=work.now)
    if done is None:
        raise WrongState("The plan is not approved by a second person.", code="second-person-needed")
    ids = (plan.id, *map(UUID, done["destroyed"]))
    work.record(Event("retention.batch_destroyed", "retention_plan", ids))
    if done["remaining"] == 0:
        work.record(_event("retention.completed", plan))
    await work.session.refresh(plan)
    return await _view(work, plan, language)


async def _begin(work: Work, plan_id: UUID, action: str, expected: int | None) -> RetentionPlan:
    plan = await repository.get_row(work, RetentionPlan, plan_id, for_change=True)
    check_version(plan, expected)
    plan.state = RETENTION_PLAN.check(work.actor, action, plan.state, TwoPersons(plan.made_by_id)).target
    return plan


def _event(kind: str, plan: RetentionPlan) -> Event:
    return Event(kind, "retention_plan", (plan.id,))


async def _view(work: Work, plan: RetentionPlan, language: Language) -> PlanView:
    actions = RETENTION_PLAN.allowed_actions(work.actor, plan.state, TwoPersons(plan.made_by_id))
    return PlanView(
        **plan.model_dump(exclude={"changed_xid", "schedule", "held_back"}),
        remaining=await work.call(_REMAINING, plan=plan.id),
        classes=class_views(plan.schedule, plan.held_back, await work.rows(SUMMARY, plan=plan.id), language),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )


def class_views(
    terms: list[dict[str, Any]], held_back: list[dict[str, Any]], summary: list[dict[str, Any]], language: Language
) -> list[PlanClassView]:
    """Return what a plan does, class by class, in the order of the schedule."""
    views = []
    for term in terms:
        name = term["class"]
        rows = [r for r in summary if r["record_class"] == name]
        left_out: Counter[str] = Counter()
        for row in rows:
            if row["outcome"] == "left_out":
                left_out[row["reason"]] += int(row["rows"])
        views.append(
            PlanClassView(
                record_class=name,
                label=say(schedule()[name].label, language) if name in schedule() else name,
                act=term["act"],
                term=term_of(term, language),
                status=term["status"],
                status_text=say(texts().statuses[term["status"]], language),
                due=sum(int(r["rows"]) for r in rows),
                due_since=min((r["due_since"] for r in rows), default=None),
                destroyed=sum(int(r["rows"]) for r in rows if r["outcome"] == "destroyed"),
                left_out=dict(left_out),
                held_back={h["reason"]: h["records"] for h in held_back if h["class"] == name},
            )
        )
    return views


def term_of(term: dict[str, Any], language: Language) -> str:
    """Return a term of a plan in words; none where the class is kept."""
    return "–" if term["act"] == "keep" else term_text(term["value"], term["unit"], language)
