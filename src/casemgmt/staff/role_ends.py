"""Roles that were given until a moment: told ahead, and noted when they are over.

The database lets nobody act by a role that is over, whether or not anybody noted it (`db/sql/10_actor.sql`). What it
leaves goes to those who supervise or head the body.
"""

import json
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools
from casemgmt.organisations.tables import UserRole
from casemgmt.staff.leaving import tell_handed_on
from casemgmt.tasks import clocks

AHEAD = timedelta(days=14)
"""So long before its end the holder and the head are told. Set by the house, not law."""
REASON = "manager_left"

_WARN = "SELECT * FROM warn_of_role_end(:role, CAST(:task AS jsonb), :at)"
_END = "SELECT end_role(:role, :reason, CAST(:task AS jsonb), :at)"


class FindRoleEnds(Payload):
    """Look for roles that are over, and for those about to end that nobody was told of."""

    kind: ClassVar[str] = "staff.find_role_ends"


class WarnOfRoleEnd(Payload):
    """Tell of one that is about to end."""

    kind: ClassVar[str] = "staff.warn_of_role_end"
    role_id: UUID


class NoteRoleEnd(Payload):
    """Note that one is over, and pass on what it leaves."""

    kind: ClassVar[str] = "staff.note_role_end"
    role_id: UUID


async def find(work: Work, _: FindRoleEnds, __: Tools) -> None:
    """Enqueue a job for each."""
    held = select(UserRole.id).where(col(UserRole.revoked_at).is_(None)).limit(MOST_OF_A_SWEEP)
    over = held.where(col(UserRole.ends_at) <= work.now)
    await fan_out(work, await work.session.scalars(over), lambda each: NoteRoleEnd(role_id=each))
    soon = held.where(
        col(UserRole.ends_at) > work.now, col(UserRole.ends_at) <= work.now + AHEAD, col(UserRole.warned_at).is_(None)
    )
    await fan_out(work, await work.session.scalars(soon), lambda each: WarnOfRoleEnd(role_id=each))


async def warn(work: Work, told: WarnOfRoleEnd, _: Tools) -> None:
    """Tell holder and head; where the holder answers for work, the head has a task until the role ends."""
    for row in await work.rows(
        _WARN, role=told.role_id, task=_columns(work, "role_ending", "user_role", told.role_id), at=work.now
    ):
        work.record(Event("user.role_ending", "user", (row["user_id"], told.role_id), reason=row["role"]))


async def note_end(work: Work, told: NoteRoleEnd, _: Tools) -> None:
    """Note the end. Where nobody may have a case the role stays as it is, without effect, and the head stays asked."""
    task = _columns(work, "staff_take_over", "user_role", told.role_id)
    done: dict[str, Any] | None = await work.call(_END, role=told.role_id, reason=REASON, task=task, at=work.now)
    if done is None or "stuck" in done:
        return
    user_id = UUID(done["user_id"])
    work.record(Event("user.role_ended", "user", (user_id, told.role_id), reason=done["role"]))
    if "tasks" in done:
        tell_handed_on(work, user_id, done, REASON)


def _columns(work: Work, kind: str, record_type: str, record_id: UUID) -> str:
    columns = clocks.columns(
        work, kind, record_type, record_id, organisation_id=work.actor.organisation_id, blocks_closure=False
    )
    return json.dumps(columns, default=str)


HANDLERS = (Handler(FindRoleEnds, find), Handler(WarnOfRoleEnd, warn), Handler(NoteRoleEnd, note_end))

SCHEDULE = (Every("* * * * *", FindRoleEnds()),)
