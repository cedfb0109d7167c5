"""Every refusal, log-in, export and change of rights or rules leaves its event: each is done once and looked up."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from api.app import create_app
from casemgmt.access.roles import ROLES
from casemgmt.audit.commitments import commit
from casemgmt.audit.signing import SigningKey
from casemgmt.benefits.engine import EXAMPLE_SIGN_OFF
from casemgmt.db.migrate import migrate
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from casemgmt.settings import Settings
from tests.account_steps import WHY, approve
from tests.audit.logbook import commanded
from tests.clients import Caller, World
from tests.outreach_steps import DUTY, record_signal
from tests.steps import SUPERVISOR, case_in_planning, done, draft_plan

NO_GROUND = {"outcome": "no_ground", "severity": "low", "reason": "not_confirmed", "note": "Расталмады."}
Told = tuple[str, str, str | None]
"""Kind, outcome and reason of an event."""


async def _told(owner: asyncpg.Connection) -> list[Told]:
    rows = await owner.fetch("SELECT kind, outcome, reason FROM audit_event ORDER BY xid, at, id")
    return [(r["kind"], r["outcome"], r["reason"]) for r in rows]


class Watch:
    """Looks what an act left in the log."""

    def __init__(self, owner: asyncpg.Connection) -> None:
        self._owner = owner
        self._seen = 0

    async def new(self) -> list[Told]:
        told = await _told(self._owner)
        fresh, self._seen = told[self._seen :], len(told)
        return fresh


@pytest.fixture
def watch(owner: asyncpg.Connection) -> Watch:
    return Watch(owner)


async def test_log_ins_and_all_that_becomes_of_them(world: World, watch: Watch) -> None:
    await watch.new()
    form = {"grant_type": "password", "username": "duty.almaty", "password": DEMO_PASSWORD}
    grant = (await world.client.post("/v1/token", data=form)).json()
    assert await watch.new() == [("account.logged_in", "done", "password")]
    await world.client.post("/v1/token", data=form | {"password": "not the password"})
    assert await watch.new() == [("account.login_refused", "refused", "password")]
    again = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"]}
    newest = (await world.client.post("/v1/token", data=again)).json()
    assert await watch.new() == [("account.refreshed", "done", None)]
    await world.client.post("/v1/token", data=again)
    assert await watch.new() == [
        ("account.refresh_reused", "refused", None),
        ("alert.raised", "done", "refresh_token_reused"),
    ]
    assert (await Caller(world.client, newest["access_token"]).get("/v1/me")).status_code == 401
    assert await watch.new() == [("access.token_refused", "refused", "ended")]
    await world.client.get("/v1/me", headers={"Authorization": "Bearer nonsense"})
    ((kind, outcome, _),) = await watch.new()
    assert (kind, outcome) == ("access.token_refused", "refused")
    challenged = await world.client.post("/v1/token", data=form | {"username": "auditor"})
    assert await watch.new() == [("account.challenged", "done", "code")]
    wrong = {"grant_type": "second_factor", "challenge": challenged.json()["challenge"], "code": "000000"}
    await world.client.post("/v1/token", data=wrong)
    assert await watch.new() == [("account.login_refused", "refused", "second_factor")]
    await world.as_("admin")
    assert await watch.new() == [("account.logged_in", "done", "password+code")]
    await world.as_("qr.111")
    assert await watch.new() == [("account.logged_in", "done", "client_secret")]
    caller = await world.as_("nurse.almaty")
    await watch.new()
    await caller.request("PUT", "/v1/me/password", json={"current": "not the password", "new": "three herons 77"})
    assert await watch.new() == [("account.password_refused", "refused", None)]
    await caller.post("/v1/logout")
    assert await watch.new() == [("account.logged_out", "done", None)]
    for _ in range(5):
        await world.client.post("/v1/token", data=form | {"password": "not the password"})
    assert ("account.login_throttled", "refused", "account") in await watch.new()


async def test_refusals_for_want_of_a_right_of_sight_of_a_second_person(world: World, watch: Watch) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case)
    signal = await record_signal(world, severity="high")
    supervisor, duty, other, admin = [await world.as_(n) for n in (SUPERVISOR, DUTY, "manager2.almaty", "admin")]
    done(await duty.post(f"/v1/signals/{signal}/triage", NO_GROUND))
    await watch.new()
    assert (await other.get(f"/v1/cases/{case.id}")).status_code == 404
    assert await watch.new() == [("cases.refused", "refused", "not-found")]
    assert (await other.get(f"/v1/persons/{case.child}")).status_code == 404
    assert await watch.new() == [("persons.refused", "refused", "not-found")]
    assert (await admin.get(f"/v1/signals/{signal}")).status_code == 403
    assert await watch.new() == [("signals.refused", "refused", "forbidden")]
    assert (await supervisor.post(f"/v1/plans/{drafted['id']}/approve")).status_code == 409
    assert await watch.new() == [], "a step that is not there (yet) is no refusal of a person"
    me = f"/v1/users/{demo_id('admin')}"
    assert (await admin.post(f"{me}/roles", {"role": "case_manager", "reason": WHY})).status_code == 403
    assert await watch.new() == [("users.refused", "refused", "own-roles")]
    assert (await duty.post(f"/v1/signals/{signal}/review", {"confirm": True, "note": "Иә."})).status_code == 409
    assert await watch.new() == [("signals.refused", "refused", "second-person-needed")]


async def test_changes_of_what_somebody_may(world: World, watch: Watch) -> None:
    admin, head = await world.as_("admin"), await world.as_("head.almaty")
    user = f"/v1/users/{demo_id('lawyer.almaty')}"
    await watch.new()
    change = done(await admin.post(f"{user}/roles", {"role": "case_manager", "reason": WHY}))
    assert await watch.new() == [("account.change_requested", "done", "role")]
    assert (await approve(admin, change)).status_code == 409
    assert await watch.new() == [("users.refused", "refused", "second-person-needed")]
    done(await approve(head, change))
    assert await watch.new() == [("user.role_granted", "done", "case_manager")]
    done(await admin.post(f"{user}/roles/case_manager/revoke"))
    assert await watch.new() == [("user.role_revoked", "done", "case_manager")]
    read = await admin.get(user)
    await watch.new()
    done(await admin.patch(user, {"active": False}, headers={"If-Match": read.headers["ETag"]}))
    assert await watch.new() == [("user.changed", "done", None)]


async def test_an_export_stands_in_the_log_that_it_exports(
    owner: asyncpg.Connection,
    watch: Watch,
    sealer_url: str,
    key: SigningKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASEMGMT_SEALER_DATABASE_URL", sealer_url)
    monkeypatch.setenv("CASEMGMT_AUDIT_KEY_FILE", str(tmp_path / "audit-key.json"))
    await watch.new()
    behalf = str(uuid4())
    words = ("--out", str(tmp_path / "log.jsonl"), "--purpose", "inspection", "--on-behalf-of", behalf)
    code, said = await asyncio.to_thread(commanded, "audit", "export", *words)
    assert code == 0, said
    assert await watch.new() == [("audit.exported", "done", None)]
    row = await owner.fetchrow("SELECT purpose, on_behalf_of FROM audit_event WHERE kind = 'audit.exported'")
    assert (row["purpose"], str(row["on_behalf_of"])) == ("inspection", behalf)


def test_the_first_migration_says_which_rights_and_rules_it_brought(owner_url: str) -> None:
    kinds, events = asyncio.run(_after(owner_url, "SELECT 1", migrated=False))
    assert {"rights.changed", "rules.changed"} <= set(kinds)
    rights = next(e for e in events if e["kind"] == "rights.changed")
    assert rights["fields"] == ["permissions.*", "role_grant.*"]
    assert {c["record"] for c in orjson.loads(rights["changes"])} == {"*"}


EARLIER = """
    UPDATE role_grant SET case_reach = 'none' WHERE role = 'supervisor';
    UPDATE deployment SET value = (value::jsonb || '{"auditor": "self:read"}')::text WHERE key = 'permissions';
    UPDATE code_language SET label_en = 'Former' WHERE code = 'kk';
    INSERT INTO state_transition VALUES ('plan', 'draft', 'approved');
    UPDATE deployment SET value = (value::jsonb || '{"kz/gone.yaml": "1-abc"}')::text WHERE key = 'law';
