"""What two persons must do, one person can't: every declared separation is held by the database itself."""

import json
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from casemgmt.access.duties import ONE_PERSON, SEPARATIONS, Separation
from casemgmt.access.roles import ALONE, ROLES, Reach, excluded_by
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests.account_steps import WHY, give_role
from tests.clients import World

DECIDES = re.compile(r"^(approved|confirmed|decided|ended|lifted|removed|reviewed|settled)_by_id$")


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def _checks(owner: asyncpg.Connection, pair: Separation) -> list[str]:
    """Return the conditions of a table that name both columns."""
    rows = await owner.fetch(
        "SELECT pg_get_expr(conbin, conrelid) AS condition FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid = $1::regclass",
        pair.table,
    )
    return [r["condition"] for r in rows if {pair.first, pair.second} <= set(re.findall(r"\w+", r["condition"]))]


async def _passes(owner: asyncpg.Connection, condition: str, pair: Separation, first: object, second: object) -> bool:
    row = json.dumps({pair.first: str(first), pair.second: str(second)})
    query = f"SELECT ({condition}) IS NOT FALSE FROM jsonb_populate_record(NULL::{pair.table}, $1) AS {pair.table}"
    return bool(await owner.fetchval(query, row))


@pytest.mark.parametrize("pair", SEPARATIONS, ids=lambda p: f"{p.table}-{p.first}-{p.second}")
async def test_the_database_refuses_one_person_in_both_places(pair: Separation, owner: asyncpg.Connection) -> None:
    one, other = uuid4(), uuid4()
    checks = await _checks(owner, pair)
    assert checks, f"{pair.table} has no constraint on {pair.first} and {pair.second}"
    assert not all([await _passes(owner, check, pair, one, one) for check in checks])
    assert all([await _passes(owner, check, pair, one, other) for check in checks])


async def test_every_column_that_names_who_decided_is_separated_or_says_why_one_person_is_enough(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    found = {(r["table_name"], r["column_name"]) for r in rows if DECIDES.match(r["column_name"])}
    told = {(p.table, p.second) for p in SEPARATIONS} | ONE_PERSON.keys()
    missing = sorted(found - told)
    assert not missing, f"declare in casemgmt/access/duties.py whose second person this is: {missing}"
    assert ONE_PERSON.keys() <= found


def test_a_role_that_keeps_watch_or_gives_rights_stands_alone_and_reaches_nobody() -> None:
    for name, role in ROLES.items():
        if role.flags & {"audit", "directory", "records", "research", "subjects"}:
            assert name in ALONE, name
        if name in ALONE:
            assert {role.signals, role.cases} == {Reach.NONE}, name
            assert excluded_by(name) == ROLES.keys() - {name}
    working = ROLES.keys() - ALONE.keys()
    assert all(excluded_by(name) == ALONE.keys() for name in working)


async def test_roles_that_exclude_each_other_are_refused_when_granted(world: World) -> None:
    admin = await world.as_("admin")
    for username, role in (
        ("manager.almaty", "administrator"),
        ("manager.almaty", "auditor"),
        ("auditor", "case_manager"),
        ("auditor", "oversight_reader"),
        ("analyst", "supervisor"),
    ):
        answer = await admin.post(f"/v1/users/{demo_id(username)}/roles", {"role": role, "reason": WHY})
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "roles-exclude-each-other"), answer.text
        assert problem["held"], problem


async def _give(owner: asyncpg.Connection, username: str, role: str) -> None:
    async with owner.transaction():
        await owner.execute("SELECT set_config('casemgmt.audited', 'on', true)")
        await owner.execute(
            "INSERT INTO user_role (id, user_id, role, granted_at) VALUES ($1, $2, $3, now())",
            uuid4(),
            demo_id(username),
            role,
        )


async def test_roles_that_exclude_each_other_are_refused_by_the_database(owner: asyncpg.Connection) -> None:
    for username, role in (("manager.almaty", "administrator"), ("auditor", "supervisor")):
        with pytest.raises(asyncpg.PostgresError, match="exclude each other"):
            await _give(owner, username, role)
    await _give(owner, "manager.almaty", "supervisor")


async def test_an_administrator_who_gives_a_second_account_a_role_still_sees_no_case(world: World) -> None:
    """Whoever gives rights holds none; and what two of them do for each other stands in the log."""
    admin = await world.as_("admin")
    own = await admin.post(f"/v1/users/{demo_id('admin')}/roles", {"role": "case_manager", "reason": WHY})
    assert (own.status_code, own.json()["code"]) == (403, "own-roles")
    for path in ("/v1/cases", "/v1/signals", "/v1/tasks/mine"):
        assert (await admin.get(path)).status_code == 403
    await give_role(world, f"/v1/users/{demo_id('lawyer.almaty')}", "case_manager")
    auditor = await world.as_("auditor")
    events = (await auditor.get(f"/v1/audit/events?record_id={demo_id('lawyer.almaty')}")).json()["items"]
    assert {
        ("account.change_requested", str(demo_id("admin")), "role"),
        ("user.role_granted", str(demo_id("admin2")), "case_manager"),
    } <= {(e["kind"], e["actor_id"], e["reason"]) for e in events}
