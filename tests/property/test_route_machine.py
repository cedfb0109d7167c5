"""The route driven by random actors and random acts against the real service.

Whatever is tried: no fault, no illegal state, no write without its event, no case without its manager, no row that
the expectation forbids.
"""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from api.app import create_app
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from casemgmt.demo.play import EXAMPLES
from casemgmt.demo.stage import Json, usual_headers
from casemgmt.machines import MACHINES
from casemgmt.settings import Settings
from tests.all_rows import TABLES, World
from tests.clients import credentials
from tests.expectation import Expectation, keys, seen
from tests.property.acts import ACTS, Act, Pool, new_key
from tests.rows_seen import PRIMARY

USERNAMES = [a.username for a in ACCOUNTS]
FINE = {200, 201, 204, 400, 403, 404, 409, 412, 422, 428}


class Service:
    """The real service in this process, and the owner's look at its database."""

    def __init__(self, database_url: str, owner_url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.run = self.loop.run_until_complete
        self._database_url = database_url
        self.run(self._open(database_url, owner_url))
        self.tokens: dict[str, str] = {}

    async def _open(self, database_url: str, owner_url: str) -> None:
        app = create_app(Settings(mode="demo", database_url=database_url, database_connections=4))
        self._lifespan = app.router.lifespan_context(app)
        await self._lifespan.__aenter__()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://service")
        self.owner = await asyncpg.connect(driver_url(owner_url))
        self.reader = await asyncpg.connect(driver_url(database_url))

    def close(self) -> None:
        """Close everything."""

        async def close() -> None:
            await self._client.aclose()
            await self._lifespan.__aexit__(None, None, None)
            await self.owner.close()
            await self.reader.close()

        self.run(close())
        self.loop.close()

    def call(self, who: str, method: str, path: str, body: Json | None) -> httpx.Response:
        """Call as an account. PUT and PATCH send `If-Match: *`."""
        return self.run(self._call(who, method, path, body))

    async def _call(self, who: str, method: str, path: str, body: Json | None) -> httpx.Response:
        if who not in self.tokens:
            answer = await self._client.post("/v1/token", data=credentials(who))
            self.tokens[who] = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": new_key()} | usual_headers(who)
        if method in {"PUT", "PATCH"}:
            version = await self.owner.fetchval(
                "SELECT version FROM (SELECT id, version FROM plan UNION ALL SELECT id, version FROM assessment) x"
                " WHERE id = $1",
                path.rpartition("/")[2],
            )
            headers["If-Match"] = f'"v{version or 1}"'
        return await self._client.request(method, path, json=body if method != "GET" else None, headers=headers)

    def states(self) -> dict[tuple[str, str], str]:
        """Return the state of every record."""
        statement = " UNION ALL ".join(f"SELECT '{m}' AS machine, id::text, state FROM {m}" for m in MACHINES)
        return {(r["machine"], r["id"]): r["state"] for r in self.run(self.owner.fetch(statement))}

    def fetchval(self, statement: str) -> object:
        """Ask the database as its owner."""
        return self.run(self.owner.fetchval(statement))


@pytest.fixture
def service(database_url: str, owner_url: str) -> Iterator[Service]:
    running = Service(database_url, owner_url)
    yield running
    running.close()


def _reachable(machine: str, before: str, after: str) -> bool:
    """One request may take two steps of one record, never more."""
    pairs = MACHINES[machine].pairs
    return (before, after) in pairs or any(
        (before, m) in pairs and (m, after) in pairs for m in MACHINES[machine].states
    )


def _example(name: str) -> Json:
    body: Json = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return body


def machine_of(service: Service) -> type[RuleBasedStateMachine]:
    """Return the state machine of one test, bound to its service."""

    class Route(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.pool = Pool()
            self.states = service.states()

        @initialize(stage=st.integers(0, 6))
        def begin(self, stage: int) -> None:
            """Start somewhere on the route, so that its end is reached as often as its beginning."""
            random = Random(stage)
            for act in _PRELUDE[: _STAGES[stage]]:
                self._try(act, act.usual[0], random)

        @rule(act=st.sampled_from(ACTS), stranger=st.sampled_from([*USERNAMES, *[""] * 40]), seed=st.integers(0, 999))
        def somebody_tries(self, act: Act, stranger: str, seed: int) -> None:
            random = Random(seed)
            self._try(act, stranger or random.choice(act.usual), random)

        def _try(self, act: Act, who: str, random: Random) -> None:
            path = act.path.format_map(_Ids(self.pool, random))
            answer = service.call(who, act.method, path, act.body(_example, self.pool, random))
            assert answer.status_code in FINE, (act.name, who, answer.status_code, answer.text)
            if answer.status_code >= httpx.codes.BAD_REQUEST:
                assert answer.headers["content-type"] == "application/problem+json"
            elif act.makes is not None:
                found = answer.json()[act.key]
                for record in found if isinstance(found, list) else [answer.json()]:
                    self.pool.add(act.makes, record["id"])
            now = service.states()
            for key, after in now.items():
                before = self.states.get(key)
                if before is None:
                    legal = after == MACHINES[key[0]].initial or _reachable(key[0], MACHINES[key[0]].initial, after)
                else:
                    legal = before == after or _reachable(key[0], before, after)
                assert legal, (act.name, who, key[0], before, after)
            self.states = now

        def teardown(self) -> None:
            assert service.fetchval(_SILENT) == 0
            assert service.fetchval(_UNMANAGED) == 0
            service.run(_compare(service, Random(len(self.states)).sample(USERNAMES, 3)))

    return Route


class _Ids(dict[str, str]):
    def __init__(self, pool: Pool, random: Random) -> None:
        super().__init__()
        self._pool, self._random = pool, random

    def __missing__(self, kind: str) -> str:
        return self._pool.pick(kind, self._random)


_BY_NAME = {a.name: a for a in ACTS}
_PRELUDE = [
    _BY_NAME[name]
    for name in (
        "signal nurse_neglect", "person", "subject", "triage mobile_group", "list referrals", "accept referral",
        "depart", "visit", "visit act", "open case neglect", "contact", "start-assessment", "assessment", "answer",
        "complete assessment", "start-planning", "plan", "sign", "approve", "start-support",
        "team psychologist", "book",
    )
]  # fmt: skip
_STAGES = [0, 4, 10, 12, 16, 20, 22]

_SILENT = """
SELECT count(*) FROM (
    SELECT changed_xid FROM signal UNION SELECT changed_xid FROM case_record UNION SELECT changed_xid FROM referral
    UNION SELECT changed_xid FROM task UNION SELECT changed_xid FROM plan UNION SELECT changed_xid FROM person
    UNION SELECT changed_xid FROM assessment UNION SELECT changed_xid FROM centre_session
    UNION SELECT changed_xid FROM case_handover) w
WHERE NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.xid = w.changed_xid)"""
_UNMANAGED = """
SELECT count(*) FROM case_record c WHERE (SELECT count(*) FROM case_member m WHERE m.case_id = c.id
    AND m.team_role = 'manager' AND m.ended_at IS NULL AND m.user_id = c.manager_id) <> 1"""


async def _compare(service: Service, usernames: list[str]) -> None:
    world = await World.read(service.owner)
    for username in usernames:
        user = demo_id(username)
        expectation = Expectation(world, user, datetime.now(UTC))
        session = uuid4()
        await service.owner.execute(
            "INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at,"
            " second_factor)"
            " VALUES ($1, $2, $3, now(), now(), now() + interval '1 hour', true)",
            session,
            user,
            session.hex,
        )
        version = world.by_id["app_user"][user]["authz_version"]
        async with service.reader.transaction():
            await service.reader.execute("SELECT begin_work($1, $2, $3, 'test')", user, version, session)
            for table in TABLES:
                primary = PRIMARY.get(table, ["id"])
                actual = await seen(service.reader, table, primary)
                assert actual == keys(expectation.visible(table), primary), (username, table)


_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def test_nobody_can_lead_the_route_astray(service: Service) -> None:
    run_state_machine_as_test(
        machine_of(service),
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=_QUIET, phases=[Phase.generate]
        ),
    )


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_nobody_can_lead_the_route_astray_for_long(service: Service) -> None:
    run_state_machine_as_test(
        machine_of(service),
        settings=settings(max_examples=250, stateful_step_count=50, deadline=None, suppress_health_check=_QUIET),
    )
