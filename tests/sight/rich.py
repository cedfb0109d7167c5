"""A world with something of everything, made by real steps over HTTP, and with a mark in every personal word of it.

Two regions, open and restricted cases, cases of other managers, families of which one member is hidden, households,
numbers, protected addresses, offers, sessions, notes, programmes, determinations, tasks.
"""

from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx
from fastapi import FastAPI
from rich.console import Console

from api.app import create_app
from casemgmt.alerts.sweeping import raise_found
from casemgmt.audit.policy import Window
from casemgmt.clock import SystemClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.demo.play import STORIES, play
from casemgmt.demo.stage import credentials
from casemgmt.duty import jobs as duty
from casemgmt.ids import new_id
from casemgmt.notifications.courier import Courier
from casemgmt.people.policy import local_day
from casemgmt.settings import Settings
from casemgmt.settings_unusual import UnusualSettings
from casemgmt.tasks import jobs as clocks
from tests import outreach_steps, steps
from tests.absence_steps import away
from tests.answer_steps import ALWAYS, bring_on
from tests.benefit_steps import OFFICER, determine, family_on_record
from tests.clients import World
from tests.conftest import worker_of
from tests.contact_steps import CONCERN, contact, send
from tests.document_steps import announce, keep
from tests.import_tables import ROWS, as_csv, checked, imported
from tests.jobs.worker import do_all_due, tools_of
from tests.people import record_person, signal_about
from tests.sight.accounts import make_accounts
from tests.sight.marks import plant
from tests.sight.rich_cases import (
    ASTANA,
    at_the_centre,
    case_of_astana,
    note_in_error,
    restricted_case,
    short_course,
    signed_acts,
    who_came,
)
from tests.steps import MANAGER, done
from tests.webhook_steps import subscribe, triaged_signal


async def build(database_url: str, owner_url: str) -> None:
    """Play the demo's stories and the steps below on an empty demo, then plant the marks."""
    with TemporaryDirectory() as folder, redirect_stderr(StringIO()):
        settings = Settings(
            mode="demo", database_url=database_url, database_connections=8, document_folder=Path(folder)
        )
        await _live(create_app(settings))
        worker_url, clock = worker_of(database_url), SystemClock()
        await do_all_due(worker_url, settings, clock, [*clocks.SCHEDULE, *duty.SCHEDULE])
        async with tools_of(worker_url, settings, clock) as tools:
            await Courier(tools).once()  # tries to send an event, to where nothing is sent
    await _alerts(owner_url)
    await plant(owner_url)


