"""Alerts: who answers for a body or for accounts hears of what is out of the ordinary without asking, once a day."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from casemgmt.alerts.jobs import SCHEDULE
from casemgmt.alerts.kinds import KINDS, Audience
from casemgmt.alerts.places import client_family, wide_network
from casemgmt.alerts.wording import alert_text
from casemgmt.cli import app as cli
from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from casemgmt.demo.stage import credentials
from casemgmt.settings import Settings
from tests.clients import Caller, World
from tests.conftest import worker_of
from tests.factor_steps import FACTOR, SHOW, Authenticator
from tests.factories import count
from tests.jobs.worker import do_all_due
from tests.people import statuses
from tests.records import rows
from tests.steps import CaseAtWork, done, open_case

PATH = "/v1/alerts"
ALERTS = "SELECT count(*) FROM security_alert WHERE audience = 'body'"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile"
SOMEBODY = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "X-Forwarded-For": "198.51.100.7"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Thresholds that a test reaches, and a proxy that tells the caller's address."""
    return Settings(
        mode="demo",
        database_url=database_url,
        database_connections=8,
        unusual_records=3,
        unusual_refusals=3,
        trusted_proxies="127.0.0.1/32",
    )


Sweep = Callable[[], Awaitable[int]]


@pytest.fixture
def swept(database_url: str, owner_url: str, settings: Settings, clock: ManualClock) -> Sweep:
    """Let the worker look for unusual access by its clock; gives how many alerts came of it."""

    async def sweep() -> int:
        before = await count(owner_url, ALERTS)
        await do_all_due(worker_of(database_url), settings, clock, SCHEDULE)
        assert await count(owner_url, "SELECT count(*) FROM jobs.job") == 0, "the job is done"
        return int(await count(owner_url, ALERTS)) - int(before)

    return sweep


async def heard(world: World, username: str, **options: Any) -> set[tuple[str, str]]:
    """Return kind and account of the alerts that somebody hears of."""
    items = done(await (await world.as_(username)).get(PATH, **options))["items"]
    return {(a["kind"], a["user"]["id"]) for a in items}


async def log_in(
    world: World, clock: ManualClock, username: str, headers: dict[str, str] | None = None, **form: str
) -> httpx.Response:
    return await world.client.post("/v1/token", data=credentials(username, clock.now()) | form, headers=headers)


async def notices(world: World, username: str) -> list[str]:
    return [n["kind"] for n in done(await (await world.as_(username)).get("/v1/me/notices"))["items"]]


def alerts_in(logged: StringIO) -> list[dict[str, Any]]:
    """Return the lines of the log that a monitoring system watches for."""
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    return [line for line in lines if line["event"].startswith("alert.")]


async def _refused_looks(world: World) -> CaseAtWork:
    """Let two members of staff, of two bodies, try at what is not theirs."""
    for case in [await open_case(world) for _ in range(4)]:
        await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty", "psychologist.almaty")
    return case


async def test_who_answers_for_the_body_hears_of_unusual_access_of_its_staff_and_nobody_else_does(
    world: World, swept: Sweep, owner_url: str
) -> None:
    case = await _refused_looks(world)
    with redirect_stderr(StringIO()) as logged:
        assert await swept() == 2
    manager, psychologist = str(demo_id("manager2.almaty")), str(demo_id("psychologist.almaty"))
    assert {
        name: {account for kind, account in await heard(world, name) if kind == "refusals"}
        for name in ("supervisor.almaty", "head.almaty", "supervisor.astana", "admin", "auditor")
    } == {
        "supervisor.almaty": {manager},
        "head.almaty": {psychologist},
        "supervisor.astana": set(),
        "admin": set(),
        "auditor": {manager, psychologist},
    }
    assert await notices(world, "manager2.almaty") == [], "who is looked into is not warned"
    others = ("manager2.almaty", "duty.almaty", "oversight", "records")
    assert await statuses(world, PATH, *others) == dict.fromkeys(others, 403)
    lines = alerts_in(logged)
    assert {(line["event"], line["account"]) for line in lines} == {
        ("alert.refusals", manager),
        ("alert.refusals", psychologist),
    }
    assert all((line["level"], line["count"], line["threshold"]) == ("warning", 4, 3) for line in lines)
    told = logged.getvalue() + (await (await world.as_("supervisor.almaty")).get(PATH)).text
    assert not [secret for secret in (case.id, case.child) if secret in told]
    raised = await rows(owner_url, "SELECT reason, record_ids FROM audit_event WHERE kind = 'alert.raised'")
    assert {(e["reason"], str(e["record_ids"][1])) for e in raised} >= {
        ("refusals", manager),
        ("refusals", psychologist),
    }
    assert len(await rows(owner_url, "SELECT 1 FROM audit_event WHERE kind = 'unusual_access.swept'")) == 1


