"""A commitment is opened by who has the salt and the value, and by nobody else."""

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey
from tests.audit.logbook import commanded, exported, settle
from tests.clients import World
from tests.steps import done

FIELD = "person.given_name"


async def _opened(*words: str, typed: str) -> tuple[int, str]:
    return await asyncio.to_thread(commanded, "audit", "open-commitment", *words, typed=typed)


async def _renamed(world: World) -> str:
    """Rename a child, and return the child's id."""
    duty = await world.as_("duty.almaty")
    body = {"given_name": "Айша", "birth": {"precision": "exact", "date": "2012-03-04"}}
    path = f"/v1/persons/{done(await duty.post('/v1/persons', body))['id']}"
    tag = (await duty.get(path)).headers["ETag"]
    done(await duty.patch(path, {"given_name": "Аружан"}, headers={"If-Match": tag}))
    return path.rpartition("/")[2]


class Case:
    """A renamed child, the sealed event of it, and what an auditor has in hand."""

    def __init__(self, event_id: str, person: str, salt: str, shown: Path, log: Path) -> None:
        self.event_id = event_id
        self.person = person
        self.salt = salt
        self.shown = shown
        self.log = log


async def _case(
    world: World,
    owner: asyncpg.Connection,
    sealer: Sealer,
    sealing: asyncpg.Connection,
    key: SigningKey,
    folder: Path,
) -> Case:
    person = await _renamed(world)
    await settle(owner)
    await sealer.seal()
    event_id = str(await owner.fetchval("SELECT id FROM audit_event WHERE kind = 'person.changed'"))
    code, salt = await asyncio.to_thread(commanded, "audit", "disclose-salt", event_id, "--purpose", "inspection")
    assert code == 0, salt
    shown, log = folder / "event.json", folder / "log.jsonl"
    shown.write_bytes((await (await world.as_("auditor")).get(f"/v1/audit/events/{event_id}")).content)
    log.write_bytes(await exported(sealing, key))
    return Case(event_id, person, salt.strip(), shown, log)


@pytest.fixture
def as_owner(monkeypatch: pytest.MonkeyPatch, owner_url: str) -> None:
    monkeypatch.setenv("CASEMGMT_MODE", "demo")
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", owner_url)


async def test_an_auditor_proves_what_a_field_held_from_the_export_or_the_event_alone(
    as_owner: None,
    world: World,
    owner: asyncpg.Connection,
    sealer: Sealer,
    sealing: asyncpg.Connection,
    key: SigningKey,
    tmp_path: Path,
) -> None:
    case = await _case(world, owner, sealer, sealing, key, tmp_path)
    for source in ((str(case.shown),), (str(case.log), "--event", case.event_id)):
        options = (*source, "--field", FIELD, "--salt", case.salt)
        for value, side in (("Айша\n", "before"), ("Аружан\n", "after"), ('"Аружан"', "after")):
            code, said = await _opened(*options, typed=value)
            assert code == 0, said
            assert f"{FIELD} of {case.person} held this {side} event {case.event_id} (person.changed" in said
            assert json.loads(case.shown.read_text())["proof"]["leaf_hash"] in said
        code, said = await _opened(*options, typed="Алия\n")
        assert (code, "does not match" in said) == (1, True)
        other = (*source, "--field", FIELD, "--salt", "00" * 32)
        assert (await _opened(*other, typed="Айша\n"))[0] == 1

    event = await owner.fetchrow("SELECT * FROM audit_event WHERE kind = 'audit.salt_disclosed'")
    assert ([str(i) for i in event["record_ids"]], event["purpose"]) == ([case.event_id], "inspection")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"field": "person.birth_date"}, "commits to no such field; there are: person.given_name"),
        ({"salt": "abc"}, "The salt is 64 hexadecimal digits"),
        ({"event": "00000000-0000-0000-0000-000000000000"}, "holds no event 00000000"),
        ({"source": "absent.json"}, "can't be read: No such file"),
        (
            {"text": '{"event": {"id": "a"}}\n{"event": {"id": "b"}}'},
            "holds several events: say which one with --event",
        ),
        ({"text": "no event at all"}, "is neither an export nor an event"),
        ({"text": '{"a": 1}'}, "holds no event."),
    ],
)
def test_what_can_not_be_told_is_said_with_its_place(tmp_path: Path, change: dict[str, str], said: str) -> None:
    event: dict[str, Any] = {
        "id": "11111111-1111-1111-1111-111111111111",
        "record_ids": [],
        "changes": [{"record": "r", "field": FIELD, "before": None, "after": "00"}],
    }
    source = tmp_path / "event.json"
    source.write_text(change.get("text", json.dumps({"event": event}, indent=1)))
    words = [change.get("source", str(source)), "--field", change.get("field", FIELD)]
    words += ["--salt", change.get("salt", "11" * 32)]
    if "event" in change:
        words += ["--event", change["event"]]
    code, output = commanded("audit", "open-commitment", *words, typed="x")
    assert code == 2
    assert said in output.replace("\n", " ")


async def test_no_salt_is_disclosed_of_what_was_erased(as_owner: None, world: World, owner: asyncpg.Connection) -> None:
    await _renamed(world)
    event_id = str(await owner.fetchval("SELECT id FROM audit_event WHERE kind = 'person.changed'"))
    await owner.execute("DELETE FROM audit_salt")
    code, said = await asyncio.to_thread(commanded, "audit", "disclose-salt", event_id, "--purpose", "inspection")
    assert (code, "what it changed was erased" in said) == (2, True)
    assert not await owner.fetchval("SELECT count(*) FROM audit_event WHERE kind = 'audit.salt_disclosed'")
