"""The unit of work of a job: its actor is the service itself, or whoever asked for the job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from casemgmt.access.actor import Actor
from casemgmt.access.roles import narrowed, permissions_of
from casemgmt.access.system import SYSTEM_USER
from casemgmt.benefits.engine import Engine
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.db.work import Work
from casemgmt.documents.vault import Vault
from casemgmt.errors import Forbidden
from casemgmt.settings import Settings

_BEGIN = text("SELECT begin_system(:request, :salt)")
_BEGIN_FOR = text("SELECT begin_work(:user, :version, NULL, :request, :salt)")
_IDENTITY = text("SELECT * FROM job_identity(:user)")
_NO_ID = UUID(int=0)


@dataclass(frozen=True)
class Tools:
    """What the worker holds and jobs share, as requests share the parts of the service."""

    settings: Settings
    database: Database
    clock: Clock
    engine: Engine
    vault: Vault


class JobWork(Work):
    """A transaction of the worker. It needs no session, and its role alone may begin one without."""

    async def begin(self) -> None:
        """Set the actor: the service itself, or an account with the rights that it has now."""
        if self.actor.user_id == SYSTEM_USER:
            await self.session.execute(_BEGIN, {"request": self.request_id, "salt": self._salt})
            return
        await self.session.execute(
            _BEGIN_FOR,
            {
                "user": self.actor.user_id,
                "version": self.actor.authz_version,
                "request": self.request_id,
                "salt": self._salt,
            },
        )

    async def settle(self) -> None:
        """Commit. A job that wrote nothing leaves no event; the database refuses a write without one all the same."""
        if self.events:
            await self.finish()
        else:
            await self.session.commit()


@asynccontextmanager
async def open_work(tools: Tools, actor: Actor, request_id: str) -> AsyncIterator[JobWork]:
    """Open a transaction of a job; it is rolled back unless `settle` was called."""
    async with tools.database.sessions() as session:
        work = JobWork(session, actor, tools.clock, request_id)
        await work.begin()
        yield work


async def actor_for(tools: Tools, user_id: UUID) -> Actor:
    """Return who asked for a job, with the rights that the account has now. Refused where it is no longer active."""
    async with tools.database.sessions() as session:
        row = (await session.execute(_IDENTITY, {"user": user_id})).mappings().one_or_none()
    if row is None:
        raise Forbidden("The account that asked for this is no longer active.", code="account-inactive")
    return Actor(
        user_id=user_id,
        session_id=_NO_ID,
        organisation_id=row["organisation_id"],
        region_code=row["region_code"],
        roles=tuple(row["roles"]),
        permissions=narrowed(permissions_of(tuple(row["roles"])), row["scopes"]),
        authz_version=row["authz_version"],
    )
