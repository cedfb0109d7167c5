"""The web server: uvicorn with what it leaves open closed: heads without end, connections without words."""

import gc
import json
from asyncio import TimerHandle, Transport
from http import HTTPStatus
from socket import socket
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.gathering import GatheringTransport
from api.headers import Headers, answer_headers
from casemgmt.settings import Settings
from casemgmt.texts import problem_text

HEAD_BYTES = 16_384
"""Of the first line and the headers together."""
HEAD_FIELDS = 100
FRAMING_BYTES = 65_536
"""Of chunk sizes and trailers, which nobody sees but the parser, beyond `FRAMING_TIMES` of the body."""
FRAMING_TIMES = 8
REST_SECONDS = 1.0
"""How long what a refused client still sends is taken and thrown away."""
ENDLESS = frozenset({"/v1/board/stream"})
"""Answers that have no end of their own."""
_END = b"\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Its answers are those of the application, but for requests that never become one."""

    connections_at_once: ClassVar[int]
    receive_seconds: ClassVar[float]
    """For a head from its first byte, for the first byte from connecting, for the rest of a body after its answer."""
    fixed_headers: ClassVar[Headers]

    _reading_head = True
    _head_bytes = 0
    _framing_bytes = 0
    _timer: TimerHandle | None = None
    _refused = False
    _endless = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in the class above
        """Take the connection, unless there are too many."""
        super().connection_made(GatheringTransport(transport, self.loop))
        if len(self.connections) > self.connections_at_once:
            transport.abort()
            return
        self._timer = self.loop.call_later(self.receive_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. A head is measured before it is parsed: the parser keeps what is not complete."""
        if self._refused:
            return
        if self._reading_head:
            end = data.find(_END)
            if self._head_bytes + (len(data) if end < 0 else end) > HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large")
                return
            self._head_bytes += len(data)
        else:
            self._framing_bytes += len(data)
        super().data_received(data)
        if self._framing_bytes > FRAMING_BYTES:
            self._refuse(HTTPStatus.BAD_REQUEST, "bad-request")
        elif self._reading_head and self._head_bytes and self._timer is None and not self._is_over():
            self._timer = self.loop.call_later(self.receive_seconds, self._head_is_late)

    def shutdown(self) -> None:
        """End with the server. What is told for ever is cut off, else the server would wait for its end."""
        super().shutdown()
        if self._endless:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin a head, which may have come together with the end of the request before it."""
        self._head_bytes = self._head_bytes or 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._reading_head = False
        self._head_bytes = self._framing_bytes = 0
        self._stop_timer()
        if self._is_over():
            return
        if len(self.headers) > HEAD_FIELDS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large")
            return
        super().on_headers_complete()
        self._endless = self.scope["path"] in ENDLESS

    def on_message_complete(self) -> None:
        """End the request; what comes next is another head."""
        self._reading_head = True
        self._stop_timer()
        if not self._is_over():
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body, unless the request was refused."""
        self._framing_bytes -= FRAMING_TIMES * len(body)
        if not self._is_over():
            super().on_body(body)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. What comes after a body is none: it would slip past whoever looked at the headers."""
        if self._reading_head:
            super().on_header(name, value)

    def on_response_complete(self) -> None:
        """End the answer. A body of which nobody waits for the rest must not keep the connection."""
        super().on_response_complete()
        if not self._reading_head and not self._is_over():
            self._stop_timer()
            self._timer = self.loop.call_later(self.receive_seconds, self.transport.close)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - what the parser says is about itself
        """Answer what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, "bad-request")

    def _head_is_late(self) -> None:
        if self._head_bytes:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "body-too-slow")
        else:
            self.transport.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: HTTPStatus, code: str) -> None:
        """Answer without the application, and close. There is no request whose language could be asked."""
        self._stop_timer()
        if self._is_over():
            return
        title, detail = problem_text(code, None)
        document = {"type": f"/problems/{code}", "title": title, "status": status, "code": code, "detail": detail}
        body = json.dumps(document | {"request_id": ""}).encode()
        headers = (
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *self.fixed_headers,
        )
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, status.phrase.encode(), lines, body))
        self.transport.write_eof()
        # Closed at once, what still comes would be answered by a reset, and that takes the answer with it.
        self._refused = True
        self._timer = self.loop.call_later(REST_SECONDS, self.transport.close)

    def _is_over(self) -> bool:
        return self._refused or self.transport.is_closing()


def server_config(settings: Settings, app: Any, *, host: str, port: int) -> uvicorn.Config:
    """Return how the service is served; `app` is the application, or the path of its factory."""
    bounds = {
        "connections_at_once": settings.connections_at_once,
        "receive_seconds": settings.receive_seconds,
        "fixed_headers": answer_headers(settings).api,
    }
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        host=host,
        port=port,
        http=type("Protocol", (BoundedProtocol,), bounds),
        ws="none",
        loop="auto",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application reads X-Forwarded-For itself, and believes named proxies only
        log_level="warning",
        backlog=1024,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )


class Server(uvicorn.Server):
    """The server, which looks for garbage among what requests leave behind and nowhere else.

    A look through everything that was made at the start took 0.27 seconds, in which no request was answered.
    """

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, and keep what there is out of later looks."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until told to stop."""
    Server(server_config(settings, "api.app:create_app", host=host, port=port)).run()
