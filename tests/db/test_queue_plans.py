"""Every queue of tasks is found by indexes that fit it, also below row security."""

import re

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.tasks import alerts
from casemgmt.tasks.repository import Queue, breach_count_statement, count_statement, list_statement
from tests.clients import World
from tests.plans import as_supervisor, explained

# Without rows the planner has no reason to prefer one index to another.
MANY = """
    INSERT INTO task (id, kind, record_type, record_id, organisation_id, region_code, restricted, mobile_group_id,
        assignee_id, blocks_closure, started_at, warn_at, due_at, deadline_status,
        deadline_provisional, rules_version, version, held_until, breached_at)
    SELECT gen_random_uuid(), 'visit_report', 'signal', gen_random_uuid(), o.id, o.region_code, false,
        CASE WHEN n % 3 = 0 THEN (SELECT id FROM mobile_group ORDER BY id LIMIT 1 OFFSET n % 2) END,
        CASE WHEN n % 3 = 1 THEN u.id END, true, now(), now(), now() + n * interval '1 minute',
        'house_default', false, '1', 1, CASE WHEN n % 10 = 0 THEN now() + n * interval '1 hour' END,
        CASE WHEN n % 10 = 1 THEN now() - n * interval '1 hour' END
      FROM generate_series(1, 30) n, organisation o, app_user u
"""


@pytest.mark.parametrize(
    ("queue", "indexes"),
    [
        (
            "mine",
            {
                "ix_task_assignee_due",
                "ix_task_group_due",
                "ix_task_desk_organisation_due",
                "ix_task_desk_region_due",
            },
        ),
        ("team", {"ix_task_organisation_due"}),
        ("unassigned", {"ix_task_unassigned"}),
        ("holds", {"ix_task_held"}),
        ("breaches", {"ix_task_breached"}),
    ],
)
async def test_each_branch_of_a_queue_starts_from_an_index_in_the_order_of_the_list(
    world: World, database_url: str, owner_url: str, queue: Queue, indexes: set[str]
) -> None:
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute(f"ALTER TABLE task DISABLE TRIGGER USER; {MANY}; ANALYZE task")
    await owner.close()
    counts = breach_count_statement() if queue == "breaches" else count_statement(queue)
    async with as_supervisor(world, database_url) as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        for statement in (list_statement(queue), counts):
            plain = statement.replace(":size", "26").replace(":now", "now()")
            plan = await explained(connection, plain.replace(":since", "now() - interval '1 day'"))
            assert not [line for line in plan if "Seq Scan on task" in line]
            used = {name for name in indexes for line in plan if re.search(rf"Scan (using|on) {name}\b", line)}
            assert used == indexes, "\n".join(plan)


async def test_the_sweep_of_clocks_starts_from_the_clocks_that_tick(owner_url: str) -> None:
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute(f"ALTER TABLE task DISABLE TRIGGER USER; {MANY}; ANALYZE task")
    await owner.execute("SET enable_seqscan = off")
    for statement in (alerts.WARNED, alerts.BREACHED):
        asked = statement.replace(":now", "now()").replace(":most", "200")
        plan = "\n".join(r[0] for r in await owner.fetch(f"EXPLAIN {asked}"))
        assert "ix_task_ticking" in plan, plan
    await owner.close()
