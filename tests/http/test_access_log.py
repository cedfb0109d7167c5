"""Who looked at a person: told to those who answer for it, whole to auditors, and never more than may be seen."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casemgmt.access.roles import ROLES
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from casemgmt.trail.wording import missing, role_names
from tests.clients import World
from tests.people import MOTHER, record_person, statuses
from tests.records import rows
from tests.steps import CaseAtWork, approve_plan, case_in_planning, done, open_case
from tests.trail import expected_log

SUPERVISOR = "supervisor.almaty"


async def _log(world: World, person_id: str, username: str = SUPERVISOR, **options: Any) -> list[dict[str, Any]]:
    caller = await world.as_(username)
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = done(await caller.get(f"/v1/persons/{person_id}/access-log", params=options | cursor))
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def _everybody_looks(world: World, case: CaseAtWork) -> None:
    """Let many accounts look at the child in many ways, some of them in vain."""
    manager, duty, lead = (
        await world.as_("manager.almaty"),
        await world.as_("duty.almaty"),
        await world.as_("oversight"),
    )
    shown = done(await manager.get(f"/v1/cases/{case.id}"))
    signal = shown["signal_ids"][0]
    for path in (
        f"/v1/persons/{case.child}",
        f"/v1/persons/{case.child}/contacts",
        f"/v1/persons/{case.child}/addresses",
        f"/v1/persons/{case.child}/relationships",
        f"/v1/cases/{case.id}/timeline",
        f"/v1/cases/{case.id}/plans",
        f"/v1/cases/{case.id}/assessments",
        "/v1/cases",
        "/v1/tasks/mine",
        "/v1/signals",
    ):
        await manager.get(path)
    for path in (
        f"/v1/signals/{signal}",
        f"/v1/signals/{signal}/timeline",
        "/v1/signals",
        f"/v1/signals/{signal}/reporter",
    ):
        await duty.get(path)
    for path in (f"/v1/persons/{case.child}", "/v1/cases", f"/v1/cases/{case.id}"):
        await lead.get(path)
    for username in ("manager2.almaty", "psychologist.almaty", "supervisor.astana"):
        await statuses(world, f"/v1/cases/{case.id}", username)
        await statuses(world, f"/v1/persons/{case.child}", username)


async def test_the_log_tells_what_the_raw_events_tell_and_nothing_else(world: World, owner_url: str) -> None:
    case = await case_in_planning(world)
    await approve_plan(world, case)
    other = await open_case(world)
    await _everybody_looks(world, case)
    await _everybody_looks(world, other)
    told = await _log(world, case.child, limit=7)
    expected = await expected_log(owner_url, demo_id(SUPERVISOR), UUID(case.child))
    # each page that was read stands in the log itself, and came after the first page was cut
    own = [str(e) for e in expected if str(e) not in {t["id"] for t in told}]
    kinds = {r["kind"] for r in await rows(owner_url, "SELECT kind FROM audit_event WHERE id = ANY ($1::uuid[])", own)}
    assert kinds == {"access_log.read"}
    assert [t["id"] for t in told] == [str(e) for e in expected if str(e) not in own]
    assert {(t["act"], t["area"]) for t in told} >= {
        ("looked", "person"),
        ("looked", "case"),
        ("listed", "case"),
        ("listed", "signal"),
        ("listed", "task"),
        ("listed", "plan"),
        ("looked", "signal"),
        ("changed", "assessment"),
        ("changed", "plan"),
        ("changed", "person"),
        ("refused", "case"),
        ("refused", "person"),
    }
    assert len(told) > 40


async def test_each_look_is_readable_in_the_reader_s_language_and_names_body_and_role(world: World) -> None:
    case = await open_case(world)
    await (await world.as_("manager.almaty")).get(f"/v1/persons/{case.child}")
    supervisor = await world.as_(SUPERVISOR)
    for language, text, body, role in (
        ("kk", "Қаралды: адам туралы жазба", "Алматы қ. балалар құқықтары басқармасы", "кейс-менеджер"),
        ("ru", "Просмотр: карточка человека", "Управление по правам детей г. Алматы", "кейс-менеджер"),
        ("en", "Looked at: the person's record", "Child-rights department, Almaty", "case manager"),
    ):
        path = f"/v1/persons/{case.child}/access-log"
        items = done(await supervisor.get(path, headers={"Accept-Language": language}))["items"]
        look = next(i for i in items if i["actor"]["id"] == str(demo_id("manager.almaty")))
        assert (look["text"], look["actor"]["body"], look["actor"]["role_names"]) == (text, body, [role])
        assert (look["actor"]["name"], look["actor"]["roles"]) == ("Жұмабаева Айгүл", ["case_manager"])
        assert look["case_id"] is None


async def test_a_role_is_told_as_it_was_held_at_that_moment(world: World) -> None:
    case = await open_case(world)
    await (await world.as_("manager.almaty")).get(f"/v1/persons/{case.child}")
    path = f"/v1/users/{demo_id('manager.almaty')}"
    to = {"to_user_ids": [str(demo_id("manager2.almaty"))], "reason": "manager_left"}
    done(await (await world.as_(SUPERVISOR)).post(f"{path}/hand-on", to))
    done(await (await world.as_("admin")).post(f"{path}/roles/case_manager/revoke"))
    look = next(e for e in await _log(world, case.child) if e["actor"]["id"] == str(demo_id("manager.almaty")))
    assert look["actor"]["roles"] == ["case_manager"]


async def test_reading_the_log_stands_in_the_log(world: World) -> None:
    case = await open_case(world)
    await _log(world, case.child)
    newest = (await _log(world, case.child))[0]
    assert (newest["act"], newest["area"], newest["actor"]["id"]) == ("looked", "access_log", str(demo_id(SUPERVISOR)))


async def test_whoever_does_not_see_the_person_is_told_nothing(world: World) -> None:
    case = await open_case(world)
    path = f"/v1/persons/{case.child}/access-log"
    hidden = await (await world.as_("supervisor.astana")).get(path)
    absent = await (await world.as_("supervisor.astana")).get(f"/v1/persons/{uuid4()}/access-log")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert {k: v for k, v in hidden.json().items() if k != "request_id"} == {
        k: v for k, v in absent.json().items() if k != "request_id"
    }
    assert await statuses(
        world, path, SUPERVISOR, "oversight", "manager.almaty", "duty.almaty", "auditor", "admin"
    ) == {
        SUPERVISOR: 200,
        "oversight": 200,
        "manager.almaty": 403,
        "duty.almaty": 403,
        "auditor": 403,
        "admin": 403,
    }
    done(
        await (await world.as_("manager.almaty")).post(
            f"/v1/cases/{case.id}/restriction", {"restricted": True, "ground": "staff_involved"}
        )
    )
    assert await statuses(world, path, SUPERVISOR, "oversight") == {SUPERVISOR: 404, "oversight": 404}


async def _case_with(world: World, mother: str, manager: str, **given: str) -> str:
    """Open a case of a new child from a signal that is about the mother too, and let its manager take her into it."""
    duty = await world.as_("duty.almaty")
    child = await record_person(world, "duty.almaty")
    signal = {
        "source": "police",
        "channel": "call",
        "category": "neglect",
        "language": "ru",
        "narrative": "Мать и ребёнок.",
        "region_code": "KZ-75",
        "subjects": [{"person_id": child, "role": "child"}, {"person_id": mother, "role": "parent"}],
    }
    signal_id = done(await duty.post("/v1/signals", signal))["id"]
    triage = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    done(await duty.post(f"/v1/signals/{signal_id}/triage", triage))
    wish = {"signal_ids": [signal_id], "children": [child], "manager_id": str(demo_id(manager))}
    case_id: str = done(await duty.post("/v1/cases", wish | given))["id"]
    joined = {"person_id": mother, "role": "parent"}
    done(await (await world.as_(manager)).post(f"/v1/cases/{case_id}/persons", joined))
    return case_id


async def _known_mother(world: World) -> str:
    """Return a mother in a case on whose team the supervisor is."""
    mother = await record_person(world, "duty.almaty", MOTHER)
    case_id = await _case_with(world, mother, "manager.almaty")
    joined = {"user_id": str(demo_id(SUPERVISOR)), "team_role": "supervisor"}
    done(await (await world.as_("manager.almaty")).post(f"/v1/cases/{case_id}/team", joined))
    return mother


async def test_a_restricted_case_that_the_asker_does_not_see_leaves_no_trace(world: World, owner_url: str) -> None:
    mother = await _known_mother(world)
    await (await world.as_("manager.almaty")).get(f"/v1/persons/{mother}")
    before = await _log(world, mother)
    secret = await _case_with(world, mother, "manager2.almaty", restriction_ground="abuser_in_household")
    second = await world.as_("manager2.almaty")
    done(await second.get(f"/v1/persons/{mother}"))
    done(await second.get(f"/v1/cases/{secret}"))
    done(await second.get("/v1/cases"))
    after = [e for e in await _log(world, mother) if e["area"] != "access_log"]
    assert after == [e for e in before if e["area"] != "access_log"]
    expected = await expected_log(owner_url, demo_id(SUPERVISOR), UUID(mother))
    assert {e["id"] for e in after} <= {str(e) for e in expected}
    whole = done(await (await world.as_("auditor")).get(f"/v1/audit/person-events?person_id={mother}&limit=100"))
    theirs = [e["kind"] for e in whole["items"] if e["actor_id"] == str(demo_id("manager2.almaty"))]
    assert {"person.read", "case.read", "case.listed", "case.person_added"} <= set(theirs)


def _request(**given: Any) -> dict[str, Any]:
    since = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    return {
        "request_number": "ЗТ-2026/118",
        "basis": "representative_request",
        "since": since,
        "language": "ru",
        "form": "json",
    } | given


async def test_a_lawful_request_gets_bodies_and_roles_and_no_name(world: World, owner_url: str) -> None:
    case = await case_in_planning(world)
    await _everybody_looks(world, case)
    supervisor = await world.as_(SUPERVISOR)
    path = f"/v1/persons/{case.child}/access-log/exports"
    log = done(await supervisor.post(path, _request()))
    told = await _log(world, case.child)
    assert [line["number"] for line in log["lines"]] == [t["id"] for t in told if t["area"] != "access_log"]
    look = next(line for line in log["lines"] if line["text"] == "Просмотр: карточка человека")
    assert (look["body"], look["roles"]) == ("Комитет по охране прав детей", ["надзорный орган"])
    assert log["request"] == {
        "number": "ЗТ-2026/118",
        "basis": "representative_request",
        "basis_text": "запрос законного представителя",
    }
    page = await supervisor.post(path, _request(form="html", language="kk"))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Қаралды: адам туралы жазба" in page.text
    assert "<script" not in page.text
    for text in (str(log), page.text):
        assert not [a.username for a in ACCOUNTS if a.names[0] in text or str(demo_id(a.username)) in text]
        assert "айғай" not in text
    query = "SELECT reason, purpose, record_ids FROM audit_event WHERE kind = 'access_log.exported'"
    found = await rows(owner_url, query)
    assert [(e["reason"], e["purpose"], e["record_ids"]) for e in found] == [
        ("ЗТ-2026/118", "representative_request", [UUID(case.child)])
    ] * 2
    given_out = [e["purpose"] for e in await _log(world, case.child) if e["act"] == "exported"]
    assert given_out == ["representative_request"] * 2


async def test_nothing_of_a_restricted_or_hidden_person_is_given_out(world: World) -> None:
    mother = await _known_mother(world)
    path = f"/v1/persons/{mother}/access-log/exports"
    hidden = await (await world.as_("supervisor.astana")).post(path, _request())
    assert hidden.status_code == 404
    await _case_with(world, mother, "manager2.almaty", restriction_ground="abuser_in_household")
    withheld = await (await world.as_(SUPERVISOR)).post(path, _request())
    assert (withheld.status_code, withheld.json()["code"]) == (403, "access-log-withheld")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"since": "2020-01-01T00:00:00Z"}, "export-window-too-long"),
        ({"since": "2999-01-01T00:00:00Z"}, "window-empty"),
        ({"request_number": "130517500128"}, "invalid-request"),
        ({"request_number": "Тестова Айгерім"}, "invalid-request"),
        ({"basis": "curiosity"}, "invalid-request"),
    ],
)
async def test_a_request_that_can_not_be_answered_is_refused(world: World, given: dict[str, str], code: str) -> None:
    case = await open_case(world)
    answer = await (await world.as_(SUPERVISOR)).post(f"/v1/persons/{case.child}/access-log/exports", _request(**given))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_who_is_shut_out_of_a_family_has_no_trail_of_it(world: World) -> None:
    case, other = await open_case(world), await open_case(world)
    whole = f"/v1/audit/person-events?person_id={case.child}"
    auditor = await world.as_("auditor")
    assert done(await auditor.get(whole))["items"]
    for username in ("auditor", SUPERVISOR):
        declared = {"kind": "close_relative", "person_id": case.child}
        done(await (await world.as_(username)).post("/v1/me/conflicts", declared))
    assert done(await auditor.get(whole))["items"] == []
    assert done(await auditor.get(f"/v1/audit/person-events?person_id={other.child}"))["items"]
    assert await statuses(world, f"/v1/persons/{case.child}/access-log", SUPERVISOR) == {SUPERVISOR: 404}


async def test_a_stated_purpose_and_emergency_access_are_told_in_words(world: World) -> None:
    case = await open_case(world)
    stated = {"Access-Purpose": 'ombudsman_inquiry; reference="17-44"'}
    done(await (await world.as_("oversight")).get(f"/v1/cases/{case.id}", headers=stated))
    why = {"reason": "danger_to_life", "note": "Бала көшеде жалғыз.", "minutes": 30, "person_id": case.child}
    grant = done(await (await world.as_("duty.almaty")).post("/v1/break-glass", why))
    done(await (await world.as_("duty.almaty")).get(f"/v1/break-glass/{grant['id']}/case"))
    told = {(e["text"], e["purpose_text"]) for e in await _log(world, case.child)}
    assert ("Looked at: the case", "inquiry of the commissioner for children's rights, 17-44") in told
    assert ("Opened by emergency access: the case", "Opened by emergency access") in told


async def test_nobody_but_auditors_reads_the_whole_trail(world: World) -> None:
    case = await open_case(world)
    path = f"/v1/audit/person-events?person_id={case.child}"
    assert await statuses(world, path, "auditor", SUPERVISOR, "oversight", "admin", "manager.almaty") == {
        "auditor": 200,
        SUPERVISOR: 403,
        "oversight": 403,
        "admin": 403,
        "manager.almaty": 403,
    }


def test_every_act_area_and_role_has_its_words() -> None:
    assert missing() == set()
    for language in ("kk", "ru", "en"):
        names = role_names(ROLES, language)
        assert len(set(names)) == len(ROLES)
        assert not set(names) & {role for role in ROLES if "_" in role}
