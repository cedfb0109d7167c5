"""The stage of the demo: accounts that call the service over HTTP, each step told in one line, wrong turns as well.

It knows the public contract only, and takes its payloads from `openapi/examples`.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.table import Table

from casemgmt.access.factors import STEP_SECONDS, code_at
from casemgmt.access.purposes import HEADER as PURPOSE
from casemgmt.access.purposes import states_purpose
from casemgmt.demo.accounts import ACCOUNTS, DEMO_FACTOR_KEY, DEMO_PASSWORD

Json = dict[str, Any]
ANYBODY = "anybody"
"""Somebody without an account."""
ALMATY = ZoneInfo("Asia/Almaty")


class DemoError(Exception):
    """The service answered something else than the story expects; the text is for the person at the terminal."""


@dataclass
class Token:
    """What an account calls with, until when, and what gets it the next one."""

    access: str
    refresh: str | None
    until: datetime


def machine_now() -> datetime:
    """Return the moment of the machine: the clock of stories that are played as they happen."""
    return datetime.now(UTC)


@dataclass
class Record:
    """What was told and what was called: for the test that plays the same story."""

    acts: int = 0
    refusals: int = 0
    calls: list[tuple[str, str, int]] = field(default_factory=list)


def credentials(username: str, at: datetime | None = None) -> dict[str, str]:
    """Return the form by which an account of the demo signs in: persons by password, machines by their own grant.

    Where the roles demand a second factor a code comes along: of the moment of the service's clock.
    """
    account = next((a for a in ACCOUNTS if a.username == username), None)
    if account is not None and account.kind == "service":
        return {"grant_type": "client_credentials", "client_id": username, "client_secret": DEMO_PASSWORD}
    form = {"grant_type": "password", "username": username, "password": DEMO_PASSWORD}
    if account is not None and account.needs_code:
        form["code"] = code_at(DEMO_FACTOR_KEY, at or datetime.now(UTC))
    return form


def usual_headers(username: str) -> dict[str, str]:
    """Return what an account of the demo says with every request: for what it reads, where its roles demand that."""
    account = next((a for a in ACCOUNTS if a.username == username), None)
    if account is None or not states_purpose(account.roles):
        return {}
    return {PURPOSE: "own_signals" if account.kind == "service" else "planned_inspection"}


class Stage:
    """Plays steps and prints them."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        examples: Path,
        console: Console,
        *,
        language: str = "en",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        self._client = client
        self._examples = examples
        self._console = console
        self._language = language
        self._tokens: dict[str, Token] = {}
        self._clock = clock
        self._now = now
        self._started = clock()
        self.record = Record()

    def chapter(self, title: str) -> None:
        """Announce a part of the story."""
        self._console.print(f"\n[bold]{title}[/bold]")

    def example(self, name: str, changes: Mapping[str, object] | None = None) -> Json:
        """Return a payload of `openapi/examples` with the ids of this run put in."""
        body: Json = json.loads((self._examples / f"{name}.json").read_text("utf-8"))
        return body | dict(changes or {})

    async def take(
        self,
        who: str,
        told: str,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        content: bytes | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Take a step that succeeds, without a word, and return the answer; its ETag stands under `_etag`."""
        answer = await self._call(who, method, path, body, headers, content)
        expected = {status} if status else {200, 201, 202, 204} if method != "GET" else {200}
        if answer.status_code not in expected:
            raise DemoError(f"'{told}' by {who}: {method} {path} answered {answer.status_code}:\n{answer.text}")
        self.record.acts += 1
        told_in_json = answer.content and answer.headers["content-type"].startswith("application/json")
        document: Json = answer.json() if told_in_json else {}
        return document | {"_etag": answer.headers.get("etag", "")}

    async def act(
        self,
        who: str,
        told: str,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Take a step that succeeds, tell of it, and return the answer; its ETag stands under `_etag`."""
        document = await self.take(who, told, method, path, body, status=status, headers=headers)
        self._tell("[green]✔[/green]", who, told)
        return document

    async def wrong_turn(
        self,
        who: str,
        told: str,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        status: int,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Take a wrong turn without a word: the service must refuse it with this status and code."""
        answer = await self._call(who, method, path, body, headers)
        document: Json = answer.json() if answer.content else {}
        if answer.status_code != status or (code is not None and document.get("code") != code):
            raise DemoError(
                f"Wrong turn '{told}' by {who}: {method} {path} answered {answer.status_code} instead of"
                f" {status} {code or ''}:\n{answer.text}"
            )
        self.record.refusals += 1
        return document

    async def with_old_token(
        self, who: str, told: str, method: str, path: str, body: Json, headers: Mapping[str, str]
    ) -> Json:
        """Call with the token that an account holds though it is over: what a client does that was without network."""
        if self._now() < self._tokens[who].until:
            raise DemoError(f"'{told}' by {who}: the token is not over yet.")
        given = self._headers(who) | dict(headers)
        answer = await self._client.request(method, path, json=body, headers=given)
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            raise DemoError(f"'{told}' by {who}: {method} {path} answered {answer.status_code} instead of 401.")
        self.record.refusals += 1
        problem: Json = answer.json()
        return problem

    async def refused(
        self,
        who: str,
        told: str,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        status: int,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Take a wrong turn and tell how the service refused it."""
        document = await self.wrong_turn(who, told, method, path, body, status=status, code=code, headers=headers)
        self._tell("[red]✘[/red]", who, f"{told} [dim]→ {status} {document.get('title', '')}[/dim]", indent=True)
        return document

    async def _call(
        self,
        who: str,
        method: str,
        path: str,
        body: Json | None,
        headers: Mapping[str, str] | None,
        content: bytes | None = None,
    ) -> httpx.Response:
        if who != ANYBODY:
            await self._sign_in(who)
        given = self._headers(who) | dict(headers or {})
        answer = await self._client.request(method, path, json=body, content=content, headers=given)
        self.record.calls.append((method, path, answer.status_code))
        return answer

    def _headers(self, who: str) -> dict[str, str]:
        headers = {"Accept-Language": self._language} | usual_headers(who)
        return headers if who == ANYBODY else headers | {"Authorization": f"Bearer {self._tokens[who].access}"}

    async def _sign_in(self, who: str) -> None:
        """See that an account has a token that works: a client gets the next one before the last is over."""
        token = self._tokens.get(who)
        if token is not None and self._now() < token.until:
            return
        if token is not None and token.refresh is not None:
            form = {"grant_type": "refresh_token", "refresh_token": token.refresh}
            answer = await self._client.post("/v1/token", data=form)
            if answer.status_code == httpx.codes.OK:
                self._keep(who, answer)
                return
        answer = await self._client.post("/v1/token", data=credentials(who, self._now()))
        if answer.json().get("code") == "second-factor-wrong":  # played twice within half a minute: a code holds once
            await asyncio.sleep(STEP_SECONDS)
            answer = await self._client.post("/v1/token", data=credentials(who, self._now()))
        if answer.status_code != httpx.codes.OK:
            raise DemoError(f"{who} could not log in ({answer.status_code}). Is the demo data loaded (`make run`)?")
        self._keep(who, answer)

    def _keep(self, who: str, answer: httpx.Response) -> None:
        given = answer.json()
        until = self._now() + timedelta(seconds=given["expires_in"])
        self._tokens[who] = Token(given["access_token"], given["refresh_token"], until)

    def _tell(self, mark: str, who: str, told: str, *, indent: bool = False) -> None:
        seconds = self._clock() - self._started
        self._console.print(
            f"{'    ' if indent else ' '}{mark} [dim]{seconds:5.1f}s[/dim] [cyan]{who:<20}[/cyan] {told}"
        )

    def tell_change(self, change: list[Json]) -> None:
        """Print the measured change per domain."""
        for domain in change:
            self._console.print(
                f"      {domain['domain']:<24} {domain['earlier']:>3} → {domain['later']:>3}  ({domain['change']:+d})"
            )

    def tell_answer(self, answer: Json) -> None:
        """Print what the law answers about a benefit."""
        amount = answer["amount"]
        told = f"{answer['label']}: {answer['entitled'].replace('_', ' ')}"
        if answer["entitled"] == "yes" and amount and amount["exact"]:
            told += f", {int(amount['low']):,} tenge".replace(",", " ")
        if answer["missing"]:
            told += f" [dim](facts missing: {len(answer['missing'])})[/dim]"
        if answer["sign_off"] and answer["sign_off"]["example"]:
            told += " [dim](example, not an authority's)[/dim]"
        self._console.print(f"      {told}")

    def tell_difference(self, again: Json) -> None:
        """Print two answers under the law of two days."""
        moved = ", ".join(entry["label"] for entry in again["moved"])
        self._console.print(
            f"      {again['on']}: {again['after']['amount']['low']} tenge instead of"
            f" {again['before']['amount']['low']} ({again['difference']}); moved: {moved}"
        )

    @staticmethod
    def moment_ago() -> str:
        """Return a moment that has just passed, as a person would note it."""
        return (datetime.now(UTC) - timedelta(seconds=1)).isoformat()  # the story's own clock

    async def tell_timeline(self, who: str, path: str) -> list[Json]:
        """Print a timeline as a person would want to read it, and return its entries."""
        entries: list[Json] = []
        cursor = ""
        while True:
            answer = await self._call(who, "GET", f"{path}{cursor}", None, None)
            page = answer.json()
            entries.extend(page["items"])
            if page["next_cursor"] is None:
                break
            cursor = f"?cursor={page['next_cursor']}"
        table = Table(show_header=True, header_style="bold", box=None, pad_edge=False)
        for column in ("when", "who", "what"):
            table.add_column(column)
        for e in entries:
            at = datetime.fromisoformat(e["at"]).astimezone(ALMATY)
            table.add_row(f"{at:%d.%m.%Y %H:%M:%S}", e["actor"]["name"], e["text"])
        self._console.print(table)
        return entries
