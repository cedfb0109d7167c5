"""The process that seals: `casemgmt seal`. Runs until it is told to end, and comes back when the database does."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial

import asyncpg
import structlog

from casemgmt.audit import tree
from casemgmt.audit.evidence import SignedHead
from casemgmt.audit.progress import read_progress
from casemgmt.audit.sealer import Pass, RetiredKeyError, Sealer
from casemgmt.audit.signing import KeyFileError, SigningKey, read_key_file
from casemgmt.audit.tree import BrokenTreeError
from casemgmt.audit.witness import MOST_HEADS, FileWitness, HookWitness, Witness, WitnessError
from casemgmt.clock import Clock, SystemClock
from casemgmt.db.addresses import driver_url
from casemgmt.db.failures import DATABASE_ERRORS
from casemgmt.outbound import Outbound
from casemgmt.settings import SealerSettings

REPORT_SECONDS = 60
"""How often the sealer says what it did, and what holds it up."""
_LATE_SECONDS = 10
_LONGEST_PAUSE = 300
_TROUBLE = (OSError, TimeoutError, *DATABASE_ERRORS)
_UNTOLD = f"SELECT {tree.HEAD_COLUMNS} FROM audit_head WHERE size > $1 ORDER BY size LIMIT {MOST_HEADS}"  # noqa: S608 - constants

_TOLD = (
    "INSERT INTO audit_witness (name, size, told_at) VALUES ($1, $2, clock_timestamp()) ON CONFLICT (name)"
    " DO UPDATE SET size = greatest(audit_witness.size, excluded.size), told_at = excluded.told_at,"
    " failing_since = NULL"
)
_FAILED = (
    "INSERT INTO audit_witness (name, size, told_at, failing_since)"
    " VALUES ($1, 0, clock_timestamp(), clock_timestamp())"
    " ON CONFLICT (name) DO UPDATE SET failing_since = coalesce(audit_witness.failing_since, excluded.failing_since)"
)

log = structlog.get_logger()


class SealingError(Exception):
    """The sealer can't begin; the text is for the operator."""


class LostTailError(SealingError):
    """The witness kept heads that the database does not have: a tail was lost, or cut off."""


async def run_sealer(settings: SealerSettings, *, once: bool = False, accept_loss: bool = False) -> int:
    """Seal until SIGINT or SIGTERM comes, or once; returns how many events are sealed after a single time."""
    if settings.sealer_database_url is None or settings.audit_key_file is None:
        raise SealingError("Set CASEMGMT_SEALER_DATABASE_URL and CASEMGMT_AUDIT_KEY_FILE.")
    try:
        key = read_key_file(settings.audit_key_file)
    except KeyFileError as error:
        raise SealingError(str(error)) from error
    stop = asyncio.Event()
    sealing = Sealing(settings, key, stop, accept_loss=accept_loss)
    if once:
        try:
            return (await sealing.once()).size
        except (BrokenTreeError, RetiredKeyError, WitnessError) as error:
            raise SealingError(f"Nothing more is sealed: {error}.") from error
        except _TROUBLE as error:
            raise SealingError(f"The database can't be reached or refuses: {error}") from error
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log.info("audit.sealer_started", key=key.id)
    await sealing.run()
    return 0


async def connect(settings: SealerSettings) -> asyncpg.Connection:
    """Open a connection as the sealer."""
    return await asyncpg.connect(
        driver_url(settings.sealer_database_url or ""),
        server_settings={"application_name": "casemgmt-seal", "timezone": "UTC", "jit": "off", "lock_timeout": "5s"},
        timeout=10,
        command_timeout=300,
    )


def witnesses_of(settings: SealerSettings) -> list[Witness]:
    """Return the witnesses that the settings name."""
    found: list[Witness] = []
    if settings.witness_file is not None:
        found.append(FileWitness(settings.witness_file))
    if settings.witness_url is not None:
        found.append(HookWitness(settings.witness_url, settings.witness_key, Outbound.of(settings)))
    return found


