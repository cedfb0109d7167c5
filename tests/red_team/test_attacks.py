"""Each attack is refused, says nothing, and stands in the audit log."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO

import asyncpg
import httpx
import pytest

from api.app import create_app
from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.settings import Settings
from tests.clients import World
from tests.conftest import fresh_database, owner_of
from tests.red_team import duties, files, glass, identity, keeping, kin, log, sight, tampering  # noqa: F401 - they register their attacks
from tests.red_team.attack import ATTACKS, Field
from tests.red_team.target import Target, set_up

MEANINGLESS = frozenset({400, 405, 413, 415, 422})
TRIES = [(number, who) for number, attack in sorted(ATTACKS.items()) for who in attack.attackers]


@dataclass(frozen=True)
class Outcome:
    """What came of one attack by one attacker."""

    statuses: tuple[int, ...]
    leaked: tuple[str, ...]
    unrecorded: tuple[str, ...]
    """Request ids of refusals of which the audit log knows nothing; what does not even fit the contract, or was never
    a request of the service, stands in the request log."""


@pytest.fixture(scope="module")
def outcomes(admin_url: str) -> Iterator[dict[tuple[str, str], Outcome]]:
    """All attacks, tried once on one database."""
    with fresh_database(admin_url) as url:
        yield asyncio.run(_try_all(url, owner_of(url, admin_url)))


async def _try_all(database_url: str, owner_url: str) -> dict[tuple[str, str], Outcome]:
    clock = ManualClock(datetime.now(UTC) + timedelta(minutes=10))  # steps name moments that have passed
    application = create_app(Settings(mode="demo", database_url=database_url, database_connections=4), clock)
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        async with (
            application.router.lifespan_context(application),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=application, raise_app_exceptions=False), base_url="http://service"
            ) as client,
        ):
            world = World(client, clock)
            target = await set_up(world, clock, owner_url)
            found = {}
            for number, who in TRIES:
                with redirect_stderr(StringIO()) as logged:
                    answers = await ATTACKS[number].run(Field(world, target, who))
                found[number, who] = await _outcome(answers, target, owner, logged.getvalue())
    finally:
        await owner.close()
    return found


async def _outcome(answers: list[httpx.Response], target: Target, owner: asyncpg.Connection, logged: str) -> Outcome:
    said = [f"{a.text} {a.headers}" for a in answers]
    ids = [a.headers["x-request-id"] for a in answers]
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    in_log = {m["request_id"] for m in lines if m.get("status") in MEANINGLESS or m.get("route") == "unknown"}
    recorded = {
        r["request_id"]
        for r in await owner.fetch(
            "SELECT request_id FROM audit_event WHERE request_id = ANY ($1) AND outcome = 'refused'", ids
        )
    }
    return Outcome(
        statuses=tuple(a.status_code for a in answers),
        leaked=tuple(s for s in target.secrets if any(s in text for text in [*said, logged])),
        unrecorded=tuple(i for i in ids if i not in recorded | in_log),
    )


@pytest.mark.parametrize(("number", "who"), TRIES, ids=[f"{n} {ATTACKS[n].title} ({w})" for n, w in TRIES])
def test_attack(outcomes: dict[tuple[str, str], Outcome], number: str, who: str) -> None:
    outcome = outcomes[number, who]
    assert outcome.statuses, "nothing was tried"
    assert set(outcome.statuses) <= ATTACKS[number].statuses
    assert outcome.leaked == ()
    assert outcome.unrecorded == ()