async def test_one_finding_is_told_once_however_often_it_is_looked_for(
    world: World, swept: Sweep, owner_url: str
) -> None:
    await _refused_looks(world)
    assert await swept() == 2
    assert await swept() == 0
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE security_alert SET day = day - 1")  # as if yesterday
    await owner.close()
    assert await swept() == 0, "the same looks are not told again on the next day"
    case = await open_case(world)
    await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty")
    assert await swept() == 1, "it goes on"


async def test_an_alert_is_closed_with_what_it_was_by_somebody_else_than_the_one_concerned(
    world: World, swept: Sweep
) -> None:
    await _refused_looks(world)
    for case in [await open_case(world) for _ in range(4)]:
        await statuses(world, f"/v1/persons/{case.child}/health-notes", "supervisor.almaty")
    await swept()
    supervisor = await world.as_("supervisor.almaty")
    me = done(await supervisor.get("/v1/me"))
    assert me["open_alerts"] == 1, "not the own one"
    assert done(await (await world.as_("duty.almaty")).get("/v1/me"))["open_alerts"] is None
    (alert,) = done(await supervisor.get(f"{PATH}?state=open"))["items"]
    assert alert["text"] == "4 refusals in 60 minutes (threshold 3)"
    path = f"{PATH}/{alert['id']}"
    read = await supervisor.get(path)
    assert [a["action"] for a in read.json()["allowed_actions"] if a["allowed"]] == ["explain", "find_misuse"]
    verdict = {"finding": "explained", "note": "Ауысымда қате тізім берілген."}
    auditor = await world.as_("auditor")
    assert (await auditor.post(f"{path}/close", verdict)).status_code == 403, "an auditor takes no part"
    assert (await (await world.as_("head.almaty")).post(f"{path}/close", verdict)).status_code == 404
    closed = done(await supervisor.post(f"{path}/close", verdict, headers={"If-Match": read.headers["etag"]}))
    assert (closed["state"], closed["note"]) == ("explained", verdict["note"])
    assert (await supervisor.post(f"{path}/close", verdict)).status_code == 409
    assert done(await supervisor.get("/v1/me"))["open_alerts"] == 0
    assert (await notices(world, "supervisor.almaty")) == [], "who is looked into is not warned"
    own = next(
        a
        for a in done(await auditor.get(PATH))["items"]
        if a["user"]["id"] == str(demo_id("supervisor.almaty")) and a["kind"] == "refusals"
    )
    assert (await supervisor.get(f"{PATH}/{own['id']}")).status_code == 404
    assert (await supervisor.post(f"{PATH}/{own['id']}/close", verdict)).status_code == 404


