"""The commands of the audit log, as an operator and an auditor type them."""

import asyncio
import json
import re
import stat
from pathlib import Path

import asyncpg
import pytest

from casemgmt.audit.signing import SigningKey
from tests.audit.logbook import commanded, save, settle, write_events

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sealer_settings(monkeypatch: pytest.MonkeyPatch, sealer_url: str, key: SigningKey, tmp_path: Path) -> Path:
    """Settings of a sealer with a file as its witness; returns that file."""
    witness = tmp_path / "outside" / "heads.jsonl"
    monkeypatch.setenv("CASEMGMT_SEALER_DATABASE_URL", sealer_url)
    monkeypatch.setenv("CASEMGMT_AUDIT_KEY_FILE", str(tmp_path / "audit-key.json"))
    monkeypatch.setenv("CASEMGMT_WITNESS_FILE", str(witness))
    return witness


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.json"
    code, said = commanded("audit", "new-key", "--out", str(path))
    assert code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["private_key"] not in said
    code, said = commanded("audit", "new-key", "--out", str(path))
    assert (code, "never written over" in said) == (2, True)
    before = path.read_bytes()
    assert commanded("audit", "new-key", "--out", str(path), "--unless-there") == (0, "")
    assert path.read_bytes() == before


async def test_seal_export_and_verify_from_end_to_end(
    owner: asyncpg.Connection, sealer_settings: Path, tmp_path: Path
) -> None:
    await write_events(owner, 3)
    await settle(owner)
    code, said = await asyncio.to_thread(commanded, "seal", "--once")
    assert code == 0, said
    assert "events are sealed" in said
    out = tmp_path / "log.jsonl"
    code, said = await asyncio.to_thread(commanded, "audit", "export", "--out", str(out), "--purpose", "inspection")
    assert code == 0, said
    event = await owner.fetchrow("SELECT * FROM audit_event WHERE kind = 'audit.exported'")
    assert event["purpose"] == "inspection"
    code, said = await asyncio.to_thread(commanded, "audit", "verify", str(out), "--witness", str(sealer_settings))
    assert code == 0, said
    assert "It holds." in said
    assert "give --key" in said
    damaged = save(tmp_path / "damaged.jsonl", out.read_bytes().replace(b"test.written", b"test.happened", 1))
    code, said = await asyncio.to_thread(commanded, "audit", "verify", str(damaged))
    assert code == 1
    assert "First bad event" in said


def test_every_command_and_route_that_the_documents_name_is_there() -> None:
    text = "".join((ROOT / name).read_text("utf-8") for name in ("docs/audit.md", "README.md"))
    named = re.findall(r"casemgmt audit ([a-z-]+)([^\n`]*)", text)
    assert {name for name, _ in named} == {"new-key", "export", "verify", "disclose-salt", "open-commitment"}
    for name, rest in named:
        code, said = commanded("audit", name, "--help")
        assert code == 0
        for option in re.findall(r"--[a-z-]+", rest.partition("#")[0]):
            assert option in said, (name, option)
    paths = json.loads((ROOT / "openapi" / "casemgmt.v1.json").read_text("utf-8"))["paths"]
    routes = {route.partition("?")[0] for route in re.findall(r"/v1/audit/[a-z/{}?]+", text)}
    assert len(routes) >= 6
    assert {route.replace("{id}", "{event_id}") for route in routes} <= set(paths)


def test_every_test_that_the_document_points_to_is_there() -> None:
    named = set(re.findall(r"`(test_[a-z_]+\.py)`", (ROOT / "docs/audit.md").read_text("utf-8")))
    assert len(named) >= 4
    assert [name for name in named if not (ROOT / "tests" / "audit" / name).exists()] == []
