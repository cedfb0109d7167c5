"""What an event commits to is what the database holds; and what is erased leaves every proof as it was."""

import json
from typing import Any

import asyncpg
from rich.console import Console

from casemgmt.audit.commitments import commit, content
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey
from casemgmt.demo.play import EXAMPLES, play
from tests.audit.logbook import exported, settle, verified
from tests.clients import World
from tests.steps import done


async def _commitments(owner: asyncpg.Connection) -> dict[tuple[str, str], tuple[bytes, dict[str, Any]]]:
    """The last commitment to each field, with the salt that opens it; without those of migration and start."""
    rows = await owner.fetch(
        "SELECT s.salt, e.changes FROM audit_event e JOIN audit_salt s ON s.event_id = e.id"
        " WHERE e.request_id NOT IN ('migrate', 'start') ORDER BY e.at"
    )
    found = {}
    for row in rows:
        for change in json.loads(row["changes"]):
            found[change["record"], change["field"]] = row["salt"], change
    return found


async def _row(owner: asyncpg.Connection, table: str, record: str) -> dict[str, Any]:
    key = await owner.fetch(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
        " WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int[], a.attnum::int)",
        table,
    )
    where = " AND ".join(f"{k['attname']}::text = ${n}" for n, k in enumerate(key, 1))
    row = await owner.fetchrow(f"SELECT * FROM {table} WHERE {where}", *record.split("/"))
    documents = {
        r["attname"]
        for r in await owner.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND atttypid = 'jsonb'::regtype", table
        )
    }
    return {n: json.loads(v) if n in documents and v is not None else v for n, v in dict(row).items()}


async def test_every_commitment_of_a_whole_route_opens_to_what_the_database_holds(
    world: World, owner: asyncpg.Connection
) -> None:
    await play(world.client, Console(quiet=True), stories=["violence"], examples=EXAMPLES)
    last = await _commitments(owner)
    changed = {(record, field.partition(".")[0]) for record, field in last if not field.endswith(".*")}
    fields = {field for _, field in last}
    assert len(fields) > 60
    # what functions with the owner's rights wrote is there like all else
    assert {"case_record.*", "case_record.manager_id", "case_handover.state", "signal.case_id", "task.result"} <= fields
    wrong = []
    for (record, field), (salt, change) in last.items():
        table, _, column = field.partition(".")
        row = await _row(owner, table, record)
        if column == "*":
            if (record, table) in changed:
                continue  # as it was first; its present content was not committed to as a whole
            value: Any = content(table, row)
        else:
            value = row[column]
        if commit(salt, record, field, "after", value) != change["after"]:
            wrong.append(field)
    assert sorted(set(wrong)) == []


async def _last_change(owner: asyncpg.Connection, kind: str) -> tuple[bytes, list[dict[str, Any]], list[str]]:
    row = await owner.fetchrow(
        "SELECT s.salt, e.changes, e.fields FROM audit_event e JOIN audit_salt s ON s.event_id = e.id"
        " WHERE e.kind = $1 ORDER BY e.at DESC LIMIT 1",
        kind,
    )
    return row["salt"], json.loads(row["changes"]), row["fields"]


async def _renamed(world: World) -> str:
    duty = await world.as_("duty.almaty")
    person = done(
        await duty.post("/v1/persons", {"given_name": "Айша", "birth": {"precision": "exact", "date": "2012-03-04"}})
    )
    path = f"/v1/persons/{person['id']}"
    tag = (await duty.get(path)).headers["ETag"]
    changed = await duty.patch(path, {"given_name": "Аружан"}, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    return str(person["id"])


async def test_a_change_commits_to_what_was_before_and_what_is_after(world: World, owner: asyncpg.Connection) -> None:
    person = await _renamed(world)
    salt, changes, fields = await _last_change(owner, "person.changed")
    (change,) = [c for c in changes if c["field"] == "person.given_name"]
    assert "person.given_name" in fields
    assert change["before"] == commit(salt, person, "person.given_name", "before", "Айша")
    assert change["after"] == commit(salt, person, "person.given_name", "after", "Аружан")
    assert change["after"] != commit(salt, person, "person.given_name", "after", "Айша")
    assert change["after"] != commit(salt, person, "person.given_name", "before", "Аружан")
    assert change["after"] != commit(bytes(32), person, "person.given_name", "after", "Аружан")


async def test_the_same_value_is_never_committed_to_in_the_same_way(world: World, owner: asyncpg.Connection) -> None:
    await _renamed(world)
    await _renamed(world)
    salts = [r["salt"] for r in await owner.fetch("SELECT salt FROM audit_salt")]
    assert len(set(salts)) == len(salts) >= 4
    assert {len(s) for s in salts} == {32}


async def test_erasing_a_child_and_the_salts_leaves_the_proof_whole(
    world: World, owner: asyncpg.Connection, sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey
) -> None:
    person = await _renamed(world)
    await settle(owner)
    await sealer.seal()
    assert verified(await exported(sealing, key), key).hold
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("DELETE FROM person WHERE id = $1", person)
    await owner.execute("DELETE FROM audit_salt")
    export = await exported(sealing, key)
    assert verified(export, key).hold
    text = export.decode()
    assert person in text
    assert not any(secret in text for secret in ("Айша", "Аружан", "2012-03-04"))