async def test_a_log_in_from_elsewhere_is_told_to_its_user_and_to_who_keeps_accounts(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    home = {"User-Agent": PHONE, "X-Forwarded-For": "203.0.113.9"}
    assert (await log_in(world, clock, "duty.almaty", home)).status_code == 200
    assert await notices(world, "duty.almaty") == ["new_log_in_place"], "the tests' own client came second"
    newer = {"User-Agent": PHONE.replace("126.0", "127.1"), "X-Forwarded-For": "203.0.44.1"}
    await log_in(world, clock, "duty.almaty", newer)
    assert len(await notices(world, "duty.almaty")) == 1, "an update and a neighbouring address are no other place"
    await log_in(world, clock, "duty.almaty", home | {"X-Forwarded-For": "198.51.100.7"})
    assert sorted(await notices(world, "duty.almaty")) == ["new_log_in_place", "new_log_in_sign"]
    await log_in(world, clock, "duty2.almaty", home)
    with redirect_stderr(StringIO()) as logged:
        await log_in(world, clock, "duty2.almaty", SOMEBODY)
        await log_in(world, clock, "duty2.almaty", {"User-Agent": "third", "X-Forwarded-For": "192.0.2.1"})
    assert [(line["event"], line["account"]) for line in alerts_in(logged)] == [
        ("alert.new_log_in_place", str(demo_id("duty2.almaty")))
    ], "one a day"
    assert ("new_log_in_place", str(demo_id("duty2.almaty"))) in await heard(world, "admin")
    assert "new_log_in_sign" not in {kind for kind, _ in await heard(world, "admin")}, "that is for the user to judge"
    assert not [a for a in await heard(world, "supervisor.almaty") if a[0].startswith("new_log_in")]
    kept = await rows(owner_url, "SELECT l::text AS line FROM login_place l")
    assert not [r for r in kept if "203.0" in r["line"] or "Mozilla" in r["line"]], "no place is kept"


async def test_a_device_that_shows_its_token_is_known_wherever_it_is(world: World, clock: ManualClock) -> None:
    home = {"User-Agent": PHONE, "X-Forwarded-For": "203.0.113.9"}
    token = (await log_in(world, clock, "duty.almaty", home)).json()["device_token"]
    moved = await log_in(world, clock, "duty.almaty", SOMEBODY, device_token=token)
    caller = Caller(world.client, moved.json()["access_token"])
    assert done(await caller.get("/v1/me/notices"))["items"] == []


async def test_a_place_that_was_not_seen_for_months_is_new_again(world: World, clock: ManualClock) -> None:
    home = {"User-Agent": PHONE, "X-Forwarded-For": "203.0.113.9"}
    await log_in(world, clock, "duty.almaty", home)
    clock.advance(timedelta(days=60))
    await log_in(world, clock, "duty.almaty", SOMEBODY)
    clock.advance(timedelta(days=60))
    again = await log_in(world, clock, "duty.almaty", home)
    found = done(await Caller(world.client, again.json()["access_token"]).get("/v1/me/notices"))["items"]
    assert [n["kind"] for n in found] == ["new_log_in_place", "new_log_in_place"]


async def test_guessing_and_a_copied_token_are_told(world: World, clock: ManualClock, owner_url: str) -> None:
    for _ in range(8):
        form = {"grant_type": "password", "username": "duty.almaty", "password": "guess"}
        await world.client.post("/v1/token", data=form, headers=SOMEBODY)
        await world.client.post("/v1/token", data=form | {"username": "nobody.of.this.name"}, headers=SOMEBODY)
    granted = (await log_in(world, clock, "duty2.almaty")).json()["refresh_token"]
    for _ in range(2):
        await world.client.post("/v1/token", data={"grant_type": "refresh_token", "refresh_token": granted})
    told = {
        ("log_in_throttled", str(demo_id("duty.almaty"))),
        ("refresh_token_reused", str(demo_id("duty2.almaty"))),
    }
    assert await heard(world, "admin") == told
    assert await heard(world, "auditor") == told
    assert await notices(world, "duty.almaty") == ["log_in_throttled"]
    (notice,) = done(await (await world.as_("duty2.almaty")).get("/v1/me/notices", headers={"Accept-Language": "ru"}))[
        "items"
    ]
    assert notice["text"].startswith("Токен вашего сеанса использован второй раз")
    assert "Смените пароль" in notice["text"]
    events = await rows(owner_url, "SELECT reason FROM audit_event WHERE kind = 'alert.raised' ORDER BY at")
    assert [e["reason"] for e in events] == ["log_in_throttled", "refresh_token_reused"], "one for eight tries"


async def test_a_recovery_code_in_place_of_the_authenticator_is_told(world: World, clock: ManualClock) -> None:
    caller = await world.as_("duty.almaty")
    secret = done(await caller.request("PUT", FACTOR, json={"current": DEMO_PASSWORD}))["secret"]
    first = {"code": Authenticator(clock, secret).code()}
    codes = done(await caller.request("PUT", f"{FACTOR}/confirmation", json=first))["recovery_codes"]
    assert (await log_in(world, clock, "duty.almaty", code=codes[0])).status_code == 200
    told = ["factor_enrolled", "recovery_code_used"]
    assert sorted(await notices(world, "duty.almaty")) == told
    assert await heard(world, "admin") == {("recovery_code_used", str(demo_id("duty.almaty")))}
    assert (await caller.post(SHOW, {"code": codes[1]})).status_code == 200
    assert sorted(await notices(world, "duty.almaty")) == told, "one a day"


async def test_an_operator_reads_the_report_at_a_terminal_and_raises_what_was_not_told(
    world: World, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEMGMT_MIGRATION_DATABASE_URL", owner_url)
    monkeypatch.setenv("CASEMGMT_UNUSUAL_REFUSALS", "3")

    async def told(*arguments: str, code: int = 0) -> str:
        answer = await asyncio.to_thread(CliRunner().invoke, cli, ["audit", "unusual", *arguments])
        assert answer.exit_code == code, answer.output
        return answer.output

    assert "Nothing was unusual." in await told()
    case = await _refused_looks(world)
    report = await told("--language", "ru")
    assert "Петрова Ольга" in report
    assert "Отказов: 4 за 60 мин. (порог 3)" in report
    assert case.id not in report
    assert await count(owner_url, ALERTS) == 0, "a report alone tells nobody"
    assert "2 new alerts." in await told("--alert")
    assert "0 new alerts." in await told("--alert")
    assert await count(owner_url, "SELECT count(*) FROM audit_event WHERE kind = 'unusual_access.read'") == 4
    assert "14 days at most" in await told("--from", "2026-01-01", "--to", "2026-03-01", code=2)
    assert "kk, ru or en" in await told("--language", "de", code=2)


def test_every_kind_has_its_words_in_three_languages() -> None:
    numbers = {"count": 4, "threshold": 3, "minutes": 60}
    for kind in KINDS:
        assert len({alert_text(kind, numbers, language) for language in ("kk", "ru", "en")}) == 3, kind
    assert set(KINDS.values()) == set(Audience)


def test_signs_are_wide_enough_for_a_telephone_on_its_way() -> None:
    assert wide_network("203.0.113.9") == wide_network("203.0.0.1") != wide_network("203.1.0.1")
    assert wide_network("2001:db8:1::") == wide_network("2001:db8:ffff::") != wide_network("2001:db9::")
    assert wide_network("a name of the proxy's") == "a name of the proxy's"
    assert client_family("A/1.2_3 (B 17)") == client_family("A/2 (B 18.1)") != client_family("C/1")
