"""Records whose term is over are destroyed by an approved plan, and by nothing else."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from casemgmt.audit.signing import make_key_file
from casemgmt.cli import app as cli
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.people.policy import local_day
from casemgmt.retention.schedule import Term, schedule
from casemgmt.retention.wording import term_text
from tests.clients import World
from tests.forked import Forked
from tests.http.test_erasure import close_case, place_hold
from tests.people import signal_about
from tests.records import events
from tests.steps import done, open_case


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def age(owner: asyncpg.Connection, statement: str, *arguments: Any) -> None:
    """Move records into the past: a term is years long."""
    async with owner.transaction():
        await owner.execute("SELECT set_config('casemgmt.audited', 'on', true)")
        await owner.execute(statement, *arguments)


async def old_signal(world: World, owner: asyncpg.Connection, years: int = 4) -> str:
    """Record a signal, answer it, and let years pass."""
    duty = await world.as_("duty.almaty")
    child = done(await duty.post("/v1/persons", {"given_name": "Бала"}))["id"]
    signal = await signal_about(world, "duty.almaty", child)
    answer = {"outcome": "no_ground", "severity": "low", "reason": "mistaken_contact", "note": "Қате"}
    done(await duty.post(f"/v1/signals/{signal}/triage", answer))
    await age(
        owner,
        "UPDATE signal SET state = 'closed', closed_at = now() - make_interval(years => $2) WHERE id = $1",
        UUID(signal),
        years,
    )
    return signal


async def planned(world: World) -> dict[str, Any]:
    return done(await (await world.as_("records")).post("/v1/retention-plans"))


async def approved(world: World, plan: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/retention-plans/{plan['id']}/approve"
    return done(await (await world.as_("records2")).post(path, {"digest": plan["digest"]}))


async def executed(world: World, plan: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/retention-plans/{plan['id']}/continue"
    return done(await (await world.as_("records2")).post(path))


def of(plan: dict[str, Any], record_class: str) -> dict[str, Any]:
    return next(c for c in plan["classes"] if c["record_class"] == record_class)


async def test_a_plan_is_a_dry_run_until_a_second_person_approves_what_it_says(
    world: World, owner: asyncpg.Connection, owner_url: str
) -> None:
    old, young = await old_signal(world, owner), await old_signal(world, owner, years=2)
    held = await old_signal(world, owner)
    done(await place_hold(world, {"type": "signal", "id": held}))
    plan = await planned(world)
    line = of(plan, "signal_without_case")
    assert (line["due"], line["held_back"], line["destroyed"]) == (1, {"hold": 1}, 0)
    assert (line["term"], line["status"], line["status_text"]) == (
        "3 years",
        "house_default",
        "not law: a rule of the house",
    )
    assert await owner.fetchval("SELECT count(*) FROM signal WHERE narrative <> ''") == 3
    officer, path = await world.as_("records"), f"/v1/retention-plans/{plan['id']}"
    assert (await officer.post(f"{path}/approve", {"digest": plan["digest"]})).json()["code"] == "second-person-needed"
    other = await (await world.as_("records2")).post(f"{path}/approve", {"digest": "0" * 64})
    assert (other.status_code, other.json()["code"]) == (409, "other-digest")
    assert (await officer.post(f"{path}/continue")).status_code == 409
    await approved(world, plan)
    result = await executed(world, plan)
    assert (result["state"], result["remaining"]) == ("completed", 0)
    assert of(result, "signal_without_case")["destroyed"] == 1
    left = {str(r["id"]) for r in await owner.fetch("SELECT id FROM signal WHERE narrative <> ''")}
    assert left == {young, held}
    assert "retention.batch_destroyed" in await events(owner_url, old)
    assert (await (await world.as_("duty.almaty")).get(f"/v1/signals/{old}")).json()["narrative"] == ""


async def test_what_changed_or_is_held_since_the_plan_is_left_out(world: World, owner: asyncpg.Connection) -> None:
    changed, held = await old_signal(world, owner), await old_signal(world, owner)
    plan = await planned(world)
    assert of(plan, "signal_without_case")["due"] == 2
    await approved(world, plan)
    await age(
        owner, "UPDATE signal SET closing_note = 'Толықтырылды', version = version + 1 WHERE id = $1", UUID(changed)
    )
    done(await place_hold(world, {"type": "signal", "id": held}))
    later = await old_signal(world, owner)
    result = of(await executed(world, plan), "signal_without_case")
    assert (result["destroyed"], result["left_out"]) == (0, {"changed": 1, "hold": 1})
    assert await owner.fetchval("SELECT narrative FROM signal WHERE id = $1", UUID(later)) != ""


async def test_a_run_that_is_killed_goes_on_where_it_was(world: World, owner: asyncpg.Connection) -> None:
    signals = [await old_signal(world, owner) for _ in range(3)]
    plan = await approved(world, await planned(world))
    officer = "SELECT set_config('casemgmt.user', $1, true), set_config('casemgmt.flags', '{records}', true)"
    for _ in range(2):
        transaction = owner.transaction()
        await transaction.start()
        await owner.execute("SET LOCAL ROLE casemgmt_owner")
        await owner.execute(officer, str(demo_id("records2")))
        await owner.execute("SELECT set_config('casemgmt.audited', 'on', true)")
        answer = await owner.fetchval("SELECT run_retention($1, 2, now())", UUID(plan["id"]))
        assert len(orjson.loads(answer)["destroyed"]) == 2
        await transaction.rollback()  # what a kill does
        assert await owner.fetchval("SELECT count(*) FROM signal WHERE narrative = ''") == 0
    result = of(await executed(world, plan), "signal_without_case")
    assert (result["destroyed"], result["left_out"]) == (len(signals), {})


async def test_a_childs_case_is_due_when_the_child_has_been_grown_for_ten_years(
    world: World, owner: asyncpg.Connection
) -> None:
    case = await open_case(world)
    await close_case(owner, case.id)
    eleven = "UPDATE case_record SET closed_at = now() - interval '11 years', opened_at = now() - interval '12 years'"
    await age(owner, eleven)
    born = "UPDATE person SET birth_date = $1, birth_year = extract(year from $1::date), birth_precision = 'exact'"
    today = local_day(datetime.now(UTC))
    for years, due in ((20, 0), (27, 0), (29, 1)):
        await age(owner, born, today - timedelta(days=years * 366))
        plan = await planned(world)
        assert of(plan, "case_record")["due"] == due, years
    await approved(world, plan)
    assert of(await executed(world, plan), "case_record")["destroyed"] == 1
    assert await owner.fetchval("SELECT narrative FROM signal") == ""
    assert of(await planned(world), "person_identity")["due"] == 0, "the person stays for another year"
    await age(owner, "UPDATE timeline_entry SET at = now() - interval '2 years'")
    await age(owner, "UPDATE person SET created_at = now() - interval '12 years'")
    plan = await approved(world, await planned(world))
    assert of(await executed(world, plan), "person_identity")["destroyed"] == 1
    assert await owner.fetchval("SELECT given_name FROM person") is None


async def test_the_reporter_goes_before_the_signal(world: World, owner: asyncpg.Connection) -> None:
    operator = await world.as_("operator.111")
    reporter = {"relation": "neighbour", "name": "Құпия Көрші", "phone": "+7 701 555 01 12", "callback_allowed": True}
    signal = {
        "source": "contact_centre_111",
        "channel": "call",
        "category": "neglect",
        "language": "kk",
        "narrative": "Бала жалғыз.",
        "region_code": "KZ-75",
        "reporter": reporter,
    }
    done(await operator.post("/v1/signals", signal, headers={"Idempotency-Key": "r1"}))
    await owner.execute("SET session_replication_role = replica")  # past the route: it is tested elsewhere
    await age(owner, "UPDATE signal SET state = 'closed', closed_at = now() - interval '2 years'")
    await age(owner, "UPDATE idempotency_key SET created_at = now() - interval '31 days'")
    await age(owner, "UPDATE login_attempt SET at = now() - interval '91 days'")
    await owner.execute("SET session_replication_role = origin")
    plan = await approved(world, await planned(world))
    assert of(plan, "idempotency_keys")["due"] == 1
    result = await executed(world, plan)
    assert of(result, "reporter_identity")["destroyed"] == 1
    row = await owner.fetchrow("SELECT name, phone, phone_hash, relation FROM reporter")
    assert tuple(row) == (None, None, None, "neighbour")
    assert await owner.fetchval("SELECT narrative FROM signal") != "", "the signal has two years yet"
    assert await owner.fetchval("SELECT count(*) FROM idempotency_key") == 0


async def test_the_command_line_plans_runs_certifies_and_verifies(
    world: World, owner: asyncpg.Connection, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await old_signal(world, owner)
    plan = await approved(world, await planned(world))
    make_key_file(tmp_path / "key.json")
    monkeypatch.setenv("CASEMGMT_MODE", "demo")
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", owner_url)
    monkeypatch.setenv("CASEMGMT_AUDIT_KEY_FILE", str(tmp_path / "key.json"))
    out = tmp_path / "certificate.json"

    async def told(*arguments: str, code: int = 0) -> str:
        answer = await asyncio.to_thread(CliRunner().invoke, cli, ["retention", *arguments])
        assert answer.exit_code == code, answer.output
        return answer.output

    dry = await told("plan", "--language", "ru")
    assert "не закон" in dry
    assert "The plan is approved" in await told("certificate", plan["id"], "--out", str(out), code=2)
    assert "0 records were left out" in await told("run", plan["id"], "--batch", "1")
    assert "completed" in await told("run", plan["id"], code=2)
    await told("certificate", plan["id"], "--out", str(out))
    assert "3 records" in await told("verify", str(out))
    page = out.with_suffix(".html").read_text("utf-8")
    assert "Жою туралы акт" in page
    assert "Certificate of destruction" in page
    document = orjson.loads(out.read_bytes())
    assert document["plan_digest"] == plan["digest"]
    assert document["approved"]["by"] == str(demo_id("records2"))
    line = next(c for c in document["classes"] if c["class"] == "signal_without_case")
    line["destroyed"] = 2
    out.write_bytes(orjson.dumps(document))
    assert "does not hold" in await told("verify", str(out), code=1)
    ids = [
        str(r["record_id"])
        for r in await owner.fetch("SELECT record_id FROM retention_item WHERE record_id IS NOT NULL")
    ]
    assert not any(i in page or i in out.read_text() for i in ids), "no record is named"


def test_every_term_says_whether_it_is_law_and_29_february_is_counted() -> None:
    for name, record_class in schedule().items():
        for term in record_class.values:
            assert (term.status == "house_default") == (term.citation is None), name
    term = Term.model_validate(
        {"value": 1, "unit": "years", "in_force_from": "2024-01-01", "status": "house_default", "reason": "-"}
    )
    assert term.before(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2027, 2, 28, tzinfo=UTC)
    with pytest.raises(ValueError, match="citation"):
        Term.model_validate(term.model_dump() | {"status": "verified"})


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1, "1 год"),
        (3, "3 года"),
        (5, "5 лет"),
        (10, "10 лет"),
        (11, "11 лет"),
        (21, "21 год"),
        (24, "24 года"),
        (112, "112 лет"),
    ],
)
def test_a_term_is_said_as_people_say_it(value: int, told: str) -> None:
    assert term_text(value, "years", "ru") == told
    assert term_text(1, "days", "en") == "1 day"
    assert term_text(value + 1, "years", "en") == f"{value + 1} years"


@pytest.mark.long
async def test_a_process_that_is_killed_leaves_nothing_half_done(
    world: World, owner: asyncpg.Connection, owner_url: str
) -> None:
    first = await old_signal(world, owner)
    columns = (
        "state, source, channel, category, language, gravest_severity, narrative, danger_now, anonymous, region_code"
    )
    columns += ", organisation_id, restricted, received_at, received_by_organisation_id, registered_by_id, closed_at"
    columns += ", lists_version, content_digest, version"
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(
        f"INSERT INTO signal (id, {columns}) SELECT gen_random_uuid(), {columns} FROM signal, generate_series(1, 150)"
        " WHERE id = $1",
        UUID(first),
    )
    await owner.execute("SET session_replication_role = origin")
    plan = await approved(world, await planned(world))
    done_items = "SELECT count(*) FROM retention_item WHERE outcome = 'destroyed'"
    erased = "SELECT count(*) FROM signal WHERE narrative = ''"
    command = ("casemgmt", "retention", "run", plan["id"], "--batch", "1")
    environment = os.environ | {"CASEMGMT_MODE": "demo", "CASEMGMT_MIGRATION_DATABASE_URL": owner_url}
    for least in (5, 40):
        process = Forked(*command, environment=environment)
        for _ in range(6000):
            if await owner.fetchval(done_items) >= least:
                break
            await asyncio.sleep(0.01)
        process.kill()
        snapshot = await owner.fetchrow(f"SELECT ({done_items}) AS done, ({erased}) AS erased")
        assert snapshot["done"] == snapshot["erased"]
        assert snapshot["done"] < 151
    assert await asyncio.to_thread(Forked(*command, environment=environment).wait) == 0
    assert await owner.fetchval(erased) == await owner.fetchval(done_items) == 151
    told = "SELECT count(*) FROM audit_event WHERE kind = 'retention.batch_destroyed' AND cardinality(record_ids) > 1"
    assert await owner.fetchval(told) == 151
