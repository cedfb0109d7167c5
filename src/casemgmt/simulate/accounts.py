"""What is asked for with a token: by a person of the desk, and by the centre's system that carries answers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import httpx

from casemgmt.simulate.line import Answer, LineError, read

_DAY = "/v1/contacts/reconciliation"
_NEWS = "/v1/webhook-events"
_PURPOSE = {"Access-Purpose": "own_signals"}
_MOST = "500"


class Account:
    """An account of the service, with a token as long as it holds."""

    def __init__(
        self, client: httpx.AsyncClient, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> None:
        self._client = client
        self._form = dict(form)
        self._headers = dict(headers or {})
        self._token: str | None = None

    async def ask(self, method: str, path: str, **request: Any) -> Answer:
        """Ask once, with a new token where there is none or it holds no more. Status 0 where no answer came."""
        answer = await self._once(method, path, request)
        if answer.status == httpx.codes.UNAUTHORIZED:
            self._token = None
            answer = await self._once(method, path, request)
        return answer

    async def _once(self, method: str, path: str, request: dict[str, Any]) -> Answer:
        try:
            if self._token is None:
                given = read(await self._client.post("/v1/token", data=self._form))
                if not given.taken:
                    return given
                self._token = given.body["access_token"]
            headers = self._headers | {"Authorization": f"Bearer {self._token}"}
            return read(await self._client.request(method, path, headers=headers, **request))
        except httpx.TransportError:
            return Answer(0, {})


class Desk:
    """A person of the centre's desk, who may read the day's account, and answers children."""

    def __init__(self, client: httpx.AsyncClient, source: str, username: str, password: str) -> None:
        self._account = Account(client, {"grant_type": "password", "username": username, "password": password})
        self._source = source
        self._who = username

    async def account(self, day: date) -> dict[str, Any]:
        """Return the service's account of a day of Kazakhstan; `LineError` where it does not give it."""
        answer = await self._account.ask("GET", _DAY, params={"source": self._source, "day": day.isoformat()})
        if answer.status == 0:
            raise LineError("The service does not answer when asked for the day's account.")
        if not answer.taken:
            raise LineError(f"{self._who} does not get the day's account: {answer.status} {answer.code}.")
        return answer.body

    async def write_answer(self, signal_id: str, template: str) -> Answer:
        """Answer the child of a signal, in the words of a template."""
        return await self._account.ask("POST", f"/v1/signals/{signal_id}/answers", json={"template": template})

    async def answer_of(self, answer_id: str) -> Answer:
        """Ask how an answer stands."""
        return await self._account.ask("GET", f"/v1/answers/{answer_id}")


class Carrier:
    """The system of the centre that carries answers: it hears of them, fetches the words, and tells what became."""

    def __init__(self, client: httpx.AsyncClient, name: str, secret: str) -> None:
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        self._account = Account(client, form, _PURPOSE)
        self._who = name
        self._cursor: str | None = None

    async def open(self) -> None:
        """Pass by what was told before; `LineError` where nothing is told to this account."""
        page = await self._page()
        if not page.taken:
            raise LineError(
                f"{self._who} is told of no answers: {page.status} {page.code}. Name the account that carries them"
                " (--carrier), or leave them out (--no-answers)."
            )
        if page.body["more"]:
            await self.news()

    async def news(self) -> list[Mapping[str, Any]]:
        """Return what was told since the last time; the rest the next time, where the service does not answer now."""
        found: list[Mapping[str, Any]] = []
        while (page := await self._page()).taken:
            found += page.body["items"]
            if not page.body["more"]:
                break
        return found

    async def _page(self) -> Answer:
        asked = {"limit": _MOST} if self._cursor is None else {"limit": _MOST, "after": self._cursor}
        page = await self._account.ask("GET", _NEWS, params=asked)
        if page.taken:
            self._cursor = page.body["next_cursor"]
        return page

    async def fetch(self, answer_id: str) -> Answer:
        """Ask for the words of an answer."""
        return await self._account.ask("GET", f"/v1/answers/{answer_id}/message")

    async def tell(self, answer_id: str, receipt_id: str, receipt: Mapping[str, Any]) -> Answer:
        """Tell what became of an answer."""
        return await self._account.ask("PUT", f"/v1/answers/{answer_id}/receipts/{receipt_id}", json=receipt)
