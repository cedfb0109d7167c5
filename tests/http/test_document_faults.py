"""Documents when things break: files that were tampered with, a full disk, a process that dies, keys that change."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import asyncpg
import httpx
import pytest
from click.testing import Result
from fastapi import FastAPI
from typer.testing import CliRunner

from api.app import create_app
from casemgmt.cli import app as command_line
from casemgmt.db.addresses import driver_url
from casemgmt.documents import upkeep
from casemgmt.documents.keys import make_key_file, read_key_file
from casemgmt.documents.scanning import ScannerError
from casemgmt.documents.sealing import Sealer, new_key
from casemgmt.documents.storage import Folder
from casemgmt.documents.vault import Vault
from casemgmt.errors import Unavailable
from casemgmt.settings import Settings
from tests.clients import Caller, World
from tests.contents import pdf
from tests.document_steps import announce, fetch, keep, link, send
from tests.factories import count, open_case
from tests.steps import refused

MANAGER = "manager.almaty"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """As of every test, with master keys of its own."""
    make_key_file(tmp_path / "documents.keys")
    return Settings(
        mode="demo",
        database_url=database_url,
        database_connections=8,
        document_folder=tmp_path / "documents",
        document_key_file=tmp_path / "documents.keys",
    )


def files_in(settings: Settings) -> list[Path]:
    return sorted(p for p in settings.document_folder.rglob("*") if p.is_file())


async def execute(owner_url: str, statement: str, *arguments: Any) -> None:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        await connection.execute("SELECT set_config('casemgmt.audited', 'on', false)")
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()


async def file_of(owner_url: str, settings: Settings, document: dict[str, Any]) -> Path:
    name = await count(owner_url, "SELECT storage_name FROM document WHERE id = $1", document["id"])
    return Folder(settings.document_folder).place(name)


async def test_a_file_that_was_changed_exchanged_or_lost_is_found_and_not_sent(
    world: World, owner_url: str, settings: Settings
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    large = pdf(b"x" * 200_000)
    documents = [await keep(manager, "case", case.id, content=large) for _ in range(5)]
    places = [await file_of(owner_url, settings, d) for d in documents]
    files = [p.read_bytes() for p in places]
    turned = bytearray(files[0])
    turned[len(turned) // 2] ^= 0x10
    places[0].write_bytes(turned)
    places[1].write_bytes(files[2])
    places[2].write_bytes(files[2][: 20 + 2 * (65_536 + 16)])
    places[3].unlink()
    for document in documents[:4]:
        answer = await fetch(manager, document)
        assert refused(answer) == (503, "document-unreadable")
        assert b"xxxx" not in answer.content
    assert (await fetch(manager, documents[4])).content == large
    told = "SELECT array_agg(reason ORDER BY at) FROM audit_event WHERE kind = 'document.unreadable'"
    assert await count(owner_url, told) == ["damaged", "damaged", "damaged", "missing"]


async def test_a_row_that_points_to_another_document_or_digest_opens_nothing(
    world: World, owner_url: str, settings: Settings
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    mine, other = await keep(manager, "case", case.id), await keep(manager, "case", case.id)
    of_other = "(SELECT wrapped FROM document_key WHERE document_id = $2)"
    exchange = f"UPDATE document_key SET wrapped = {of_other} WHERE document_id = $1"
    await execute(owner_url, exchange, mine["id"], other["id"])
    assert refused(await fetch(manager, mine)) == (503, "document-unreadable")
    with pytest.raises(asyncpg.PostgresError, match="no longer be edited"):
        await execute(owner_url, "UPDATE document SET digest = repeat('0', 64) WHERE id = $1", other["id"])
    await execute(owner_url, "ALTER TABLE document DISABLE TRIGGER frozen")
    await execute(owner_url, "UPDATE document SET digest = repeat('0', 64) WHERE id = $1", other["id"])
    assert refused(await fetch(manager, other)) == (503, "document-unreadable")


@pytest.mark.parametrize(
    ("number", "step", "code", "status"),
    [
        (errno.ENOSPC, "write", "storage-full", 507),
        (errno.ENOSPC, "keep", "storage-full", 507),
        (errno.EDQUOT, "begin", "storage-full", 507),
        (errno.EIO, "write", "storage-failing", 503),
    ],
)
async def test_a_storage_that_is_full_or_fails_keeps_nothing_and_says_so(
    world: World, owner_url: str, settings: Settings, app: FastAPI, number: int, step: str, code: str, status: int
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    document = await announce(manager, "case", case.id)
    storage = app.state.services.vault.storage

    class Failing(Folder):
        def begin(self) -> Any:
            if step == "begin":
                raise OSError(number, os.strerror(number))
            incoming = super().begin()
            setattr(incoming, step, _raise)
            return incoming

    def _raise(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    app.state.services.vault.storage = Failing(settings.document_folder)
    assert refused(await send(manager, document, pdf())) == (status, code)
    assert files_in(settings) == []
    assert await count(owner_url, "SELECT state FROM document") == "awaited"
    assert await count(owner_url, "SELECT count(*) FROM document_key") == 0
    app.state.services.vault.storage = storage
    assert (await send(manager, document, pdf())).status_code == 200


async def test_a_content_that_breaks_off_leaves_nothing(world: World, owner_url: str, settings: Settings) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    content = pdf(b"x" * 600_000)
    document = await announce(manager, "case", case.id, size_bytes=len(content))

    async def half() -> AsyncIterator[bytes]:
        yield content[:300_000]
        raise ConnectionResetError

    headers = {"Content-Type": "application/pdf"}
    await manager.request("PUT", f"/v1/documents/{document['id']}/content", content=half(), headers=headers)
    assert files_in(settings) == []
    assert (await manager.get(f"/v1/documents/{document['id']}")).json()["state"] == "awaited"
    assert (await send(manager, document, content)).status_code == 200


class _Verdict:
    """A scanner of one opinion."""

    def __init__(self, *, clean: bool | None) -> None:
        self._clean = clean

    def is_clean(self, _: object) -> bool:
        if self._clean is None:
            raise ScannerError
        return self._clean


async def test_what_a_scanner_finds_something_in_is_not_kept_nor_what_it_does_not_look_at(
    world: World, owner_url: str, settings: Settings, app: FastAPI
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    document = await announce(manager, "case", case.id)
    for clean, status, code in ((False, 422, "document-infected"), (None, 503, "scanner-silent")):
        app.state.services.vault.scanner = _Verdict(clean=clean)
        assert refused(await send(manager, document, pdf())) == (status, code)
    assert files_in(settings) == []
    told = "SELECT reason FROM audit_event WHERE kind = 'document.content_refused'"
    assert await count(owner_url, told) == "document-infected"
    app.state.services.vault.scanner = _Verdict(clean=True)
    assert (await send(manager, document, pdf())).json()["scan"] == "clean"


async def test_the_same_content_sent_twice_at_once_is_kept_once(
    world: World, owner_url: str, settings: Settings
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    document = await announce(manager, "case", case.id)
    answers = await asyncio.gather(*(send(manager, document, pdf()) for _ in range(4)))
    assert [a.status_code for a in answers] == [200] * 4
    assert len({a.text for a in answers}) == 1
    assert len(files_in(settings)) == 1
    assert (await fetch(manager, document)).content == pdf()


def test_without_a_master_key_nothing_is_kept_outside_the_demo(tmp_path: Path) -> None:
    secrets: dict[str, Any] = {f"{name}_secret": name * 8 for name in ("token", "lookup", "factor", "webhook")}
    settings = Settings(mode="production", document_folder=tmp_path / "documents", **secrets)
    with pytest.raises(Unavailable) as refusal:
        _ = Vault(settings).keys
    assert refusal.value.code == "documents-not-set-up"


@pytest.mark.long
async def test_a_service_that_is_killed_in_the_middle_leaves_a_file_that_is_swept(
    world: World, owner_url: str, settings: Settings
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    content = pdf(b"x" * 900_000)
    document = await announce(manager, "case", case.id, size_bytes=len(content))
    with _Process(settings) as process:
        process.send_half(document, manager, content)
        for _ in range(200):
            if files_in(settings) and files_in(settings)[0].stat().st_size > 100_000:
                break
            await asyncio.sleep(0.05)
        process.kill()
    (left,) = files_in(settings)
    assert left.parent.name == "incoming"
    assert (await manager.get(f"/v1/documents/{document['id']}")).json()["state"] == "awaited"
    young = _command(owner_url, settings, "check")
    assert young.exit_code == 0
    assert "1 files belong to no document yet" in young.output
    os.utime(left, (0, 0))
    old = _command(owner_url, settings, "check")
    assert (old.exit_code, "--sweep" in old.output) == (1, True)
    swept = _command(owner_url, settings, "check", "--sweep")
    assert (swept.exit_code, files_in(settings)) == (0, [])
    assert await count(owner_url, "SELECT count(*) FROM audit_event WHERE kind = 'document.files_swept'") == 1
    large = pdf(b"x" * 24_000_000)
    again = await announce(manager, "case", case.id, size_bytes=len(large))
    with _Process(settings) as process:
        for each, whole in ((document, content), (again, large)):
            assert process.send(each, manager, whole).status_code == 200
    assert (await fetch(manager, again)).content == large


async def test_the_check_names_every_document_that_is_not_as_it_was(
    world: World, owner_url: str, settings: Settings
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    whole, changed, lost, exchanged = [await keep(manager, "case", case.id) for _ in range(4)]
    assert _command(owner_url, settings, "check").exit_code == 0
    place = await file_of(owner_url, settings, changed)
    place.write_bytes(place.read_bytes()[:-1])
    (await file_of(owner_url, settings, lost)).unlink()
    await _exchange(owner_url, settings, exchanged, pdf(b"another decision"))
    assert b"another decision" in (await fetch(manager, exchanged)).content, "who holds all keys can do that"
    answer = _command(owner_url, settings, "check")
    assert answer.exit_code == 1
    assert "4 documents have a content; 1 are whole" in answer.output
    assert f"{changed['id']}: the file was changed" in answer.output
    assert f"{lost['id']}: the file is missing" in answer.output
    assert f"{exchanged['id']}: its digest is not the one that the audit log committed to" in answer.output
    assert whole["id"] not in answer.output
    told = "SELECT count(*) FROM audit_event WHERE kind = 'document.unreadable' AND request_id = 'cli'"
    assert await count(owner_url, told) == 3


async def test_an_erased_document_is_unreadable_for_ever(world: World, owner_url: str, settings: Settings) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    document = await keep(manager, "case", case.id)
    url = await link(manager, document)
    place = await file_of(owner_url, settings, document)
    await execute(owner_url, "UPDATE document SET state = 'erased' WHERE id = $1", document["id"])
    assert refused(await manager.get(url)) == (409, "document-not-kept")
    seen = (await manager.get(f"/v1/documents/{document['id']}")).json()
    assert (seen["state"], seen["file_name"], seen["allowed_actions"]) == ("erased", None, [])
    assert await count(owner_url, "SELECT wrapped FROM document_key") is None
    with pytest.raises(asyncpg.PostgresError, match="gone for ever"):
        await execute(owner_url, "UPDATE document_key SET wrapped = 'ab', destroyed_at = NULL")
    os.utime(place, (0, 0))
    assert _command(owner_url, settings, "check", "--sweep").exit_code == 0
    assert not place.exists()


async def test_the_master_key_is_changed_while_documents_are_read(
    world: World, owner_url: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    documents = [await keep(manager, "case", case.id) for _ in range(5)]
    assert settings.document_key_file is not None
    ring = make_key_file(tmp_path / "new.keys", read_key_file(settings.document_key_file))
    both = settings.model_copy(update={"document_key_file": tmp_path / "new.keys"})
    under_new = "SELECT count(*) FROM document_key WHERE master_key_id = $1"
    monkeypatch.setattr(upkeep, "_BATCH", 2)

    def stop(done: int, _: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await upkeep.rotate_keys(owner_url, ring, stop)
    assert await count(owner_url, under_new, ring.current.id) == 2
    application = create_app(both)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=application), base_url="http://service") as client,
    ):
        reader = Caller(client, manager.token)
        for document in documents:
            assert (await fetch(reader, document)).content == pdf(), "half of the keys are wrapped anew"
        answer = _command(owner_url, both, "rotate-key")
        assert answer.exit_code == 0
        assert "3 keys are wrapped" in answer.output
        assert await count(owner_url, under_new, ring.current.id) == 5
        assert (await fetch(reader, documents[0])).status_code == 200
    assert refused(await fetch(manager, documents[0])) == (503, "document-unreadable"), "the old key opens nothing now"
    stale = _command(owner_url, settings, "rotate-key")
    assert stale.exit_code == 2
    assert ring.current.id in stale.output
    assert await count(owner_url, "SELECT count(*) FROM audit_event WHERE kind = 'document.keys_rewrapped'") == 3


def _command(owner_url: str, settings: Settings, *words: str) -> Result:
    environment = {
        "CASEMGMT_MIGRATION_DATABASE_URL": owner_url,
        "CASEMGMT_DOCUMENT_FOLDER": str(settings.document_folder),
        "CASEMGMT_DOCUMENT_KEY_FILE": str(settings.document_key_file),
    }
    found: list[Result] = []  # the command has a loop of its own
    thread = threading.Thread(
        target=lambda: found.append(CliRunner().invoke(command_line, ["files", *words], env=environment))
    )
    thread.start()
    thread.join()
    return found[0]


async def _exchange(owner_url: str, settings: Settings, document: dict[str, Any], content: bytes) -> None:
    """Put another content in the place of one, with everything that database, storage and key file allow."""
    assert settings.document_key_file is not None
    master, key, place = read_key_file(settings.document_key_file).current, new_key(), UUID(document["id"])
    sealer = Sealer(key, place)
    (await file_of(owner_url, settings, document)).write_bytes(sealer.update(content) + sealer.finish())
    await execute(owner_url, "ALTER TABLE document DISABLE TRIGGER frozen")
    await execute(owner_url, "UPDATE document SET digest = $2 WHERE id = $1", document["id"], sealer.digest)
    changed = "UPDATE document_key SET wrapped = $2 WHERE document_id = $1"
    await execute(owner_url, changed, document["id"], master.wrap(key, place))


class _Process:
    """The service in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            "CASEMGMT_MODE": "demo",
            "CASEMGMT_DATABASE_URL": str(settings.database_url),
            "CASEMGMT_DOCUMENT_FOLDER": str(settings.document_folder),
            "CASEMGMT_DOCUMENT_KEY_FILE": str(settings.document_key_file),
        }
        program = (
            "from api.server import serve; from casemgmt.settings import Settings; "
            f"serve(Settings(), '127.0.0.1', {self.port})"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], env=os.environ | environment, stdout=subprocess.DEVNULL
        )
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        for _ in range(400):
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health/live").status_code == 200:
                    return self
            except httpx.TransportError:
                assert self._process.poll() is None, "the service ended by itself"
                time.sleep(0.05)
        raise AssertionError("the service did not start")

    def send_half(self, document: dict[str, Any], caller: Caller, content: bytes) -> None:
        """Send the first half of a content and no more, on a connection that stays open."""
        self._socket = socket.create_connection(("127.0.0.1", self.port))
        head = (
            f"PUT /v1/documents/{document['id']}/content HTTP/1.1\r\nHost: service\r\n"
            f"Authorization: Bearer {caller.token}\r\nContent-Type: application/pdf\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + content[: len(content) // 2])

    def send(self, document: dict[str, Any], caller: Caller, content: bytes) -> httpx.Response:
        """Send all of a content."""
        headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/pdf"}
        url = f"http://127.0.0.1:{self.port}/v1/documents/{document['id']}/content"
        return httpx.put(url, content=content, headers=headers, timeout=60)

    def kill(self) -> None:
        """Kill it at once."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def __exit__(self, *_: object) -> None:
        self.kill()
        if self._socket is not None:
            self._socket.close()
