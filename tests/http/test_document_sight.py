"""Who sees and opens which document: with its record, and a secret one by those whose work it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from tests.all_rows import World as AllRows
from tests.clients import World
from tests.document_steps import announce, fetch, keep
from tests.expectation import Expectation, keys, seen
from tests.factories import OpenCase, open_case
from tests.steps import done

SECRECIES = ("ordinary", "medical", "psychological", "legal", "adoption", "reporter")
TEAM = {
    "psychologist.almaty": ("psychologist", "psychological"),
    "lawyer.almaty": ("lawyer", "legal"),
}


async def staffed(world: World, owner_url: str) -> OpenCase:
    case = await open_case(owner_url)
    manager = await world.as_(case.manager)
    for name, (team_role, help_kind) in TEAM.items():
        member = {"user_id": str(demo_id(name)), "team_role": team_role, "help_kind": help_kind}
        done(await manager.post(f"/v1/cases/{case.id}/team", member))
    return case


async def listed(world: World, name: str, query: str) -> set[str]:
    caller = await world.as_(name)
    answer = await caller.get(f"/v1/documents?{query}")
    return {d["secrecy"] for d in answer.json()["items"]} if answer.status_code == 200 else {"no record"}


async def age(owner_url: str, ids: Mapping[str, str]) -> None:
    """Let a day pass for documents: who brought a secret one has no more sight of it."""
    connection = await asyncpg.connect(driver_url(owner_url))
    await connection.execute("ALTER TABLE document DISABLE TRIGGER USER")
    await connection.execute(
        "UPDATE document SET created_at = created_at - interval '25 hours' WHERE id = ANY ($1::uuid[])",
        [UUID(i) for i in ids.values()],
    )
    await connection.execute("ALTER TABLE document ENABLE TRIGGER USER")
    await connection.close()


async def expectation_holds(owner_url: str, database_url: str) -> int:
    """Compare what row security shows every account with the independent statement; return how much was seen."""
    owner, service = await asyncpg.connect(driver_url(owner_url)), await asyncpg.connect(driver_url(database_url))
    found = 0
    rows = await AllRows.read(owner)
    for account in ACCOUNTS:
        user = demo_id(account.username)
        expected = Expectation(rows, user, datetime.now(UTC))
        session = await owner.fetchval("SELECT id FROM auth_session WHERE user_id = $1 LIMIT 1", user)
        if session is None:
            continue
        async with service.transaction():
            version = await owner.fetchval("SELECT authz_version FROM app_user WHERE id = $1", user)
            await service.execute("SELECT begin_work($1, $2, $3, 'test')", user, version, session)
            for table, primary in (("document", ["id"]), ("document_key", ["document_id"])):
                shown = await seen(service, table, primary)
                assert shown == keys(expected.visible(table), primary), (account.username, table)
                found += len(shown)
    await owner.close()
    await service.close()
    return found


async def test_a_secret_document_is_seen_by_those_whose_work_it_is(
    world: World, owner_url: str, database_url: str
) -> None:
    case = await staffed(world, owner_url)
    manager = await world.as_(case.manager)
    ids = {s: (await keep(manager, "case", case.id, secrecy=s))["id"] for s in SECRECIES}
    of_child = {s: (await keep(manager, "person", case.child_id, secrecy=s))["id"] for s in SECRECIES}
    for query in (f"case_id={case.id}", f"person_id={case.child_id}"):
        assert await listed(world, case.manager, query) == set(SECRECIES), "for a day, as the one who brought them"
    await age(owner_url, ids | {f"child {s}": i for s, i in of_child.items()})
    for query in (f"case_id={case.id}", f"person_id={case.child_id}"):
        assert await listed(world, case.manager, query) == {"ordinary"}
        assert await listed(world, "psychologist.almaty", query) == {"ordinary", "psychological"}
        assert await listed(world, "lawyer.almaty", query) == {"ordinary", "legal"}
        assert await listed(world, "supervisor.almaty", query) == {"ordinary"}
        assert await listed(world, "oversight", query) == {"ordinary"}
        assert await listed(world, "manager2.almaty", query) == {"no record"}
    psychologist = await world.as_("psychologist.almaty")
    assert (await fetch(psychologist, {"id": ids["psychological"]})).status_code == 200
    for name, secrecy in (("psychologist.almaty", "legal"), (case.manager, "medical"), ("oversight", "psychological")):
        caller = await world.as_(name)
        assert (await caller.get(f"/v1/documents/{ids[secrecy]}")).status_code == 404
        assert (await caller.post(f"/v1/documents/{ids[secrecy]}/links")).status_code == 404
    assert await expectation_holds(owner_url, database_url) > 20
    timeline = (await manager.get(f"/v1/cases/{case.id}/timeline?limit=100")).json()["items"]
    told = [e["text"] for e in timeline if e["kind"].startswith("document.")]
    assert told == ["Document filed: court decision"], "that there are secret ones is secret too"


async def test_documents_of_a_signal_go_on_with_its_case(world: World, owner_url: str, database_url: str) -> None:
    duty = await world.as_("duty.almaty")
    person = done(await duty.post("/v1/persons", {"given_name": "Бала"}))["id"]
    signal = done(
        await duty.post(
            "/v1/signals",
            {
                "source": "police",
                "channel": "call",
                "category": "violence_physical",
                "language": "kk",
                "narrative": "Үйде айғай.",
                "region_code": "KZ-75",
                "subjects": [{"person_id": person, "role": "child"}],
            },
        )
    )["id"]
    plain = await keep(duty, "signal", signal, media_type="image/jpeg", kind="injury_photo")
    letter = await keep(duty, "signal", signal, secrecy="reporter", kind="application")
    medical = await keep(duty, "signal", signal, secrecy="medical", kind="medical_conclusion")
    await age(owner_url, {"letter": letter["id"], "medical": medical["id"]})
    assert await listed(world, "duty.almaty", f"signal_id={signal}") == {"ordinary", "reporter", "medical"}
    assert await listed(world, "duty2.almaty", f"signal_id={signal}") == {"ordinary", "reporter"}
    assert await listed(world, "supervisor.almaty", f"signal_id={signal}") == {"ordinary"}
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    manager_id = str(demo_id("manager.almaty"))
    opened = {"signal_ids": [signal], "children": [person], "manager_id": manager_id}
    case = done(await duty.post("/v1/cases", opened))["id"]
    assert await listed(world, "manager.almaty", f"case_id={case}") == {"ordinary"}
    assert await listed(world, "duty.almaty", f"signal_id={signal}") == {"ordinary", "reporter"}, "the team has it now"
    assert (await fetch(await world.as_("manager.almaty"), plain)).status_code == 200
    assert await expectation_holds(owner_url, database_url) > 3
    manager = await world.as_("manager.almaty")
    done(await manager.post(f"/v1/cases/{case}/restriction", {"restricted": True, "ground": "sexual_violence"}))
    assert await listed(world, "duty.almaty", f"signal_id={signal}") == {"no record"}
    assert (await duty.get(f"/v1/documents/{plain['id']}")).status_code == 404
    assert (await fetch(manager, plain)).status_code == 200
    assert await expectation_holds(owner_url, database_url) > 0


@pytest.mark.parametrize(("record_type", "of"), [("plan", "plan_id"), ("session", None), ("task", None)])
async def test_what_can_not_be_seen_takes_no_document(
    world: World, owner_url: str, record_type: str, of: str | None
) -> None:
    case = await open_case(owner_url)
    stranger = await world.as_("manager2.almaty")
    record = getattr(case, of) if of else case.id
    body = {
        "record_type": record_type,
        "record_id": str(record),
        "kind": "other",
        "secrecy": "ordinary",
        "media_type": "text/plain",
        "size_bytes": 5,
        "file_name": "a.txt",
    }
    answer = await stranger.post("/v1/documents", body)
    assert answer.status_code == (422 if record_type == "task" else 404)
    manager = await world.as_(case.manager)
    if of is not None:
        assert (await announce(manager, record_type, record))["case_id"] == str(case.id)
