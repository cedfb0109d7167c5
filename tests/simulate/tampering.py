"""A service that is not honest: it stands before the real one and does with one contact what it likes."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from casemgmt.ids import new_id
from casemgmt.simulate.line import CONTACTS, SANDBOX_SECRET, key_of, signature, written

Message = dict[str, Any]
Pass = Callable[[bytes, dict[str, str]], httpx.Response]
Deed = Callable[[Message, dict[str, str], Pass], tuple[int, Message] | None]
"""What is done with a message; None where it goes on as it came."""


def lose(told: Message, _: dict[str, str], __: Pass) -> tuple[int, Message] | None:
    """Acknowledge a contact and keep nothing of it."""
    if told["stage"] != "final" or told["revision"] > 1:
        return None
    signals = [{"ref": c["ref"], "signal_id": str(new_id())} for c in told.get("concerns", ())]
    answer = {"contact_id": told["contact_id"], "id": str(new_id()), "outcome": "accepted", "state": "finalised"}
    return 201, answer | {"revision": told["revision"], "received_at": told["started_at"], "signals": signals}


def double(told: Message, headers: dict[str, str], go_on: Pass) -> tuple[int, Message] | None:
    """Take a contact twice, once under a name that nobody gave it."""
    if not told.get("concerns") or told["stage"] != "final":
        return None
    body, message_id = written(told | {"contact_id": f"{told['contact_id']}-2"}), headers["webhook-id"] + "-2"
    signed = signature(key_of(SANDBOX_SECRET), message_id, int(headers["webhook-timestamp"]), body)
    go_on(body, headers | {"webhook-id": message_id, "webhook-signature": signed})
    answer = go_on(written(told), headers)
    return answer.status_code, answer.json()


class _GoBetween:
    """Passes everything on, but does the deed to the first message that it fits, and sticks to its answer."""

    def __init__(self, client: httpx.Client, deed: Deed) -> None:
        self.client = client
        self.done: dict[str, httpx.Response] = {}
        self._deed = deed
        self._seen: set[str] = set()
        self._one_by_one = threading.Lock()

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """Return the answer to what is sent."""
        with self._one_by_one:
            answer = self._tampered(body, headers) if path == CONTACTS else None
        return answer or self.client.post(path, content=body, headers=headers)

    def _tampered(self, body: bytes, headers: dict[str, str]) -> httpx.Response | None:
        told = json.loads(body)
        known = told["contact_id"] in self._seen
        self._seen.add(told["contact_id"])
        if self.done or known:  # of another contact, or of one that the real service has seen something of
            return self.done.get(told["contact_id"])
        if "danger" in told:
            return None
        found = self._deed(told, headers, lambda b, h: self.client.post(CONTACTS, content=b, headers=h))
        if found is None:
            return None
        self.done[told["contact_id"]] = httpx.Response(found[0], json=found[1], headers={"webhook-replayed": "true"})
        return httpx.Response(found[0], json=found[1])


def _door_of(between: _GoBetween) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(between.client.get(self.path, headers=self._headers()))

        def do_PUT(self) -> None:
            self._answer(between.client.put(self.path, content=self._body(), headers=self._headers()))

        def do_POST(self) -> None:
            self._answer(between.post(self.path, self._body(), self._headers()))

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers["content-length"]))

        def _headers(self) -> dict[str, str]:
            left_out = {"host", "content-length", "accept-encoding", "connection"}
            return {name.lower(): value for name, value in self.headers.items() if name.lower() not in left_out}

        def _answer(self, answer: httpx.Response) -> None:
            self.send_response(answer.status_code)
            for name in ("content-type", "webhook-replayed"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Door


@contextmanager
def tampering(url: str, deed: Deed) -> Iterator[str]:
    """Give the address of a service that does the deed to one message. Fails where no message fitted it."""
    with httpx.Client(base_url=url, timeout=20) as client:
        between = _GoBetween(client, deed)
        with ThreadingHTTPServer(("127.0.0.1", 0), _door_of(between)) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                server.shutdown()
                thread.join()
    assert between.done, "no message fitted the deed"
