"""The clocks of a conference: an answer, a reminder, the minutes, their second signature, and what was decided.

Whoever is not on the team has them in the own body's queue, where they tell the number of an invitation or a decision
and nothing of the case. All of them are written by a function of the database.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casemgmt.conferences.policy import REMINDED_BEFORE
from casemgmt.conferences.tables import Conference, ConferenceDecision, ConferenceParticipant
from casemgmt.db.work import Work
from casemgmt.tasks import clocks
from casemgmt.tasks.policy import warn_moment
from casemgmt.tasks.service import SET_BY_PERSON
from rules.loader import load_law

Clock = dict[str, Any]


def of_invitation(work: Work, conference: Conference, participant: ConferenceParticipant) -> list[Clock]:
    """Return the clock of somebody invited: an answer before it begins, or, once accepted, the day itself."""
    if participant.user_id is None:
        return []
    return [_for_guest(work, conference, participant.id, participant.user_id, accepted=participant.state == "accepted")]


def attendance(work: Work, conference: Conference, participant: ConferenceParticipant) -> list[Clock]:
    """Return the clock of somebody who has just accepted."""
    return [_for_guest(work, conference, participant.id, work.actor.user_id, accepted=True)]


def answer_of(work: Work, conference: Conference, invitation_id: UUID, user_id: UUID) -> list[Clock]:
    """Return the clock of somebody who is sent in place of another."""
    return [_for_guest(work, conference, invitation_id, user_id, accepted=False)]


def minutes(work: Work, conference: Conference) -> list[Clock]:
    """Return the clock of the minutes, for the manager of the case: it reminds of the day too."""
    clock = _columns(work, "conference_record", "conference", conference.id, None, since=conference.starts_at)
    return [_warned(work, clock, conference.starts_at)]


def sign_off(work: Work, conference: Conference) -> list[Clock]:
    """Return the clock of the second signature, for the manager of the case, who sees to it."""
    return [_columns(work, "conference_sign_off", "conference", conference.id, None)]


def told(work: Work, record_type: str, record_id: UUID) -> list[Clock]:
    """Return the clock by which the manager of the case learns of an answer."""
    return [_columns(work, "conference_return", record_type, record_id, None)]


def of_decision(work: Work, decision: ConferenceDecision) -> list[Clock]:
    """Return the clock of one thing that was decided: its term was set by the conference."""
    clock = _columns(work, "conference_decision", "conference_decision", decision.id, decision.responsible_id)
    due = max(_closing(decision.due_on), work.now)
    clock |= {"due_at": due, "warn_at": warn_moment(work.now, due), "deadline_status": SET_BY_PERSON}
    return [clock]


async def put(work: Work, case_id: UUID, new: Sequence[Clock]) -> None:
    """Start clocks, as the team of the case."""
    await end(work, case_id, (), "", new=new)


async def end(
    work: Work,
    case_id: UUID,
    records: Sequence[UUID],
    result: str,
    *,
    cancelled: bool = False,
    new: Sequence[Clock] = (),
) -> None:
    """End the open clocks of some records of a case, and start others, as the team of the case."""
    await work.call(
        "SELECT set_conference_clocks(:case, cast(:over AS uuid[]), :result, :cancelled, CAST(:tasks AS jsonb), :at)",
        case=case_id,
        over=list(records),
        result=result,
        cancelled=cancelled,
        tasks=as_json(new),
        at=work.now,
    )


def as_json(new: Sequence[Clock]) -> str:
    """Return clocks as the functions of the database take them."""
    return json.dumps(list(new), default=str)


def _for_guest(work: Work, conference: Conference, invitation_id: UUID, user_id: UUID, *, accepted: bool) -> Clock:
    kind, record = ("conference_attendance" if accepted else "conference_answer"), "conference_participant"
    if accepted:
        clock = _columns(work, kind, record, invitation_id, user_id, since=conference.starts_at)
        return _warned(work, clock, conference.starts_at)
    clock = _columns(work, kind, record, invitation_id, user_id)
    clock["due_at"] = max(min(clock["due_at"], conference.starts_at), work.now)
    clock["warn_at"] = min(clock["warn_at"], clock["due_at"])
    return clock


def _warned(work: Work, clock: Clock, starts_at: datetime) -> Clock:
    """Return a clock that counts from a day to come, as one that began now and warns before that day."""
    return clock | {"started_at": work.now, "warn_at": max(work.now, starts_at - REMINDED_BEFORE)}


def _columns(
    work: Work, kind: str, record_type: str, record_id: UUID, assignee: UUID | None, *, since: datetime | None = None
) -> Clock:
    body = work.actor.organisation_id  # stands only until the insert: who gets the clock decides
    return clocks.columns(
        work,
        kind,
        record_type,
        record_id,
        organisation_id=body,
        assignee_id=assignee,
        blocks_closure=False,
        since=since,
    )


def _closing(day: date) -> datetime:
    return load_law().calendar.closing(day)
