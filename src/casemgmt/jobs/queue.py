"""The tables of the queue: those of PgQueuer, in a schema of their own, under names that no environment can change."""

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence import qb
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

SCHEMA = "jobs"

# Every name is given here: left out, it would be read from the environment, under names as common as TRIGGER.
NAMES = DBSettings(
    prefix="",
    db_schema=SCHEMA,
    channel=Channel("casemgmt_jobs"),
    function="job_changed",
    statistics_table="statistic",
    queue_status_type="job_status",
    queue_table="job",
    queue_table_log="log",
    trigger="job_changed",
    schedules_table="schedule",
    durability=Durability.durable,
    widen_id=False,
)


def queries(driver: AsyncpgDriver | AsyncpgPoolDriver) -> Queries:
    """Return the library's queries over these tables."""
    return Queries(
        driver, qb.QueryBuilderEnvironment(NAMES), qb.QueryQueueBuilder(NAMES), qb.QuerySchedulerBuilder(NAMES)
    )


async def install(connection: asyncpg.Connection) -> None:
    """Make the tables, or bring them to the state that this version of the library needs; as their owner."""
    tables = queries(AsyncpgDriver(connection))
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('casemgmt.jobs'))")
        if not await tables.schema_is_installed():
            await tables.install(create_schema=False)
            return
    await tables.upgrade()
