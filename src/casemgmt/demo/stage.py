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
    ) -> None:
        self._client = client
        self._examples = examples
        self._console = console
        self._language = language
        self._tokens: dict[str, str] = {}
        self._clock = clock
        self._started = clock()
        self.record = Record()

    def chapter(self, title: str) -> None:
        """Announce a part of the story."""
        self._console.print(f"\n[bold]{title}[/bold]")

    def example(self, name: str, changes: Mapping[str, object] | None = None) -> Json:
        """Return a payload of `openapi/examples` with the ids of this run put in."""
        body: Json = json.loads((self._examples / f"{name}.json").read_text("utf-8"))
        return body | dict(changes or {})

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
        """Take a step that succeeds, and return the answer; its ETag stands under `_etag`."""
        answer = await self._call(who, method, path, body, headers)
        expected = status or (201 if method == "POST" and answer.status_code == httpx.codes.CREATED else 200)
        if answer.status_code != expected:
            raise DemoError(
                f"'{told}' by {who}: {method} {path} answered {answer.status_code} instead of"
                f" {expected}:\n{answer.text}"
            )
        self.record.acts += 1
        self._tell("[green]✔[/green]", who, told)
        document: Json = answer.json() if answer.content else {}
        return document | {"_etag": answer.headers.get("etag", "")}

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
        """Take a wrong turn, which the service must refuse with this status and code."""
        answer = await self._call(who, method, path, body, headers)
        document: Json = answer.json() if answer.content else {}
        if answer.status_code != status or (code is not None and document.get("code") != code):
            raise DemoError(
                f"Wrong turn '{told}' by {who}: {method} {path} answered {answer.status_code} instead of"
                f" {status} {code or ''}:\n{answer.text}"
            )
        self.record.refusals += 1
        self._tell("[red]✘[/red]", who, f"{told} [dim]→ {status} {document.get('title', '')}[/dim]", indent=True)
        return document

    async def _call(
        self, who: str, method: str, path: str, body: Json | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        if who not in self._tokens and who != ANYBODY:
            answer = await self._client.post("/v1/token", data=credentials(who))
            if (
                answer.json().get("code") == "second-factor-wrong"
            ):  # played twice within half a minute: a code holds once
                await asyncio.sleep(STEP_SECONDS)
                answer = await self._client.post("/v1/token", data=credentials(who))
            if answer.status_code != httpx.codes.OK:
                raise DemoError(f"{who} could not log in ({answer.status_code}). Is the demo data loaded (`make run`)?")
            self._tokens[who] = answer.json()["access_token"]
        all_headers = {"Accept-Language": self._language} | usual_headers(who)
        if who != ANYBODY:
            all_headers["Authorization"] = f"Bearer {self._tokens[who]}"
        answer = await self._client.request(method, path, json=body, headers=all_headers | dict(headers or {}))
        self.record.calls.append((method, path, answer.status_code))
        return answer

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
