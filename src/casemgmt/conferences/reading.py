"""Conferences read: each part for those who may read it. Whenever a child is named, the log says so."""

from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases import repository as cases
from casemgmt.conferences import repository
from casemgmt.conferences.states import (
    CONFERENCE,
    DECISION,
    INVITATION,
    ConferenceFacts,
    DecisionFacts,
    InvitationFacts,
)
from casemgmt.conferences.tables import Conference, ConferenceDecision, ConferenceParticipant
from casemgmt.conferences.views import (
    ConferenceChildView,
    ConferenceFileView,
    ConferenceShareView,
    ConferenceView,
    DecisionFileView,
    DecisionList,
    DecisionView,
    FamilyView,
    ParticipantView,
)
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.models import AllowedActionView
from casemgmt.states import AllowedAction
from rules.zone import to_local

_SCOPE = {"changed_xid", "organisation_id", "region_code", "restricted", "case_id"}


def event(kind: str, conference: Conference, record_id: UUID | None = None) -> Event:
    """Return the event of an act on a conference, or on what belongs to it."""
    ids = (conference.id,) if record_id is None else (conference.id, record_id)
    return Event(f"conference.{kind}", "conference", ids, case_id=conference.case_id)


def decision_event(kind: str, decision: ConferenceDecision) -> Event:
    """Return the event of an act on one thing that was decided."""
    return Event(f"conference.decision_{kind}", "conference_decision", (decision.id,), case_id=decision.case_id)


async def list_conferences(
    work: Work, limit: int, cursor: str | None, *, case_id: UUID | None = None, state: str | None = None
) -> paging.Page[ConferenceView]:
    """Return a page of the conferences of a case, or of those to which the actor is invited, the newest first.

    Errors: NotFound for a case that the actor does not see.
    """
    if case_id is not None:
        await cases.get_case(work, case_id)
    after = paging.decode("conferences", cursor)
    rows = await repository.list_conferences(work, limit + 1, after, case_id=case_id, state=state)
    views = [ConferenceView(**await _columns(work, row)) for row in rows]
    page = paging.page("conferences", views, limit, lambda c: paging.Position(c.called_at, c.id))
    work.record(Event("conference.listed", "conference", tuple(c.id for c in page.items), case_id=case_id))
    return page


async def read_conference(work: Work, conference_id: UUID) -> ConferenceFileView:
    """Return a conference with what the actor may read of it."""
    conference = await repository.get(work, Conference, conference_id)
    work.record(event("read", conference))
    return await file_of(work, conference)


async def read_decision(work: Work, decision_id: UUID) -> DecisionFileView:
    """Return one thing that was decided, and to whoever does it, the children it is about."""
    decision = await repository.get(work, ConferenceDecision, decision_id)
    work.record(decision_event("read", decision))
    view = await decision_view(work, decision)
    children = await _children(work, decision.conference_id, decision.case_id)
    return DecisionFileView(**view.model_dump(), children=children)


async def list_decisions(work: Work) -> DecisionList:
    """Return what the actor does of what conferences decided."""
    rows = await repository.open_decisions(work)
    work.record(Event("conference.decisions_listed", "conference_decision", tuple(d.id for d in rows)))
    return DecisionList(items=[await decision_view(work, d) for d in rows])


async def file_of(work: Work, conference: Conference) -> ConferenceFileView:
    """Return a conference with its parts as the actor sees them."""
    columns = await _columns(work, conference)
    seen = columns["case_id"] is not None
    invited = await repository.participants_of(work, conference.id)
    share = await repository.share_of(work, conference.id)
    return ConferenceFileView(
        **columns,
        participants=[await participant_view(work, conference, p, case_seen=seen) for p in invited],
        family=[FamilyView.model_validate(f) for f in await repository.family_of(work, conference.id)],
        decisions=[await decision_view(work, d) for d in await repository.decisions_of(work, conference.id)],
        told=share.told if share else None,
        children=[] if seen else await _children(work, conference.id, conference.case_id),
        share=ConferenceShareView.model_validate(share) if share and seen else None,
    )


async def participant_view(
    work: Work, conference: Conference, participant: ConferenceParticipant, *, case_seen: bool
) -> ParticipantView:
    """Return an invitation, with what may be done with it now."""
    facts = await invitation_facts(work, conference, participant)
    shown = participant.model_dump(include=set(ParticipantView.model_fields))
    shown["consent_id"] = participant.consent_id if case_seen else None
    return ParticipantView(
        **shown, allowed_actions=_actions(INVITATION.allowed_actions(work.actor, participant.state, facts))
    )


async def decision_view(work: Work, decision: ConferenceDecision) -> DecisionView:
    """Return one thing that was decided, with what may be done with it now."""
    facts = await decision_facts(work, decision)
    return DecisionView(
        **decision.model_dump(include=set(DecisionView.model_fields)),
        allowed_actions=_actions(DECISION.allowed_actions(work.actor, decision.state, facts)),
    )


async def conference_facts(work: Work, conference: Conference) -> ConferenceFacts:
    """Return what the guards of a conference need."""
    invited = await repository.participants_of(work, conference.id)
    return ConferenceFacts(
        on_team=await repository.on_team(work, conference.case_id),
        case_seen=bool(await repository.seen_cases(work, [conference.case_id])),
        was_there=any(p.user_id == work.actor.user_id and p.came for p in invited),
        begun=to_local(conference.starts_at).date() <= to_local(work.now).date(),
        recorded_by_id=conference.recorded_by_id,
    )


async def invitation_facts(work: Work, conference: Conference, participant: ConferenceParticipant) -> InvitationFacts:
    """Return what the guards of an invitation need."""
    return InvitationFacts(conference.state, await repository.on_team(work, conference.case_id), participant.user_id)


async def decision_facts(work: Work, decision: ConferenceDecision) -> DecisionFacts:
    """Return what the guards of a decision need."""
    return DecisionFacts(await repository.on_team(work, decision.case_id), decision.responsible_id)


async def _columns(work: Work, conference: Conference) -> dict[str, Any]:
    facts = await conference_facts(work, conference)
    return conference.model_dump(exclude=_SCOPE) | {
        "case_id": conference.case_id if facts.case_seen else None,
        "allowed_actions": _actions(CONFERENCE.allowed_actions(work.actor, conference.state, facts)),
    }


async def _children(work: Work, conference_id: UUID, case_id: UUID) -> list[ConferenceChildView]:
    """Return the children by first name and age; the log tells that their records were read."""
    rows = await repository.children_of(work, conference_id)
    if rows:
        work.record(Event("person.read", "person", tuple(r["person_id"] for r in rows), case_id=case_id))
    return [ConferenceChildView(given_name=r["given_name"], age=r["age"]) for r in rows]


def _actions(allowed: list[AllowedAction]) -> list[AllowedActionView]:
    return [AllowedActionView.model_validate(a) for a in allowed]