async def _live(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        await play(client, Console(file=StringIO(), width=160), stories=list(STORIES))
        world = World(client)
        await make_accounts(world)
        meeting = await short_course(world)
        await note_in_error(world)
        await signed_acts(world)
        await _imports(world)
        await at_the_centre(world)
        await _tonight(world)  # so early that its task is late when the clocks are looked at
        await restricted_case(world)
        await case_of_astana(world)
        await _benefits(world)
        await _outreach(world)
        await _glass(world)
        await _conflicts(world)
        await _documents(world)
        await _strange_log_ins(world)
        await _absence(world)
        await _contacts(world)
        await _answers(world)
        await subscribe(world, "https://localhost/")
        await triaged_signal(world)
        await who_came(world, meeting)


async def _contacts(world: World) -> None:
    """A final contact, one that goes on, one about nobody, one that was refused."""
    done(await send(world, contact("call-1")))
    done(await send(world, contact("call-1", revision=2, concerns=[CONCERN | {"narrative": "Өтірік айттым."}])))
    done(await send(world, contact("call-2", stage="draft", region_code="KZ-71")))
    done(await send(world, contact("call-3", concerns=[], non_data="silent")))
    await send(world, contact("call-4", stage="wrong"))


async def _answers(world: World) -> None:
    """An answer that the carrier told of, one that it has, one that is stopped."""
    wish = {"wanted": True, "means": "sms", "language": "kk", "reads": "child_alone", "safe_times": ALWAYS}
    duty, machine = await world.as_("duty.almaty"), await world.as_("qr.111")
    for number in range(3):
        told = done(await send(world, contact(f"asked-{number}", answer=wish)))
        path = f"/v1/signals/{told['signals'][0]['signal_id']}"
        made = done(await duty.post(f"{path}/answers", {"template": "received"}))["id"]
        if number == 2:
            done(await duty.post(f"{path}/answer-stop", {"reason": "Телефонын ағасы алып алды."}))
            await _secret_case(world, told["signals"][0]["signal_id"])
            continue
        settings = world.services.settings
        await bring_on(str(settings.database_url), settings, SystemClock(), made)
        done(await machine.get(f"/v1/answers/{made}/message"))
        if number == 0:
            receipt = {"kind": "delivered", "occurred_at": datetime.now(UTC).isoformat()}
            done(await machine.request("PUT", f"/v1/answers/{made}/receipts/{new_id()}", json=receipt))


async def _secret_case(world: World, signal_id: str) -> None:
    """Open a case from a signal that goes out of its sender's sight with it."""
    duty, manager = await world.as_("duty.almaty"), await world.as_(MANAGER)
    child = done(await duty.post("/v1/persons", {"given_name": "Жасырын"}))["id"]
    done(await duty.post(f"/v1/signals/{signal_id}/subjects", {"person_id": child, "role": "child"}))
    triage = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    done(await duty.post(f"/v1/signals/{signal_id}/triage", triage))
    wish = {"signal_ids": [signal_id], "children": [child], "manager_id": str(demo_id(MANAGER))}
    case = done(await duty.post("/v1/cases", wish))["id"]
    secret = {"restricted": True, "ground": "abuser_in_household"}
    done(await manager.post(f"/v1/cases/{case}/restriction", secret))


async def _absence(world: World) -> None:
    """Of a manager, planned, with somebody else for one of the cases; a clock on hold; a shift of the duty desk."""
    manager = await world.as_(MANAGER)
    case = done(await manager.get("/v1/cases?limit=1"))["items"][0]["id"]
    single = {"case_id": case, "deputy_id": str(demo_id("supervisor.almaty"))}
    await away(world, deputy="supervisor.almaty", begins=5, cases=[single])
    due, until = datetime.now(UTC) + timedelta(days=5), (datetime.now(UTC) + timedelta(days=2)).date()
    wish = {"title": "Мектепке хат", "case_id": case, "due_at": due.isoformat()}
    task = done(await manager.post("/v1/tasks", wish))["id"]
    held = {"reason": "family_away", "until_on": until.isoformat()}
    done(await manager.post(f"/v1/tasks/{task}/hold", held))
    night = datetime.now(UTC) + timedelta(days=2)
    shift = {"starts_at": night.isoformat(), "ends_at": (night + timedelta(hours=12)).isoformat()}
    supervisor = await world.as_("supervisor.almaty")
    done(await supervisor.post("/v1/duty-shifts", shift | {"user_id": str(demo_id("duty.almaty"))}))


async def _tonight(world: World) -> None:
    """A shift of the duty desk that runs, a task that is late at once, the week and an absence of a specialist."""
    manager, head, now = await world.as_(MANAGER), await world.as_("head.almaty"), datetime.now(UTC)
    shift = {"starts_at": (now - timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=8)).isoformat()}
    supervisor = await world.as_("supervisor.almaty")
    done(await supervisor.post("/v1/duty-shifts", shift | {"user_id": str(demo_id("duty2.almaty"))}))
    case = done(await manager.get("/v1/cases?limit=1"))["items"][0]["id"]
    late = {"title": "Полицияға хабарлау", "case_id": case, "due_at": (now + timedelta(seconds=2)).isoformat()}
    done(await manager.post("/v1/tasks", late))
    specialist = f"/v1/centres/{demo_id('cps_almaty')}/specialists/{demo_id('lawyer.almaty')}"
    week = [{"weekday": day, "from_time": "09:00", "until_time": "18:00"} for day in range(1, 6)]
    done(await head.post(f"{specialist}/hours", {"times": week}))
    away = {"reason": "leave", "starts_at": (now + timedelta(days=40)).isoformat()}
    done(await head.post(f"{specialist}/absences", away | {"ends_at": (now + timedelta(days=47)).isoformat()}))


