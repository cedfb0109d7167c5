"""Second factors in tests: an authenticator that an account enrols over HTTP, and its codes."""

from dataclasses import dataclass
from datetime import timedelta

import httpx
import pyotp

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import DEMO_FACTOR_KEY, DEMO_PASSWORD
from tests.clients import Caller, World

STEP = timedelta(seconds=30)
FACTOR = "/v1/me/second-factor"
SHOW = f"{FACTOR}/show"


@dataclass
class Authenticator:
    """Codes of one secret, by the clock of the test."""

    clock: ManualClock
    secret: str = DEMO_FACTOR_KEY

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of some half minutes later."""
        return pyotp.TOTP(self.secret).at(self.clock.now() + steps * STEP)

    async def show(self, caller: Caller, steps: int = 0) -> httpx.Response:
        """Show a code within the caller's session."""
        return await caller.post(SHOW, {"code": self.code(steps)})


async def enrol(world: World, username: str, clock: ManualClock) -> tuple[Caller, Authenticator]:
    """Let an account choose a second factor, and return it signed in with that factor shown."""
    caller = await world.as_(username)
    begun = await caller.request("PUT", FACTOR, json={"current": DEMO_PASSWORD})
    assert begun.status_code == 200, begun.text
    authenticator = Authenticator(clock, begun.json()["secret"])
    confirmed = await caller.request("PUT", f"{FACTOR}/confirmation", json={"code": authenticator.code()})
    assert confirmed.status_code == 200, confirmed.text
    return caller, authenticator


async def log_in(world: World, username: str, code: str | None = None) -> Caller:
    """Open another session of an account."""
    form = {"grant_type": "password", "username": username, "password": DEMO_PASSWORD}
    answer = await world.client.post("/v1/token", data=form | ({"code": code} if code else {}))
    assert answer.status_code == 200, answer.text
    return Caller(world.client, answer.json()["access_token"])