"""
"""What makes a database look as an earlier version of the program left it."""

_STEP = {"machine": "plan", "from_state": "draft", "to_state": "approved"}
CHANGED = {
    "rights.changed": [
        ("supervisor", "role_grant.case_reach", "none", "organisation"),
        (
            "auditor",
            "permissions.content",
            "self:read",
            " ".join(sorted(ROLES["auditor"].permissions)),
        ),
    ],
    "rules.changed": [
        ("kk", "code_language.label_en", "Former", "Kazakh"),
        ("plan/draft/approved", "state_transition.*", _STEP, None),
        ("kz/gone.yaml", "law.content", "1-abc", None),
    ],
}


def test_a_new_version_of_the_program_says_which_rights_and_rules_it_changed(owner_url: str) -> None:
    kinds, events = asyncio.run(_after(owner_url, EARLIER))
    assert sorted(kinds) == sorted(CHANGED)
    for event in events:
        wanted = CHANGED[event["kind"]]
        assert (event["actor_id"], event["request_id"]) == (None, "migrate")
        assert event["fields"] == sorted(field for _, field, _, _ in wanted)
        told = {(c["record"], c["field"]): c for c in orjson.loads(event["changes"])}
        assert set(told) == {(record, field) for record, field, _, _ in wanted}
        for record, field, *sides in wanted:
            for side, value in zip(("before", "after"), sides, strict=True):
                opened = None if value is None else commit(event["salt"], record, field, side, value)
                assert told[record, field][side] == opened, (record, field, side)


async def test_the_start_under_another_sign_off_file_is_told_once(
    settings: Settings, watch: Watch, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    await watch.new()
    other = tmp_path / "sign_off.yaml"
    other.write_bytes(EXAMPLE_SIGN_OFF.read_bytes() + b"# another\n")
    for chosen, told in ((None, []), (other, [("rules.signed_off", "done", None)]), (other, [])):
        application = create_app(settings.model_copy(update={"sign_off_file": chosen}))
        async with application.router.lifespan_context(application):
            assert await watch.new() == told
    event = await owner.fetchrow(
        "SELECT e.changes, s.salt FROM audit_event e JOIN audit_salt s ON s.event_id = e.id"
        " WHERE e.kind = 'rules.signed_off' ORDER BY e.xid DESC LIMIT 1"
    )
    (change,) = orjson.loads(event["changes"])
    for side, file in (("before", EXAMPLE_SIGN_OFF), ("after", other)):
        digest = sha256(file.read_bytes()).hexdigest()
        assert change[side] == commit(event["salt"], "deployment", "sign_off.digest", side, digest)


def test_where_nothing_changed_a_migration_says_nothing(owner_url: str) -> None:
    assert asyncio.run(_after(owner_url, "SELECT 1")) == ([], [])


def test_a_migration_makes_months_though_nothing_else_changed(owner_url: str) -> None:
    async def ahead() -> int:
        connection = await asyncpg.connect(owner_url)
        try:
            last = await connection.fetchval(
                "SELECT max(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'audit_event'::regclass"
            )
            await connection.execute(f"DROP TABLE {last}")
            before: int = await connection.fetchval("SELECT audit_months_ahead()")
            await migrate(owner_url)
            after: int = await connection.fetchval("SELECT audit_months_ahead()")
            return after - before
        finally:
            await connection.close()

    assert asyncio.run(ahead()) == 1


async def _after(owner_url: str, earlier: str, *, migrated: bool = True) -> tuple[list[str], list[dict[str, Any]]]:
    """Return kinds and rows of the events that a migration leaves after a change by hand."""
    connection = await asyncpg.connect(owner_url)
    try:
        since = await connection.fetchval("SELECT max(xid)::text FROM audit_event") if migrated else "0"
        await connection.execute(earlier)
        if migrated:
            await migrate(owner_url)
        rows = await connection.fetch(
            "SELECT e.*, s.salt FROM audit_event e LEFT JOIN audit_salt s ON s.event_id = e.id"
            " WHERE e.xid > $1::text::xid8 ORDER BY e.xid, e.at",
            since,
        )
        return [r["kind"] for r in rows], [dict(r) for r in rows]
    finally:
        await connection.close()
