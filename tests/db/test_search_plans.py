"""Every search starts from an index, below row security too: by the key, or by the days in each way of seeing."""

import asyncio
import re
from typing import Any

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.searches.repository import KINDS, Conditions, statement
from tests.clients import World
from tests.import_tables import CASE_MAPPING, case_row, cases_csv, checked
from tests.plans import as_supervisor, explained
from tests.records import rows
from tests.steps import MANAGER

# Without rows the planner has no reason to prefer one index to another.
MANY = """
    SET session_replication_role = replica;
    INSERT INTO person (id, match_key, sort_key, name_key_version, sort_key_version, sex, birth_precision, birth_year,
        citizenship_status, region_code, organisation_id, restricted, created_at, created_by_id, version)
    SELECT gen_random_uuid(), 'name ' || n % 900, '', 1, 1, 'female', 'year', 2000 + n % 20, 'unknown', o.region_code,
        o.id, false, now(), u.id, 1
      FROM generate_series(1, 200) n, organisation o, (SELECT id FROM app_user LIMIT 1) u;
    INSERT INTO case_record (id, number, state, region_code, organisation_id, restricted, manager_id, opened_at,
        opened_by_id, reopened_times, lists_version, version)
    SELECT gen_random_uuid(), 'N-' || row_number() OVER (), 'support', o.region_code, o.id, false, u.id,
        now() - n * interval '1 day', u.id, 0, '', 1
      FROM generate_series(1, 300) n, organisation o, (SELECT id FROM app_user LIMIT 1) u;
    INSERT INTO signal (id, state, source, channel, category, language, gravest_severity, narrative, danger_now,
        anonymous, received_at, region_code, organisation_id, received_by_organisation_id, registered_by_id,
        restricted, lists_version, content_digest, version)
    SELECT gen_random_uuid(), 'received', 'qr_111', 'qr_message', 'neglect', 'kk', 'moderate', '', false, false,
        now() - n * interval '1 day', o.region_code, o.id, o.id, u.id, false, '', '', 1
      FROM generate_series(1, 300) n, organisation o, (SELECT id FROM app_user LIMIT 1) u;
    ANALYZE person; ANALYZE case_record; ANALYZE signal;
"""
SPAN = "{0} >= now() - interval '9 days' AND {0} < now()"


async def _plan(world: World, database_url: str, query: str, **arguments: Any) -> list[str]:
    """Return the lines of a plan for the supervisor of Almaty, with the arguments written into the query."""
    for name, value in ({"most": 201} | arguments).items():
        query = re.sub(rf":{name}\b", str(value), query)
    async with as_supervisor(world, database_url) as connection:
        return await explained(connection, query)


def _scans(plan: list[str], table: str) -> list[str]:
    return [line for line in plan if re.search(rf"(?:Seq|Index|Index Only|Bitmap Heap) Scan .*on {table}\b", line)]


@pytest.fixture
async def many(owner_url: str) -> None:
    connection = await asyncpg.connect(driver_url(owner_url))
    await connection.execute(MANY)
    await connection.close()


async def test_a_search_by_a_key_starts_from_the_index_of_the_key(world: World, database_url: str, many: None) -> None:
    for part, index in (
        ("match_key = 'name 7'", "ix_person_match"),
        ("match_key = 'name 7' AND birth_year = 2007", "ix_person_match"),
        ("id IN (SELECT i.person_id FROM person_iin i WHERE i.iin = '1')", "pk_person"),
        (
            "id IN (SELECT k.person_id FROM person_contact k WHERE k.phone_hash = 'x' AND k.ended_at IS NULL)",
            "pk_person",
        ),
    ):
        plan = await _plan(world, database_url, statement(KINDS["persons"], Conditions([part]), by_key=True))
        assert any(index in line for line in plan), "\n".join(plan)
        assert not [line for line in _scans(plan, "person") if "Seq Scan" in line], "\n".join(plan)
    for what, part, index in (
        ("cases", "number = 'N-1'", "uq_case_record_number"),
        (
            "cases",
            "id IN (SELECT k.case_id FROM case_person k WHERE k.person_id = ANY ('{}'::uuid[]))",
            "pk_case_record",
        ),
        (
            "signals",
            "id IN (SELECT k.signal_id FROM signal_person k WHERE k.person_id = ANY ('{}'::uuid[]))",
            "pk_signal",
        ),
    ):
        plan = await _plan(world, database_url, statement(KINDS[what], Conditions([part]), by_key=True))
        assert any(index in line for line in plan), "\n".join(plan)


async def test_a_search_by_days_starts_from_an_index_in_every_way_of_seeing(
    world: World, database_url: str, many: None
) -> None:
    for what, indexes in (
        ("cases", {"ix_case_record_opened", "ix_case_record_region_opened", "ix_case_record_organisation_opened"}),
        (
            "signals",
            {
                "ix_signal_received",
                "ix_signal_region_received",
                "ix_signal_organisation_received",
                "ix_signal_receiver_received",
            },
        ),
    ):
        kind = KINDS[what]
        assert kind.moment is not None
        plan = await _plan(world, database_url, statement(kind, Conditions([SPAN.format(kind.moment)]), by_key=False))
        scans = _scans(plan, kind.table)
        assert not [line for line in scans if "Seq Scan" in line], "\n".join(plan)
        used = {name for name in indexes for line in plan if re.search(rf"\b{name}\b", line)}
        assert used == indexes, "\n".join(plan)


async def test_an_import_looks_for_each_child_by_an_index_however_many_children_are_on_record(
    world: World, owner_url: str, many: None
) -> None:
    looked_at = "SELECT idx_tup_fetch + seq_tup_read AS n, idx_scan FROM pg_stat_user_tables WHERE relname = 'person'"
    (on_record,) = await rows(owner_url, "SELECT count(*) AS n FROM person")
    children = [
        (f"Серікова {name}", f"08.03.{year}") for name in ("Айша", "Дана", "Меруерт") for year in range(2010, 2017)
    ]
    (before,) = await rows(owner_url, looked_at)
    table = cases_csv(*[case_row(str(n), name=name, born=born) for n, (name, born) in enumerate(children)])
    run = await checked(world, table, mapping=CASE_MAPPING, by=MANAGER)
    assert (run["rows"], run["faults"], run["new_rows"]) == (len(children), 0, len(children))
    for _ in range(100):  # the server tells of what a connection did when that has ended
        (after,) = await rows(owner_url, looked_at)
        if after["idx_scan"] - before["idx_scan"] >= len(children):
            break
        await asyncio.sleep(0.05)
    assert after["idx_scan"] - before["idx_scan"] >= len(children)
    assert after["n"] - before["n"] < on_record["n"] / 4, "those are looked at who are asked for"
