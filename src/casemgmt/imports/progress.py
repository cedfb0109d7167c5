"""How far the worker is with an import: told beside the transaction that does it, for whoever waits."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Literal

import asyncpg
from sqlmodel import select

from casemgmt.access.actor import Actor
from casemgmt.db.work import Work
from casemgmt.errors import Unavailable, WrongState
from casemgmt.imports import repository
from casemgmt.imports.states import WORKING
from casemgmt.imports.tables import ImportProgress, ImportRun
from casemgmt.imports.views import ProgressView

Phase = Literal["queued", "reading", "comparing", "recording", "closing"]
"""It waits; the file is read; its children are looked for; rows become records; all is checked once more."""

_TELL = "SELECT tell_import_progress($1, $2, $3, $4, $5, $6, $7)"
_PAUSE: Final = 0.25
"""Seconds between two words about one phase."""
_SURE_AFTER: Final = timedelta(seconds=2)
"""A rate that was seen for a shorter time tells nothing of the rest."""


class Teller:
    """Tells how far one try is, and ends it where the import is called off or its account changed."""

    def __init__(self, pool: asyncpg.Pool, run: ImportRun, actor: Actor) -> None:
        self._pool = pool
        self._about = (run.id, run.version, actor.user_id, actor.authz_version)
        self._last: tuple[Phase, float] | None = None

    async def tell(self, phase: Phase, rows_done: int = 0, rows_all: int | None = None) -> None:
        """Say how far it is, now and then. `WrongState` where the import has moved on, `Unavailable` to begin anew."""
        now = monotonic()
        if self._last is not None and self._last[0] == phase and now - self._last[1] < _PAUSE:
            return
        self._last = (phase, now)
        stop = await self._pool.fetchval(_TELL, *self._about, phase, rows_done, rows_all)
        if stop == "moved-on":
            raise WrongState("The import has moved on.")
        if stop is not None:
            raise Unavailable("The rights of the account have changed meanwhile.", code="rights-changed")


async def begin_anew(work: Work, run: ImportRun) -> None:
    """Note that the import waits for the worker."""
    progress = await _of(work, run)
    progress.phase, progress.rows_done, progress.rows_all = "queued", 0, None
    progress.began_at = progress.told_at = work.now
    await repository.store(work, progress)


async def show_progress(work: Work, run: ImportRun) -> ProgressView | None:
    """Return how far the worker is; None where it has nothing to do for this import."""
    if run.state not in WORKING:
        return None
    progress = await _of(work, run)
    return ProgressView(
        **progress.model_dump(exclude={"import_id"}),
        seconds_left=seconds_left(
            progress.phase, progress.rows_done, progress.rows_all, progress.told_at - progress.began_at
        ),
    )


def seconds_left(phase: str, done: int, rows: int | None, taken: timedelta) -> int | None:
    """Return how long the rows of the phase will still take at the rate so far; None where nobody can know yet."""
    if phase != "recording" or not rows or not done or taken < _SURE_AFTER:
        return None
    return round(taken.total_seconds() / done * (rows - done))


async def _of(work: Work, run: ImportRun) -> ImportProgress:
    query = select(ImportProgress).where(ImportProgress.import_id == run.id)
    return (await work.session.scalars(query.execution_options(populate_existing=True))).one()


def waiting(run: ImportRun, at: datetime) -> ImportProgress:
    """Return the row of an import that has just been announced."""
    return ImportProgress(import_id=run.id, phase="queued", began_at=at, told_at=at)
