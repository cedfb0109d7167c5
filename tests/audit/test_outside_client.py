"""A client that knows RFC 9162 and Ed25519 and nothing of this program checks the log over HTTP.

Nothing of `casemgmt.audit` is used to verify: only hashlib, json and cryptography.
"""

import hashlib
import json
from typing import Any

import asyncpg
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from httpx import AsyncClient

from casemgmt.audit.sealer import Sealer
from tests.audit.logbook import fill, settle, write_events
from tests.clients import World
from tests.steps import open_case

Document = dict[str, Any]


def written(document: Document) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_of(event: Document) -> bytes:
    return hashlib.sha256(b"\x00" + written(event)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf: bytes, position: int, size: int, path: list[str]) -> bytes:
    """Return the root that an inclusion proof leads to, after RFC 9162, section 2.1.3.2."""
    fn, sn, r = position, size - 1, leaf
    for p in map(bytes.fromhex, path):
        assert sn > 0
        if fn & 1 or fn == sn:
            r = _node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = _node(r, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return r


def roots_from(first: int, first_root: bytes, second: int, path: list[str]) -> tuple[bytes, bytes]:
    """Return the two roots that a consistency proof leads to, after RFC 9162, section 2.1.4.2."""
    steps = [bytes.fromhex(p) for p in path]
    if first & (first - 1) == 0:
        steps = [first_root, *steps]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = steps[0]
    for c in steps[1:]:
        assert sn > 0
        if fn & 1 or fn == sn:
            fr, sr = _node(c, fr), _node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return fr, sr


class Outsider:
    """Somebody without an account, who asks for the keys once and believes nothing else."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **query: object) -> Document:
        answer = await self.client.get(f"/v1/audit{path}", params={k: str(v) for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        document: Document = answer.json()
        return document

    async def trusted(self, head: Document) -> bytes:
        """Return the root of a head whose signature holds."""
        keys = {key["id"]: key for key in (await self.get("/keys"))["items"]}
        key = keys[head["key"]]
        assert key["valid_from"] <= head["sealed_at"]
        assert key["valid_until"] is None or head["sealed_at"] < key["valid_until"]
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["public_key"]))
        statement = {name: value for name, value in head.items() if name != "signature"}
        public.verify(bytes.fromhex(head["signature"]), written(statement))
        return bytes.fromhex(head["root"])


@pytest.fixture
def outsider(world: World) -> Outsider:
    return Outsider(world.client)


async def test_an_event_that_is_shown_is_proved_to_stand_in_the_log(
    world: World, outsider: Outsider, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    case = await open_case(world)
    await (await world.as_("manager.almaty")).get(f"/v1/cases/{case.id}")
    auditor = await world.as_("auditor")
    listed = await auditor.get("/v1/audit/events", params={"case_id": case.id, "kind": "case.read"})
    event_id = listed.json()["items"][0]["id"]
    await settle(owner)
    await sealer.seal()
    shown = (await auditor.get(f"/v1/audit/events/{event_id}")).json()
    assert (shown["event"]["kind"], shown["event"]["record_ids"]) == ("case.read", [case.id])
    leaf = leaf_of(shown["event"])
    proof = shown["proof"]
    root = await outsider.trusted(proof["head"])
    assert root_from(leaf, proof["position"], proof["head"]["size"], proof["path"]) == root

    # Whoever was given the event gets the same proof without an account, and no other event is proved by it.
    own = await outsider.get("/inclusion", event_id=event_id, leaf_hash=leaf.hex())
    assert own == proof
    other = leaf_of(shown["event"] | {"actor_id": None})
    assert root_from(other, proof["position"], proof["head"]["size"], proof["path"]) != root


async def test_the_log_is_proved_to_have_only_grown(
    outsider: Outsider, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    await fill(owner, sealer, 3, 8, 1, 300, 2)
    heads = (await outsider.get("/heads"))["items"]
    assert len(heads) == 5
    latest = heads[0]
    assert latest == await outsider.get("/heads/latest")
    for old in heads:
        assert old == await outsider.get(f"/heads/{old['size']}")
        old_root, new_root = await outsider.trusted(old), await outsider.trusted(latest)
        proof = await outsider.get("/consistency", first=old["size"])
        assert (proof["first"], proof["second"]) == (old, latest)
        if old is latest:
            assert proof["path"] == []
            continue
        assert roots_from(old["size"], old_root, latest["size"], proof["path"]) == (old_root, new_root)
        assert roots_from(old["size"], old_root, latest["size"], proof["path"][::-1]) != (old_root, new_root)


async def test_every_event_is_proved_against_every_head_that_covers_it(
    outsider: Outsider, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    await fill(owner, sealer, 3, 260, 5)
    heads = (await outsider.get("/heads"))["items"]
    leaves = await owner.fetch("SELECT position, event_id, hash FROM audit_leaf ORDER BY position")
    for leaf in [*leaves[:4], *leaves[254:259], *leaves[-3:]]:
        for head in heads:
            question = {"event_id": leaf["event_id"], "leaf_hash": leaf["hash"].hex(), "size": head["size"]}
            answer = await outsider.client.get("/v1/audit/inclusion", params={k: str(v) for k, v in question.items()})
            if leaf["position"] >= head["size"]:
                assert (answer.status_code, answer.json()["code"]) == (404, "event-not-sealed")
                continue
            proof = answer.json()
            assert proof["position"] == leaf["position"]
            root = root_from(leaf["hash"], proof["position"], head["size"], proof["path"])
            assert root.hex() == proof["head"]["root"] == head["root"]


async def test_a_head_with_another_word_in_it_is_believed_by_nobody(
    outsider: Outsider, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    await fill(owner, sealer, 3)
    head = await outsider.get("/heads/latest")
    await outsider.trusted(head)
    for change in ({"size": head["size"] - 1}, {"generation": 2}, {"horizon": "1"}, {"root": "00" * 32}):
        with pytest.raises(InvalidSignature):
            await outsider.trusted(head | change)


async def test_the_heads_are_paged_newest_first(outsider: Outsider, sealer: Sealer, owner: asyncpg.Connection) -> None:
    await fill(owner, sealer, 1, 1, 1, 1, 1)
    whole = (await outsider.get("/heads"))["items"]
    paged: list[Document] = []
    cursor: dict[str, str] = {}
    while True:
        page = await outsider.get("/heads", limit=2, **cursor)
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == whole
    assert [h["size"] for h in whole] == sorted((h["size"] for h in whole), reverse=True)


async def test_what_is_not_there_is_said_in_words(
    world: World, outsider: Outsider, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    empty = await world.client.get("/v1/audit/heads/latest")
    assert (empty.status_code, empty.json()["code"]) == (404, "no-such-head")
    assert (await outsider.get("/keys"))["items"] == []
    (first, *_) = await fill(owner, sealer, 4)
    (unsealed,) = await write_events(owner, 1)
    size = (await outsider.get("/heads/latest"))["size"]
    auditor = await world.as_("auditor")
    for path, code in {
        f"/heads/{size + 1}": "no-such-head",
        f"/consistency?first={size}&second={size - 1}": "no-such-head",
        f"/consistency?first={size + 1}": "sizes-reversed",
        f"/consistency?first={size - 1}": "no-such-head",
        f"/inclusion?event_id={first}&leaf_hash={'00' * 32}": "event-not-sealed",
        f"/events/{unsealed}": "event-not-sealed",
        f"/events/{first}?size={size + 1}": "no-such-head",
    }.items():
        answer = await auditor.get(f"/v1/audit{path}")
        assert answer.json()["code"] == code, path


async def test_the_event_itself_is_for_auditors_and_the_look_stands_in_the_log(
    world: World, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    event_id = (await fill(owner, sealer, 2))[-1]
    for username in ("manager.almaty", "admin", "oversight"):
        refused = await (await world.as_(username)).get(f"/v1/audit/events/{event_id}")
        assert refused.status_code == 403
    assert (await world.client.get(f"/v1/audit/events/{event_id}")).status_code == 401
    auditor = await world.as_("auditor")
    assert (await auditor.get(f"/v1/audit/events/{event_id}")).status_code == 200
    assert (await auditor.get("/v1/audit/sealing")).status_code == 200
    kinds = [e["kind"] for e in (await auditor.get("/v1/audit/events")).json()["items"]]
    assert {"audit.event_read", "audit.sealing_read"} <= set(kinds)
    by_event = (await auditor.get("/v1/audit/events", params={"record_id": str(event_id)})).json()["items"]
    assert by_event[0]["kind"] == "audit.event_read"


async def test_a_leaf_whose_event_was_removed_is_shown_as_what_it_is(
    world: World, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    event_id = (await fill(owner, sealer, 3))[-1]
    auditor = await world.as_("auditor")
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("DELETE FROM audit_event WHERE id = $1", event_id)
    shown = (await auditor.get(f"/v1/audit/events/{event_id}")).json()
    assert shown["event"] is None
    assert shown["proof"]["leaf_hash"]
    await owner.execute("DELETE FROM audit_leaf WHERE position = 1")
    broken = await auditor.get(f"/v1/audit/events/{event_id}")
    assert (broken.status_code, broken.json()["code"]) == (409, "sealed-log-broken")
