"""Use cases of break-glass: open, look, give back, review."""

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.break_glass import repository
from casemgmt.break_glass.commands import BreakGlass, ReviewBreakGlass
from casemgmt.break_glass.states import BREAK_GLASS, GlassFacts
from casemgmt.break_glass.tables import BreakGlassGrant
from casemgmt.break_glass.views import GlassAddress, GlassCase, GlassManager, GlassPerson, GrantView
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from rules.zone import to_local


@dataclass(frozen=True)
class Limits:
    """How far break-glass goes in this deployment."""

    longest_minutes: int
    at_once: int
    """Grants that one person holds at the same time."""
    withheld_days: int
    """How long nobody opens a case after a finding of 'unjustified'."""


async def open_glass(work: Work, command: BreakGlass, limits: Limits) -> GrantView:
    """Open a hidden case to the actor for a few minutes; its body's supervisor is told in the same act.

    Errors: NotFound where there is no such case, also for somebody who is shut out of it by a conflict.
    """
    await _check_limits(work, command, limits)
    grant_id = new_id()
    review = clocks.columns(
        work,
        "break_glass_review",
        "break_glass_grant",
        grant_id,
        organisation_id=work.actor.organisation_id,
        blocks_closure=False,
    )
    given = command.model_dump(mode="json", include={"case_id", "case_number", "person_id", "reason", "note"})
    task = Task(**review).model_dump(mode="json")
    times = {
        "at": work.now.isoformat(),
        "expires_at": (work.now + timedelta(minutes=command.minutes)).isoformat(),
        "review_due_at": review["due_at"].isoformat(),
    }
    request = given | times | {"id": str(grant_id), "entry_id": str(new_id()), "task": task}
    outcome = await work.call("SELECT open_break_glass(CAST(:p AS jsonb))", p=json.dumps(request))
    if outcome == "absent":
        raise NotFound("There is no such case.")
    if outcome == "seen":
        raise Conflict("You see this case: read it.", code="case-in-sight")
    grant = await repository.get_grant(work, grant_id)
    work.record(_event("break_glass.opened", grant, grant.id))
    return _view_of(work, grant)


async def _check_limits(work: Work, command: BreakGlass, limits: Limits) -> None:
    if command.minutes > limits.longest_minutes:
        raise invalid_field("/minutes", "too-many-minutes", f"At most {limits.longest_minutes} minutes.")
    counts = await work.rows(
        "SELECT count(*) FILTER (WHERE ended_at IS NULL AND expires_at > :now) AS held,"
        " count(*) FILTER (WHERE state = 'unjustified' AND reviewed_at > :since) AS unjustified"
        " FROM break_glass_grant WHERE user_id = :user",
        now=work.now,
        since=work.now - timedelta(days=limits.withheld_days),
        user=work.actor.user_id,
    )
    if counts[0]["unjustified"]:
        raise Forbidden("An earlier grant of yours was found unjustified.", code="break-glass-withheld")
    if counts[0]["held"] >= limits.at_once:
        raise WrongState("You hold as many grants as one may: give one back.", code="too-many-grants")


async def read_case(work: Work, grant_id: UUID) -> GlassCase:
    """Return the narrow fields of the case while the grant lasts; each look is an event that names the grant."""
    grant = await repository.get_grant(work, grant_id)
    if grant.user_id != work.actor.user_id:
        raise NotFound("There is no such grant.")
    found = await repository.look_through(work, grant, to_local(work.now).date())
    if _is_over(work, grant) or not found["case"]:
        raise _over(grant)
    case, persons = found["case"][0], found["persons"]
    work.record(_event("break_glass.case_read", grant, grant.id, *(p["person_id"] for p in persons)))
    manager = {name: case.pop(name) for name in GlassManager.model_fields}
    return GlassCase(
        grant_id=grant.id,
        expires_at=grant.expires_at,
        manager=GlassManager(**manager),
        persons=[
            GlassPerson(
                **person,
                addresses=[
                    GlassAddress(kind=a["kind"], kato=a["kato"], line=a["line"])
                    for a in found["addresses"]
                    if a["person_id"] == person["person_id"]
                ],
            )
            for person in persons
        ],
        warnings=[w["kind"] for w in found["warnings"]],
        **case,
    )


