"""Use cases of log-in sessions: see where one is logged in, and end it. Ended sessions fail at their next request."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.organisations import repository
from casemgmt.organisations.tables import AppUser
from casemgmt.organisations.views import LoginSession, LoginSessionList

_LIST = "SELECT * FROM auth_sessions(:user, :at)"
_END = "SELECT auth_end_sessions(:user, :only, :keep, :at)"


async def list_logins(work: Work, user_id: UUID) -> LoginSessionList:
    """Return the sessions of a user that go on."""
    await repository.get_row(work, AppUser, user_id)
    rows = await work.rows(_LIST, user=user_id, at=work.now)
    work.record(Event("account.sessions_listed", "account", (user_id,)))
    return LoginSessionList(items=[LoginSession(**r, current=r["id"] == work.actor.session_id) for r in rows])


async def end_login(work: Work, session_id: UUID) -> None:
    """End one of one's own sessions."""
    if not await _end(work, work.actor.user_id, only=session_id):
        raise NotFound("There is no such session.")


async def end_others(work: Work) -> None:
    """End all of one's own sessions but the one that asks."""
    await _end(work, work.actor.user_id, keep=work.actor.session_id)


async def end_all(work: Work, user_id: UUID) -> None:
    """End all sessions of a user."""
    await repository.get_row(work, AppUser, user_id)
    await _end(work, user_id)


async def _end(work: Work, user_id: UUID, *, only: UUID | None = None, keep: UUID | None = None) -> list[UUID]:
    ended: list[UUID] = await work.call(_END, user=user_id, only=only, keep=keep, at=work.now)
    work.record(Event("account.sessions_ended", "account", (user_id, *ended)))
    return ended
