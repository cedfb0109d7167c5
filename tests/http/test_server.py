"""The server process itself, over bare sockets: what a client library would never send."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from casemgmt.demo.stage import credentials
from tests.conftest import fresh_database
from tests.running import Service as RunningService

NARRATIVE = {
    "source": "qr_111",
    "channel": "qr_message",
    "category": "bullying",
    "language": "kk",
    "narrative": "Мені ренжітеді.",
    "region_code": "KZ-75",
}


@dataclass(frozen=True)
class Answer:
    """What came back on a connection until it ended."""

    status: int
    headers: str
    body: bytes

    @property
    def code(self) -> str:
        """The code of the problem."""
        code: str = json.loads(self.body)["code"]
        return code


@dataclass(frozen=True)
class Service:
    """A running process of the service."""

    port: int
    token: str

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a connection for a while."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def send(self, *pieces: bytes) -> Answer:
        """Send bytes as they are, and read until the service ends the connection."""
        async with self.connection() as (reader, writer):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return _parsed(await asyncio.wait_for(reader.read(), 20))

    def post(self, *headers: str, path: str = "/v1/signals") -> bytes:
        """Return the head of a POST of an operator."""
        fixed = ("Host: service", f"Authorization: Bearer {self.token}", "Content-Type: application/json", *headers)
        return "\r\n".join((f"POST {path} HTTP/1.1", *fixed, "", "")).encode()


def _parsed(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, _, headers = head.decode().partition("\r\n")
    return Answer(int(first.split()[1]) if first else 0, headers, body)


@pytest.fixture(scope="module")
def service(admin_url: str) -> Iterator[Service]:
    """The service as it is started everywhere, with little patience."""
    patience = {"receive_seconds": "0.4", "body_limit_bytes": "100000", "connections_at_once": "20"}
    with fresh_database(admin_url) as database:
        running = RunningService(database, **patience)
        running.start()
        form = credentials("operator.111")
        yield Service(running.port, httpx.post(f"{running.url}/v1/token", data=form).json()["access_token"])
        running.stop()


async def test_a_body_without_a_length_is_measured_too(service: Service) -> None:
    small = json.dumps(NARRATIVE).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(small[i : i + 50]), small[i : i + 50]) for i in range(0, len(small), 50))
    taken = await service.send(service.post("Transfer-Encoding: chunked", "Connection: close"), chunks, b"0\r\n\r\n")
    assert taken.status == 201, taken
    large = b"%x\r\n%b\r\n" % (30_000, b"a" * 30_000)
    refused = await service.send(service.post("Transfer-Encoding: chunked"), *[large] * 4)
    assert (refused.status, refused.code) == (413, "body-too-large")
    assert "connection: close" in refused.headers


async def test_a_length_beyond_the_limit_is_refused_before_the_body_comes(service: Service) -> None:
    refused = await service.send(service.post("Content-Length: 100001"))
    assert (refused.status, refused.code) == (413, "body-too-large")


async def test_a_body_that_drips_is_ended(service: Service) -> None:
    for head in (service.post("Content-Length: 500"), service.post("Transfer-Encoding: chunked")):
        refused = await service.send(head, b'5\r\n{"nar')
        assert (refused.status, refused.code) == (408, "body-too-slow")
        assert "x-content-type-options: nosniff" in refused.headers


async def test_a_body_that_drips_after_its_answer_does_not_keep_the_connection(service: Service) -> None:
    answered = await service.send(b"POST /v1/signals HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"{")
    assert answered.status == 401


async def test_a_head_that_drips_is_ended(service: Service) -> None:
    refused = await service.send(b"GET /v1/me HTTP/1.1\r\nHost: service\r\nX-A: ")
    assert (refused.status, refused.code) == (408, "body-too-slow")
    assert (await service.send(b"")).status == 0
    second = await service.send(b"GET /health/live HTTP/1.1\r\nHost: service\r\n\r\n", b"GET /v1")
    assert second.status == 200
    assert b"HTTP/1.1 408" in second.body


@pytest.mark.parametrize(
    "head",
    [
        b"X-A: " + b"a" * 20_000 + b"\r\n\r\n",
        b"X-A: " + b"a" * 20_000,
        b"".join(b"X-%d: a\r\n" % number for number in range(101)) + b"\r\n",
        b"X: a\r\n" * 20_000,
    ],
)
async def test_a_head_that_is_too_large_is_refused(service: Service, head: bytes) -> None:
    refused = await service.send(b"GET /v1/me HTTP/1.1\r\n" + head)
    assert (refused.status, refused.code) == (431, "head-too-large")
    assert "x-frame-options: DENY" in refused.headers


async def test_a_line_that_is_too_long_is_refused(service: Service) -> None:
    refused = await service.send(b"GET /v1/me?cursor=" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: service\r\n\r\n")
    assert (refused.status, refused.code) == (431, "head-too-large")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /\xd0\xb0 HTTP/1.1\r\nHost: service\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost : service\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: service\r\nX-A: a\x00b\r\n\r\n",
        b"POST /v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /v1/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"CONNECT evil.kz:443 HTTP/1.1\r\nHost: evil.kz:443\r\n\r\n",
    ],
)
async def test_what_two_readers_could_read_differently_is_no_request(service: Service, request_bytes: bytes) -> None:
    refused = await service.send(request_bytes)
    assert (refused.status, refused.code) == (400, "bad-request")
    assert "cache-control: no-store" in refused.headers
    assert "server:" not in refused.headers


@pytest.mark.parametrize("path", [b"/v1/./me", b"/v1/../v1/me", b"/v1/x/../me", b"//v1/me", b"/v1/me/..", b"/v1/\\me"])
async def test_a_path_that_walks_leads_nowhere(service: Service, path: bytes) -> None:
    refused = await service.send(b"GET %b HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n" % path)
    assert (refused.status, refused.code) == (404, "not-found")


async def test_a_header_behind_the_body_is_none(service: Service) -> None:
    head = b"POST /v1/signals HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    trailer = b"0\r\nAuthorization: Bearer %b\r\n\r\n" % service.token.encode()
    assert (await service.send(head + trailer)).status == 401


async def test_framing_without_a_body_is_refused(service: Service) -> None:
    head = service.post("Transfer-Encoding: chunked")
    try:
        refused = await service.send(head, b"0\r\nX-A: " + b"a" * 400_000)
    except ConnectionError:  # the refusal is lost where it overtakes what is still being sent
        return
    assert (refused.status, refused.code) == (400, "bad-request")


async def test_connections_beyond_the_limit_are_closed_and_the_others_served(service: Service) -> None:
    kept = [await asyncio.open_connection("127.0.0.1", service.port) for _ in range(30)]
    closed = 0
    for reader, writer in kept:
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: service\r\n\r\n")
        try:
            closed += not await asyncio.wait_for(reader.read(100), 20)
        except ConnectionError:
            closed += 1
    for _, writer in kept:
        writer.close()
    assert closed == 10