async def read_grant(work: Work, grant_id: UUID) -> GrantView:
    """Return a grant."""
    grant = await repository.get_grant(work, grant_id)
    work.record(_event("break_glass.read", grant, grant.id))
    return _view_of(work, grant)


async def list_grants(
    work: Work,
    side: repository.Side,
    limit: int,
    cursor: str | None,
    state: str | None,
    clock: repository.ReviewClock = None,
) -> paging.Page[GrantView]:
    """Return a page of the actor's grants, or of those that the actor's body reviews, the newest first."""
    name = f"break-glass/{side}"
    rows = await repository.list_grants(work, side, limit + 1, paging.decode(name, cursor), state, clock)
    page = paging.page(name, [_view_of(work, g) for g in rows], limit, lambda g: paging.Position(g.opened_at, g.id))
    work.record(Event("break_glass.listed", "break_glass_grant", tuple(g.id for g in page.items)))
    return page


async def end_grant(work: Work, grant_id: UUID) -> GrantView:
    """Give a grant back before its time."""
    grant = await _begin(work, grant_id, "end", None)
    if not await work.call("SELECT end_break_glass(:grant, :at)", grant=grant_id, at=work.now):
        raise _over(grant)
    work.record(_event("break_glass.ended", grant, grant.id))
    return _view_of(work, await repository.get_grant(work, grant_id))


async def review_grant(work: Work, grant_id: UUID, command: ReviewBreakGlass, expected: int | None) -> GrantView:
    """Close the review as the second person. What was found unjustified closes break-glass to its holder for a time."""
    action = "justify" if command.verdict == "justified" else "find_unjustified"
    grant = await _begin(work, grant_id, action, expected)
    reviewed = await work.call(
        "SELECT review_break_glass(:grant, :verdict, :note, :entry, :at)",
        grant=grant_id,
        verdict=command.verdict,
        note=command.note,
        entry=new_id(),
        at=work.now,
    )
    if not reviewed:
        raise WrongState("Somebody reviewed the grant at the same moment.", data={"allowed_transitions": []})
    work.record(_event("break_glass.reviewed", grant, grant.id, reason=command.verdict))
    return _view_of(work, await repository.get_grant(work, grant_id))


async def _begin(work: Work, grant_id: UUID, action: str, expected: int | None) -> BreakGlassGrant:
    grant = await repository.get_grant(work, grant_id)
    check_version(grant, expected)
    BREAK_GLASS.check(work.actor, action, grant.state, _facts_of(work, grant))
    return grant


def _over(grant: BreakGlassGrant) -> WrongState:
    return WrongState("The grant is over.", code="break-glass-over", data={"state": grant.state})


def _is_over(work: Work, grant: BreakGlassGrant) -> bool:
    return grant.ended_at is not None or grant.expires_at <= work.now


def _facts_of(work: Work, grant: BreakGlassGrant) -> GlassFacts:
    return GlassFacts(user_id=grant.user_id, over=_is_over(work, grant))


def _event(kind: str, grant: BreakGlassGrant, *records: UUID, reason: str | None = None) -> Event:
    return Event(
        kind,
        "break_glass_grant",
        records,
        case_id=grant.case_id,
        reason=reason or grant.reason,
        purpose=f"break_glass {grant.id}",
    )


def _view_of(work: Work, grant: BreakGlassGrant) -> GrantView:
    actions = BREAK_GLASS.allowed_actions(work.actor, grant.state, _facts_of(work, grant))
    return GrantView(
        **grant.model_dump(include=set(GrantView.model_fields) - {"review_overdue", "allowed_actions"}),
        review_overdue=grant.reviewed_at is None and grant.review_due_at < work.now,
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
