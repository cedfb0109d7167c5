"""The account of a day reads that day of its source, by indexes, however much the source told before."""

import asyncpg

from casemgmt.contacts.reconciling import _ITEMS
from casemgmt.db.addresses import driver_url
from tests.clients import World
from tests.plans import as_supervisor, explained

# A year of a source: without rows the planner has no reason to prefer one index to another.
MANY = """
    SET session_replication_role = replica;
    INSERT INTO contact_message (source_code, message_id, sender_id, organisation_id, content_digest, external_id,
        revision, contact_id, outcome, status, answer, received_at)
    SELECT 'sandbox-111', 'm-' || n, u.id, u.organisation_id, '', 'c-' || n, 1, gen_random_uuid(), 'accepted', 201,
        '{}', '2026-01-01'::timestamptz + n * interval '1 hour'
      FROM generate_series(1, 8000) n, contact_source s JOIN app_user u ON u.id = s.user_id
     WHERE s.code = 'sandbox-111';
    INSERT INTO contact_refusal (id, source_code, message_id, sender_id, organisation_id, content_digest, external_id,
        code, first_at, last_at, times)
    SELECT gen_random_uuid(), source_code, message_id, sender_id, organisation_id, '', external_id, 'x', received_at,
        received_at, 1 FROM contact_message;
    ANALYZE contact_message, contact_refusal
"""


async def test_the_account_of_a_day_reads_the_messages_of_that_day_alone(
    world: World, database_url: str, owner_url: str
) -> None:
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute(MANY)
    await owner.close()
    day = {
        ":source": "'sandbox-111'",
        ":from": "'2026-03-01+05'::timestamptz",
        ":until": "'2026-03-02+05'::timestamptz",
    }
    statement = _ITEMS
    for name, value in day.items():
        statement = statement.replace(name, value)
    async with as_supervisor(world, database_url) as connection:
        plan = await explained(connection, statement)
    for table, moment in (("contact_message", "received_at"), ("contact_refusal", "first_at")):
        assert not [line for line in plan if f"Seq Scan on {table} " in line], "\n".join(plan)
        conditions = [plan[n + 1] for n, line in enumerate(plan) if f"ix_{table}_day" in line]
        assert any(f"({moment} >= " in condition for condition in conditions), "\n".join(plan)