class Sealing:
    """Seals once a second and tells the witnesses, each at its own pace."""

    def __init__(
        self, settings: SealerSettings, key: SigningKey, stop: asyncio.Event, *, accept_loss: bool = False
    ) -> None:
        self._settings = settings
        self._key = key
        self._stop = stop
        self._accept_loss = accept_loss
        self._clock: Clock = SystemClock()

    async def run(self) -> None:
        """Work until told to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_at(self._seal, "audit.sealing_failed"))
            for witness in witnesses_of(self._settings):
                group.create_task(self._keep_at(partial(self._inform, witness), "audit.witness_failed"))

    async def once(self) -> Pass:
        """Seal all that can be sealed now, tell the witnesses once, and return what came of it."""
        connection = await connect(self._settings)
        try:
            sealer = await self._sealer(connection)
            done = await sealer.seal()
            while done.more:
                done = await sealer.seal()
            for witness in witnesses_of(self._settings):
                while await tell_next(connection, witness, self._clock):
                    pass
        finally:
            await connection.close()
        return done

    async def _keep_at(self, work: Callable[[asyncpg.Connection], Awaitable[None]], trouble: str) -> None:
        """Do work that lasts, over a connection of its own, and begin again when either breaks."""
        pause = 1.0
        while not self._stop.is_set():
            connection = None
            try:
                connection = await connect(self._settings)
                pause = 1.0
                await work(connection)
            except _TROUBLE as error:
                log.warning(trouble, reason=type(error).__name__)
            except (BrokenTreeError, RetiredKeyError, LostTailError) as error:
                # Nothing is signed before somebody has looked; health says so, and the service goes on.
                log.error(trouble, reason=str(error))  # noqa: TRY400 - where it was raised is no news
                pause = REPORT_SECONDS
            finally:
                if connection is not None:
                    connection.terminate()
            await self._rest(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _sealer(self, connection: asyncpg.Connection) -> Sealer:
        """Return a sealer that may go on where the last head stands."""
        if self._settings.witness_file is not None and not self._accept_loss:
            seen = FileWitness(self._settings.witness_file).last()
            size = await connection.fetchval("SELECT coalesce(max(size), 0) FROM audit_head")
            if seen is not None and seen.head.log != (own := await tree.read_log(connection)):
                raise LostTailError(
                    f"the witness file keeps heads of another log, {seen.head.log}, and this one is {own}: name another"
                    " file; a restore keeps its log, so where this should be the same database, ask who made it anew"
                )
            if seen is not None and seen.head.size > size:
                raise LostTailError(
                    f"the witness saw {seen.head.size} events and the database has heads over {size}: after a restore"
                    " that lost events, and after no other, begin with `casemgmt seal --accept-loss`"
                )
        return Sealer(connection, self._key, restored=self._accept_loss)

    async def _seal(self, connection: asyncpg.Connection) -> None:
        sealer = await self._sealer(connection)
        report = _Report()
        while not self._stop.is_set():
            done = await sealer.seal()
            self._accept_loss = False
            report.note(done)
            if report.is_due():
                await report.give(connection)
            if not done.more:
                await self._rest(self._settings.seal_seconds)

    async def _inform(self, witness: Witness, connection: asyncpg.Connection) -> None:
        pause = self._settings.seal_seconds
        while not self._stop.is_set():
            try:
                told = await tell_next(connection, witness, self._clock)
                pause = self._settings.seal_seconds
            except WitnessError as error:
                log.warning("audit.witness_failed", witness=witness.name, reason=str(error))
                told = 0
                pause = min(pause * 2, _LONGEST_PAUSE)
            if not told:
                await self._rest(pause)


class _Report:
    """What is said of the sealing, once a minute."""

    def __init__(self) -> None:
        self._events = self._size = 0
        self._due = 0.0

    def note(self, done: Pass) -> None:
        self._events += done.events
        self._size = done.size

    def is_due(self) -> bool:
        return time.monotonic() >= self._due

    async def give(self, connection: asyncpg.Connection) -> None:
        self._due = time.monotonic() + REPORT_SECONDS
        log.info("audit.sealed", events=self._events, size=self._size)
        self._events = 0
        progress = await read_progress(connection)
        if progress.holder is not None and progress.is_late(_LATE_SECONDS):
            held = asdict(progress.holder)
            log.warning("audit.held_back", seconds=progress.seconds_waiting, **held | {"since": str(held["since"])})


async def tell_next(connection: asyncpg.Connection, witness: Witness, clock: Clock) -> int:
    """Tell a witness of the next heads that it has not confirmed, and return of how many."""
    size = await connection.fetchval("SELECT size FROM audit_witness WHERE name = $1", witness.name)
    rows = await connection.fetch(_UNTOLD, size or 0)
    if not rows:
        return 0
    own_log = await tree.read_log(connection)
    try:
        await witness.tell([SignedHead(tree.head_of(own_log, r), r["signature"]) for r in rows], clock.now())
    except WitnessError:
        await connection.execute(_FAILED, witness.name)
        raise
    await connection.execute(_TOLD, witness.name, rows[-1]["size"])
    return len(rows)
