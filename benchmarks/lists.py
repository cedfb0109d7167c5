"""How long lists take inside the database, for each kind of actor, as the service's role under row security."""

import json
import statistics

import asyncpg

from benchmarks.database import BenchDatabase, bench_id
from casemgmt.db.addresses import driver_url
from casemgmt.signals import repository as signals

ACTORS = {"national": 2900, "regional": 2700, "organisation": 2500, "team only": 3, "nobody": 2995}
REPEATS = 25
_PAGE = "SELECT * FROM {function}(26, 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff')"
_SIGNALS = signals._list_statement(  # noqa: SLF001 - the very statement, not a copy of it
    with_state=False, with_cursor=False
).replace(":size", "26")


async def time_lists(database: BenchDatabase) -> dict[str, float]:
    """Return the median milliseconds of the first page of each list for each kind of actor."""
    found = {}
    settings = {"plan_cache_mode": "force_generic_plan", "jit": "off"}
    connection = await asyncpg.connect(driver_url(database.service_url), server_settings=settings)
    try:
        for actor, user in ACTORS.items():
            function = "my_case_page" if actor in {"team only", "nobody"} else "case_page"
            statements = {"cases": _PAGE.format(function=function), "signals": _SIGNALS}
            for name, statement in statements.items():
                async with connection.transaction():
                    await connection.execute(
                        "SELECT begin_work($1, 1, $2, 'benchmark')", bench_id("user", user), bench_id("session", user)
                    )
                    found[f"{name}, {actor}"] = await median_of(connection, statement)
    finally:
        await connection.close()
    return found


async def median_of(connection: asyncpg.Connection, statement: str) -> float:
    """Return the median milliseconds of a statement, by the database's own clock."""
    times = []
    for _ in range(REPEATS):
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}")
        times.append(float(json.loads(plan)[0]["Execution Time"]))
    return round(statistics.median(times), 3)
