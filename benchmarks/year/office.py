"""Workers who call the service: the whole application, in this process, over its own interface without a socket."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import FastAPI

from benchmarks.year.country import Worker
from casemgmt.access.tokens import Identity, Tokens
from casemgmt.clock import ManualClock
from casemgmt.settings import Settings

Json = dict[str, Any]
_MANY = 1_000_000_000


class ActRefused(RuntimeError):
    """The service refused what the year holds to be right, or failed."""


def settings_of(database_url: str, document_folder: Any) -> Settings:
    """Return the settings under which the service works through the year: no limit of speed, all else as it ships."""
    return Settings(
        mode="demo",
        database_url=database_url,
        database_connections=4,
        document_folder=document_folder,
        access_token_minutes=25,
        rate_reads=_MANY,
        rate_writes=_MANY,
        rate_searches=_MANY,
    )


class Office:
    """Calls the service in the name of workers."""

    def __init__(self, app: FastAPI, settings: Settings, clock: ManualClock) -> None:
        self._app = app
        self._tokens = Tokens(settings)
        self._clock = clock
        self._held: dict[str, tuple[str, datetime, int]] = {}
        self.calls = 0

    async def ask(
        self, worker: Worker, method: str, path: str, body: Json | None = None, match: str | None = None
    ) -> Json:
        """Call and return what was answered; `ActRefused` where it was not done."""
        status, answer = await self.call(worker, method, path, body, match)
        if status >= 300:  # noqa: PLR2004 - success ends here
            raise ActRefused(f"{worker.name}: {method} {path} answered {status}: {answer.decode()[:600]}\nsent: {body}")
        found: Json = json.loads(answer) if answer else {}
        return found

    async def call(
        self, worker: Worker, method: str, path: str, body: Json | None = None, match: str | None = None
    ) -> tuple[int, bytes]:
        """Call and return status and body."""
        self.calls += 1
        target, sent = urlsplit(path), b"" if body is None else json.dumps(body).encode()
        given = {"host": "year", "authorization": f"Bearer {self._token(worker)}"}
        if match is not None:
            given["if-match"] = match
        if body is not None:
            given |= {"content-type": "application/json", "content-length": str(len(sent))}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": target.path,
            "raw_path": target.path.encode(),
            "query_string": target.query.encode(),
            "root_path": "",
            "headers": [(k.encode(), v.encode()) for k, v in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("year", 80),
        }
        parts: list[bytes] = []
        status = 0
        waiting = [{"type": "http.request", "body": sent, "more_body": False}]

        async def receive() -> Json:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Json) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)  # type: ignore[arg-type]  # plain dictionaries are what it takes
        return status, b"".join(parts)

    def forget(self, worker: Worker, version: int) -> None:
        """Let a worker whose rights changed begin with a new token."""
        self._held[worker.id] = ("", self._clock.now(), version)

    def _token(self, worker: Worker) -> str:
        now = self._clock.now()
        token, until, version = self._held.get(worker.id, ("", now, 2))
        if until - now < timedelta(minutes=1):
            identity = Identity(
                UUID(worker.id), UUID(worker.session), UUID(worker.body.id), worker.body.region, worker.roles, version
            )
            token, until = self._tokens.issue(identity, now), now + self._tokens.life
            self._held[worker.id] = (token, until, version)
        return token
