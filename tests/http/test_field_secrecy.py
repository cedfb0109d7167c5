"""Secrets planted along the route are read by those whom the declaration names, and found nowhere else."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from api.app import create_app
from casemgmt.access.fields import SECRETS, Reader, Secret, Sight
from casemgmt.access.roles import ROLES
from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, DemoAccount, demo_id
from casemgmt.settings import Settings
from tests.all_rows import World as Rows
from tests.clients import World
from tests.conftest import fresh_database, owner_of
from tests.expectation import Expectation, keys, seen
from tests.planted import CONTRACT, MARKS, PUBLIC, Planted, adoption, found_in, operation_of, plant

PEOPLE = [account for account in ACCOUNTS if account.kind == "person"]
PRIMARY = {
    "contact_caller": ["contact_id"],
    "reporter": ["signal_id"],
    "screening_answers": ["signal_id"],
    "person_iin": ["person_id"],
}
KEEPS_ANSWERS = "idempotency_key"
"""Keeps what a caller was answered, for that caller alone."""


@dataclass
class Scene:
    """What was planted, who answered what, and what the service logged."""

    planted: Planted
    answers: list[tuple[str, httpx.Response]]
    logged: StringIO
    database_url: str
    owner_url: str
    world: World
    rows: Rows


@pytest.fixture(scope="module")
def module_database(admin_url: str) -> Iterator[str]:
    """A database for all tests of this module."""
    with fresh_database(admin_url) as url:
        yield url


@pytest_asyncio.fixture(scope="module")
async def scene(module_database: str, admin_url: str) -> AsyncIterator[Scene]:
    """The secrets planted and looked for once; every answer is kept with the account that got it."""
    url, owner_url = module_database, owner_of(module_database, admin_url)
    clock, logged = ManualClock(datetime.now(UTC)), StringIO()
    with redirect_stderr(logged):
        app = create_app(Settings(mode="demo", database_url=url, database_connections=8), clock)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://service") as client,
        ):
            world = World(client, clock)
            answers = _keep_answers(client, world)
            planted = await plant(world, owner_url, clock)
            owner = await asyncpg.connect(driver_url(owner_url))
            rows = await Rows.read(owner)
            await owner.close()
            made = Scene(planted, answers, logged, url, owner_url, world, rows)
            await _ask_everything(made)
            yield made


def _keep_answers(client: httpx.AsyncClient, world: World) -> list[tuple[str, httpx.Response]]:
    kept: list[tuple[str, httpx.Response]] = []

    async def keep(answer: httpx.Response) -> None:
        await answer.aread()
        kept.append((_name_of(world, answer.request), answer))

    client.event_hooks["response"] = [keep]
    return kept


def _name_of(world: World, request: httpx.Request) -> str:
    return world.name_of(request.headers.get("authorization", "").removeprefix("Bearer "))


def _account(username: str) -> DemoAccount:
    return next(a for a in ACCOUNTS if a.username == username)


def _may_ask(account: DemoAccount, permission: str) -> bool:
    return any(permission in ROLES[role].permissions for role in account.roles)


def _reads(reader: Reader, expected: Expectation, row: dict[str, Any]) -> bool:
    """Answer whether an account reads a row by one way of the declaration."""
    if reader.flag is not None and reader.flag not in expected.flags:
        return False
    if reader.author and row.get("recorded_by_id", row.get("sender_id")) != expected.user_id:
        return False
    by_sight = {
        Sight.BODY: lambda: row["organisation_id"] == expected.body,
        Sight.SIGNAL: lambda: expected.of_signal(row),
        Sight.CONTACT: lambda: expected.caller(row),
        Sight.PERSON: lambda: expected.of_person(row),
    }
    if reader.sight in by_sight:
        return bool(by_sight[reader.sight]())
    return any(_fits(reader, place, row) for place in _places(expected, row))


def _places(expected: Expectation, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    persons = {row.get("person_id"), row.get("other_id")}
    cases = {
        c["case_id"] for c in expected.world.rows["case_person"] if c["person_id"] in persons and c["until"] is None
    }
    for member in expected.world.rows["case_member"]:
        mine = member["user_id"] == expected.user_id and member["ended_at"] is None
        if mine and member["case_id"] in ({row["case_id"]} if "case_id" in row else cases):
            yield member


def _fits(reader: Reader, place: dict[str, Any], row: dict[str, Any]) -> bool:
    return (
        (not reader.sectors or place["sector"] in reader.sectors)
        and (not reader.help_kinds or place["help_kind"] in reader.help_kinds)
        and (not reader.same_help or place["help_kind"] == row["help_kind"])
    )


def _expected(secret: Secret, expected: Expectation) -> list[dict[str, Any]]:
    rows = expected.world.rows[secret.table]
    if secret.where is not None:
        both = [
            r for r in rows if expected.of_person(r) and expected.person(expected.world.by_id["person"][r["other_id"]])
        ]
        rows = [r for r in both if r[secret.where] in secret.values]
    return [r for r in rows if any(_reads(reader, expected, r) for reader in secret.readers)]


async def _begin(scene: Scene, service: asyncpg.Connection, username: str) -> None:
    """Set the actor as a request would."""
    owner = await asyncpg.connect(driver_url(scene.owner_url))
    try:
        session, now = uuid4(), datetime.now(UTC)
        await owner.execute(
            "INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at, second_factor)"
            " VALUES ($1, $2, $3, $4, $4, $4, true)",
            session,
            demo_id(username),
            uuid4().hex,
            now,
        )
        version = await owner.fetchval("SELECT authz_version FROM app_user WHERE id = $1", demo_id(username))
    finally:
        await owner.close()
    await service.execute("SELECT begin_work($1, $2, $3, 'test')", demo_id(username), version, session)


async def test_row_security_says_of_each_secret_what_the_declaration_says(scene: Scene) -> None:
    readers: dict[str, set[str]] = {secret.title: set() for secret in SECRETS}
    service = await asyncpg.connect(driver_url(scene.database_url))
    try:
        for account in ACCOUNTS:
            expected = Expectation(scene.rows, demo_id(account.username), datetime.now(UTC))
            async with service.transaction():
                await _begin(scene, service, account.username)
                for secret in SECRETS:
                    primary = PRIMARY.get(secret.table, ["id"])
                    due = keys(_expected(secret, expected), primary)
                    actual = await seen(service, secret.table, primary)
                    if secret.where is not None:
                        actual &= keys(
                            [r for r in scene.rows.rows[secret.table] if r[secret.where] in secret.values], primary
                        )
                    assert actual == due, (account.username, secret.title)
                    readers[secret.title] |= {account.username} if due else set()
    finally:
        await service.close()
    assert readers == {
        "Who reported": {"duty.almaty", "duty2.almaty"},
        "Who got in touch with the contact centre": {"duty.almaty", "duty2.almaty", "operator.111", "qr.111"},
        "Answers of a screening": {"school.almaty"},
        "Protected address": {
            "manager.almaty",
            "nurse.almaty",
            "guardian.almaty",
            "lawyer.almaty",
            "psychologist.almaty",
        },
        "Shelter": {"head.almaty"},
        "Contacts": {
            "manager.almaty",
            "nurse.almaty",
            "guardian.almaty",
            "lawyer.almaty",
            "psychologist.almaty",
            "supervisor.almaty",
        },
        "Notes of a session": {"psychologist.almaty"},
        "Notes on health": {"nurse.almaty", "manager.almaty"},
        "Adoption": {"guardian.almaty"},
        "Name from before an adoption": {"guardian.almaty"},
        "Adoptive parent and child": {
            "manager.almaty",
            "nurse.almaty",
            "guardian.almaty",
            "lawyer.almaty",
            "psychologist.almaty",
        },
        "Identification number (IIN) in full": {"manager.almaty", "guardian.almaty"},
    }


def _filled(path: str, ids: dict[str, list[str]]) -> list[str]:
    """Return the paths for all ids that fit; none for a path about something that the scene has not."""
    filled = [path]
    for name in [part.strip("{}") for part in path.split("/") if part.startswith("{")]:
        filled = [each.replace("{" + name + "}", found) for each in filled for found in ids.get(name, [])]
    return filled


def _ids(scene: Scene) -> dict[str, list[str]]:
    """Return what stands in paths, by the name of the parameter."""
    tables = {
        "case_id": "case_record",
        "person_id": "person",
        "signal_id": "signal",
        "family_id": "family",
        "session_id": "centre_session",
        "plan_id": "plan",
        "assessment_id": "assessment",
        "task_id": "task",
        "contact_id": "contact",
    }
    return {name: [str(r["id"]) for r in scene.rows.rows[table]] for name, table in tables.items()}


def _never_ends(operation: dict[str, Any]) -> bool:
    """Answer whether it streams events: what they hold is what the same path gives once (`tests/browser`)."""
    return "text/event-stream" in operation["responses"]["200"].get("content", {})


async def _ask_everything(scene: Scene) -> None:
    """Let every account read everything that can be read, and try what would quote a secret if anything did."""
    ids = _ids(scene)
    for account in PEOPLE:
        caller = await scene.world.as_(account.username)
        for path, operations in CONTRACT["paths"].items():
            if "get" not in operations or not path.startswith("/v1/") or _never_ends(operations["get"]):
                continue
            paths = _filled(path, ids)
            if not _may_ask(account, operations["get"].get("x-permission", "")):
                paths = paths[:1]
            for each in paths:
                await caller.get(each)
        await _try_to_be_quoted(scene, account.username)


async def _try_to_be_quoted(scene: Scene, username: str) -> None:
    caller = await scene.world.as_(username)
    child, mother = scene.planted.case.child_id, scene.planted.case.mother_id
    await caller.post("/v1/persons/match", {"iin": MARKS["person_iin"][0], "phone": MARKS["person_contact"][0]})
    await caller.request(
        "PUT", f"/v1/persons/{mother}/iin", json={"iin": MARKS["person_iin"][0]}, headers={"If-Match": '"v1"'}
    )
    await caller.post(
        f"/v1/persons/{mother}/relationships", {"other_id": str(child), "kind": "adoptive_parent", "until": "x"}
    )
    for keys_given in (
        {"iin": MARKS["person_iin"][0]},
        {"phone": MARKS["person_contact"][0]},
        {"phone": MARKS["reporter"][1]},
        {"family_name": MARKS["adoption_fact"][3]},
    ):
        found = await caller.post("/v1/searches", {"what": "persons"} | keys_given)
        if found.is_success:
            await caller.get(f"/v1/searches/{found.json()['id']}")
    if username != "guardian.almaty":
        await caller.post(f"/v1/persons/{child}/adoption-facts", adoption())
    await caller.post(f"/v1/persons/{child}/adoption-facts", adoption() | {"in_force_on": "1900-01-01"})


async def test_a_secret_is_found_in_no_answer_but_those_of_its_readers_through_its_own_calls(scene: Scene) -> None:
    allowed = {s.table: ({*s.read_by}, {*s.written_by}) for s in SECRETS}
    read: set[tuple[str, str]] = set()
    for username, answer in scene.answers:
        operation = operation_of(answer.request)
        if operation in PUBLIC:
            continue
        for table in found_in(answer.text + str(answer.headers)):
            by_reading, by_writing = allowed[table]
            wrote = operation in by_writing and table in found_in(json.dumps(_sent(answer), ensure_ascii=False))
            place = (username, operation, answer.status_code, table)
            assert answer.is_success, place
            assert wrote or operation in by_reading, place
            if not wrote:
                secret = next(s for s in SECRETS if s.table == table)
                expected = Expectation(scene.rows, demo_id(username), datetime.now(UTC))
                assert _expected(secret, expected), place
                read.add((table, username))
    assert {table for table, _ in read} == set(MARKS)
    assert len(scene.answers) > 1000


def _sent(answer: httpx.Response) -> Any:
    return json.loads(answer.request.content or b"null")


async def test_no_other_table_event_story_or_log_line_holds_a_secret(scene: Scene) -> None:
    owner = await asyncpg.connect(driver_url(scene.owner_url))
    try:
        tables = await owner.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE 'code\\_%'"
        )
        looked = 0
        for table in {t["relname"] for t in tables} - {KEEPS_ANSWERS}:
            for row in await owner.fetch(f"SELECT to_jsonb(t)::text AS line FROM {table} t"):
                assert found_in(row["line"]) <= {table}, table
                looked += 1
        adopted = UUID(str(scene.planted.case.child_id))
        events = await owner.fetch("SELECT kind FROM audit_event WHERE $1 = ANY (record_ids)", adopted)
        assert not any("adoption_fact" in e["kind"] for e in events), "the log betrays who was adopted"
    finally:
        await owner.close()
    assert looked > 500
    assert '"event":"request"' in scene.logged.getvalue()
    assert found_in(scene.logged.getvalue()) == set()