async def _alerts(owner_url: str) -> None:
    """Alerts on the access of staff of several bodies, by thresholds that everybody passes."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        now = datetime.now(UTC)
        low = UnusualSettings(unusual_records=1, unusual_other_region=0, unusual_repeated=0)
        async with connection.transaction():
            await raise_found(connection, low, Window(now - timedelta(hours=1), now), "test")
    finally:
        await connection.close()


async def _strange_log_ins(world: World) -> None:
    """A log-in with another client, of which the user alone hears; a copied token, of which keepers of accounts do."""
    elsewhere = {"User-Agent": "Another/1.0"}
    for username in ("duty2.almaty", "nurse.almaty"):
        form = credentials(username, datetime.now(UTC))
        granted = done(await world.client.post("/v1/token", data=form, headers=elsewhere))
        again = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
        answers = [await world.client.post("/v1/token", data=again) for _ in range(2)]
        assert [a.is_success for a in answers] == [True, False]


async def _glass(world: World) -> None:
    """Grants of break-glass on a restricted case of Almaty: one reviewed, one not."""
    hidden = done(await (await world.as_(MANAGER)).get("/v1/cases"))["items"]
    case_id = next(c["id"] for c in hidden if c["restricted"])
    wish = {"case_id": case_id, "reason": "danger_to_life", "note": "Баланың үйінен айғай естілді.", "minutes": 30}
    grants = [
        done(await (await world.as_(who)).post("/v1/break-glass", wish)) for who in ("duty.almaty", "duty2.almaty")
    ]
    verdict = {"verdict": "justified", "note": "Қоңырау жазбасы бар."}
    supervisor = await world.as_("supervisor.almaty")
    done(await supervisor.post(f"/v1/break-glass/{grants[0]['id']}/review", verdict))


async def _conflicts(world: World) -> None:
    """Declared conflicts: of one who saw the case, and of one for whom there is nothing to be shut out of."""
    seen = done(await (await world.as_("lead.almaty")).get("/v1/signals"))["items"][0]["id"]
    done(await (await world.as_("nurse.almaty")).post("/v1/me/conflicts", {"kind": "relative", "signal_id": seen}))
    nobody = {"kind": "personal_tie", "note": "Көрші", "person_id": str(demo_id("nobody"))}
    for username in ("manager.astana", "duty2.almaty"):
        done(await (await world.as_(username)).post("/v1/me/conflicts", nobody))


async def _documents(world: World) -> None:
    """Documents of every class of secrecy, in cases that are open to some and restricted to others, and of signals."""
    for name, query in (("manager.almaty", "cases"), ("manager2.almaty", "cases"), ("duty.almaty", "signals")):
        caller = await world.as_(name)
        for record in (await caller.get(f"/v1/{query}?limit=6")).json()["items"]:
            for secrecy in ("ordinary", "medical", "reporter"):
                await keep(caller, query.removesuffix("s"), record["id"], secrecy=secrecy)
            await announce(caller, query.removesuffix("s"), record["id"])


async def _imports(world: World) -> None:
    """Tables of two bodies: one that came in, one that is looked at with a fault, one of another region."""
    await imported(world, as_csv())
    await checked(world, as_csv([("1", "вчера", *ROWS[0][2:])]))
    await checked(world, as_csv(), by="duty.astana")


async def _benefits(world: World) -> None:
    """Determinations of two families: one of a restricted case, each with an offer."""
    for restricted in (False, True):
        family = await family_on_record(world, restricted=restricted)
        view = await determine(world, family, mode="estimate")
        done(await (await world.as_(OFFICER)).post(f"/v1/determinations/{view['id']}/offers", {"channel": "sms_1414"}))
        await determine(world, family)


async def _outreach(world: World) -> None:
    """A signal at the desk of Astana alone, one of 111 under way with a group, a warning for the visitors."""
    signal = await outreach_steps.record_signal(world, "duty.astana", **ASTANA)
    refer = outreach_steps.REFER | {"mobile_group_id": str(demo_id("group cps_astana"))}
    done(await (await world.as_("duty.astana")).post(f"/v1/signals/{signal}/triage", refer))
    warning = {
        "kind": "aggressive_person",
        "note": "Ит бар.",
        "review_on": (local_day(datetime.now(UTC)) + timedelta(99)).isoformat(),
    }
    done(await (await world.as_("duty.astana")).post(f"/v1/signals/{signal}/warnings", warning))
    await signal_about(world, "duty.almaty", await record_person(world, "duty.almaty"))
    here = await outreach_steps.record_signal(world)
    done(await (await world.as_("operator.111")).post(f"/v1/signals/{here}/triage", outreach_steps.REFER))
    lead = await world.as_("lead.almaty")
    listed = done(await lead.get("/v1/referrals"))["items"]
    referral = next(r["id"] for r in listed if r["signal_id"] == here)
    for step in outreach_steps.WAY:
        done(await lead.post(f"/v1/referrals/{referral}/{step}"))
    done(await (await world.as_("operator.111")).post(f"/v1/signals/{here}/warnings", warning))
    await steps.screen_pupil(world, mocked=2)
    for username in ("operator.111", "manager.almaty"):
        await steps.save_draft(world, username)
    emergency = await signal_about(world, "duty.almaty", await record_person(world, "duty.almaty"))
    triage = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    done(await (await world.as_("duty.almaty")).post(f"/v1/signals/{emergency}/triage", triage))
