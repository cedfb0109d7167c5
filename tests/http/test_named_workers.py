"""Nobody is named for work on a record from which a declared conflict keeps the person away, by whatever field.

Every field of a body that names a member of staff for a record is tried, and every column that keeps such a name; what
is missing here fails with the line to add. A conflict that is declared later finds what names the person already.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests import steps
from tests.absence_steps import away, enter, of_absence
from tests.clients import World
from tests.conference_steps import LAWYER, decision, invitation, meet, meeting, minutes_of
from tests.consent_steps import CENTRE, booking_of
from tests.people import record_person, signal_about
from tests.records import rows
from tests.sight.channels import NOT_SECRET, channels, id_places
from tests.steps import MANAGER, SUPERVISOR, CaseAtWork, done

PSYCHOLOGIST = "psychologist.almaty"
STAFF = "staff are known to whoever is signed in"
Try = Callable[[World, CaseAtWork], Awaitable[httpx.Response]]


async def _shut_out(world: World, username: str, **about: str) -> None:
    done(await (await world.as_(username)).post("/v1/me/conflicts", {"kind": "relative", **about}))


async def _open_case(world: World, case: CaseAtWork) -> httpx.Response:
    child = await record_person(world, "duty.almaty")
    signal = await signal_about(world, "duty.almaty", child)
    duty = await world.as_("duty.almaty")
    triage = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    await _shut_out(world, "manager2.almaty", person_id=child)
    wish = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id("manager2.almaty"))}
    return await duty.post("/v1/cases", wish)


async def _as_member(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    member = {"user_id": str(demo_id(PSYCHOLOGIST)), "team_role": "psychologist", "help_kind": "psychological"}
    return await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/team", member)


async def _to_hand_over(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, "manager2.almaty", person_id=case.child)
    offer = {"to_user_id": str(demo_id("manager2.almaty")), "reason": "workload"}
    return await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/handover", offer)


async def _on_transfer(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, "manager.astana", person_id=case.child)
    move = {"to_organisation_id": str(demo_id("crd_astana"))}
    act = done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/transfers", move))
    accepted = {"manager_id": str(demo_id("manager.astana"))}
    return await (await world.as_("supervisor.astana")).post(f"/v1/transfers/{act['id']}/accept", accepted)


def _booking(case: CaseAtWork) -> dict[str, Any]:
    return booking_of(case.child, datetime.now(UTC) + timedelta(days=3))


async def _for_session(world: World, case: CaseAtWork) -> httpx.Response:
    manager = await world.as_(MANAGER)
    await steps.approve_plan(world, case)
    done(await manager.post(f"/v1/cases/{case.id}/start-support"))
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    return await manager.post(f"/v1/cases/{case.id}/sessions", _booking(case))


async def _for_series(world: World, case: CaseAtWork) -> httpx.Response:
    manager = await world.as_(MANAGER)
    await steps.approve_plan(world, case)
    done(await manager.post(f"/v1/cases/{case.id}/start-support"))
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    return await manager.post(
        f"/v1/cases/{case.id}/session-series",
        _booking(case) | {"sessions": 2},
    )


async def _for_moved_session(world: World, case: CaseAtWork) -> httpx.Response:
    manager = await world.as_(MANAGER)
    await steps.approve_plan(world, case)
    done(await manager.post(f"/v1/cases/{case.id}/start-support"))
    session = done(await manager.post(f"/v1/cases/{case.id}/sessions", _booking(case)))
    await _shut_out(world, LAWYER, case_id=case.id)
    return await manager.post(f"/v1/sessions/{session['id']}/move", {"specialist_id": str(demo_id(LAWYER))})


async def _in_draft(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, PSYCHOLOGIST, person_id=case.child)
    return await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/plans", steps.plan())


async def _in_rewritten_draft(world: World, case: CaseAtWork) -> httpx.Response:
    drafted = await steps.draft_plan(world, case)
    await _shut_out(world, PSYCHOLOGIST, person_id=case.child)
    caller, path = await world.as_(MANAGER), f"/v1/plans/{drafted['id']}"
    return await caller.request("PUT", path, json=steps.plan(), headers={"If-Match": f'"v{drafted["version"]}"'})


async def _for_task(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, "supervisor.almaty", case_id=case.id)
    due = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    task = {"title": "Мектепке хат", "case_id": case.id, "due_at": due, "assignee_id": str(demo_id(SUPERVISOR))}
    return await (await world.as_(MANAGER)).post("/v1/tasks", task)


async def _given_task(world: World, case: CaseAtWork) -> httpx.Response:
    manager = await world.as_(MANAGER)
    due = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    task = done(await manager.post("/v1/tasks", {"title": "Мектепке хат", "case_id": case.id, "due_at": due}))
    await _shut_out(world, "supervisor.almaty", case_id=case.id)
    return await manager.post(f"/v1/tasks/{task['id']}/assign", {"assignee_id": str(demo_id(SUPERVISOR))})


async def _mentioned(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, SUPERVISOR, case_id=case.id)
    note = {"body": "Қарап шығыңызшы.", "mentions": [str(demo_id(SUPERVISOR))]}
    return await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/notes", note)


async def _as_responsible(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    asked = {"person_id": case.child, "help_kind": "psychological", "question": "Бағалау керек."}
    asked |= {"to_organisation_id": CENTRE, "without_consent_ground": "Баланың мүддесі."}
    referral = done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/service-referrals", asked))
    accepted = {"responsible_id": str(demo_id(PSYCHOLOGIST))}
    return await (await world.as_("head.almaty")).post(f"/v1/service-referrals/{referral['id']}/accept", accepted)


def _deputies(case: CaseAtWork) -> dict[str, Any]:
    single = {"case_id": case.id, "deputy_id": str(demo_id(SUPERVISOR))}
    return {"deputy_id": str(demo_id("manager2.almaty")), "cases": [single]}


async def _stands_in(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, SUPERVISOR, case_id=case.id)
    return await enter(world, **_deputies(case))


async def _stands_in_anew(world: World, case: CaseAtWork) -> httpx.Response:
    entered = await away(world)
    await _shut_out(world, SUPERVISOR, case_id=case.id)
    return await of_absence(world, MANAGER, f"{entered['id']}/deputies", _deputies(case))


async def _invited(world: World, case: CaseAtWork) -> httpx.Response:
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    wish = meeting(case.child, PSYCHOLOGIST)
    return await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/conferences", wish)


async def _invited_later(world: World, case: CaseAtWork) -> httpx.Response:
    conference = await meet(world, case, LAWYER)
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    body = {"user_id": str(demo_id(PSYCHOLOGIST))}
    return await (await world.as_(MANAGER)).post(f"/v1/conferences/{conference['id']}/participants", body)


async def _sent(world: World, case: CaseAtWork) -> httpx.Response:
    conference = await meet(world, case, LAWYER)
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    path = f"/v1/conference-participants/{invitation(conference, LAWYER)}/send-another"
    return await (await world.as_(LAWYER)).post(path, {"user_id": str(demo_id(PSYCHOLOGIST))})


async def _decided(world: World, case: CaseAtWork) -> httpx.Response:
    conference = await meet(world, case, PSYCHOLOGIST)
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    body = minutes_of(conference, decisions=[decision(PSYCHOLOGIST)])
    return await (await world.as_(MANAGER)).post(f"/v1/conferences/{conference['id']}/hold", body)


async def _passed_on(world: World, case: CaseAtWork) -> httpx.Response:
    conference, manager = await meet(world, case, LAWYER), await world.as_(MANAGER)
    body = minutes_of(conference, LAWYER, decisions=[decision(LAWYER)])
    held = done(await manager.post(f"/v1/conferences/{conference['id']}/hold", body))
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    to = {"responsible_id": str(demo_id(PSYCHOLOGIST))}
    return await manager.post(f"/v1/conference-decisions/{held['decisions'][0]['id']}/pass-on", to)


TRIED: dict[tuple[str, str], Try] = {
    ("accept_transfer", "manager_id"): _on_transfer,
    ("accept_service_referral", "responsible_id"): _as_responsible,
    ("add_case_member", "user_id"): _as_member,
    ("assign_task", "assignee_id"): _given_task,
    ("book_session", "specialist_id"): _for_session,
    ("book_session_series", "specialist_id"): _for_series,
    ("call_conference", "user_id"): _invited,
    ("create_task", "assignee_id"): _for_task,
    ("enter_absence", "deputy_id"): _stands_in,
    ("move_session", "specialist_id"): _for_moved_session,
    ("name_deputies", "deputy_id"): _stands_in_anew,
    ("draft_plan", "responsible_user_id"): _in_draft,
    ("hold_conference", "responsible_id"): _decided,
    ("invite_to_conference", "user_id"): _invited_later,
    ("offer_handover", "to_user_id"): _to_hand_over,
    ("open_case", "manager_id"): _open_case,
    ("pass_conference_decision_on", "responsible_id"): _passed_on,
    ("send_another", "user_id"): _sent,
    ("write_case_note", "mentions"): _mentioned,
    ("write_plan", "responsible_user_id"): _in_rewritten_draft,
}
"""Operations and the fields of their bodies that name somebody for a record, each with how it is tried."""
OF_NO_RECORD = {
    ("ask_for_group_member", "user_id"): "a place in a group, whichever its signals",
    ("enter_absence", "user_id"): "who is away",
    ("offer_duty_shift", "to_user_id"): "a time at the desk: each task passes over who is shut out of it",
    ("set_duty_shift", "user_id"): "as above",
    ("hand_on_user_work", "to_user_ids"): "each case passes over who is shut out of it: test_staff_leaving.py",
    ("put_contact_source", "user_id"): "the account of a system: no person, and no record",
    ("plan_course", "leader_id"): "a course, whose list is the same whether a family has a case or not",
}


def test_every_field_that_names_somebody_for_a_record_is_tried() -> None:
    named = {
        (channel.name, name)
        for channel in channels().values()
        for _, name in id_places(channel.schema)
        if NOT_SECRET.get(name) == STAFF
    }
    assert named - OF_NO_RECORD.keys() == TRIED.keys()
    assert not [name for name, reason in NOT_SECRET.items() if reason == STAFF and name.endswith("_by_id")]


@pytest.mark.parametrize("try_it", TRIED.values(), ids=[operation for operation, _ in TRIED])
async def test_who_is_shut_out_is_not_named_and_the_refusal_tells_no_reason(try_it: Try, world: World) -> None:
    case = await steps.case_in_planning(world)
    refused = await try_it(world, case)
    problem = refused.json()
    assert problem["code"] == "not-free-for-this", refused.text
    assert refused.status_code in {409, 422}
    told = refused.text.lower()
    assert not [word for word in ("conflict", "relative", "kin", "shut") if word in told], refused.text


async def _columns(owner: asyncpg.Connection) -> set[tuple[str, str]]:
    """Return the columns that name a user in tables that name a record; `_by_id` is who did something."""
    found = await owner.fetch(
        "SELECT c.relname, a.attname FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]"
        " WHERE f.contype = 'f' AND f.confrelid = 'app_user'::regclass AND a.attname NOT LIKE '%\\_by\\_id'"
        " AND (c.relname IN ('case_record', 'signal', 'person', 'family') OR EXISTS (SELECT 1 FROM pg_attribute x"
        " WHERE x.attrelid = c.oid AND x.attname IN"
        " ('case_id', 'signal_id', 'person_id', 'other_id', 'family_id', 'record_id')))"
    )
    return {(r["relname"], r["attname"]) for r in found}


HELD = {
    ("staff_absence_case", "deputy_id"): "release_shut_out",
    ("case_handover", "to_user_id"): "release_shut_out",
    ("case_member", "user_id"): "release_shut_out",
    ("case_record", "manager_id"): "release_shut_out",
    ("centre_session", "specialist_id"): "named_for_work",
    ("plan_measure", "responsible_user_id"): "named_for_work",
    ("service_referral", "responsible_id"): "named_for_work",
    ("conference_decision", "responsible_id"): "named_for_work",
    ("conference_participant", "user_id"): "named_for_work",
    ("task", "assignee_id"): "release_shut_out",
}
"""Columns that name a worker, each with the function that finds it when a conflict is declared later."""
OF_THE_PAST = {
    ("break_glass_grant", "user_id"): "who opened a case for oneself",
    ("case_handover", "from_user_id"): "who had the case",
    ("case_transfer", "manager_id"): "who got the case: the case names them in the same step",
    ("contact_concern", "sender_id"): "the system that told of it",
    ("staff_conflict", "user_id"): "who is shut out",
    ("timeline_entry", "actor_id"): "who did what is told",
}
"""Columns that give nobody work, each with what they name."""


async def test_every_column_that_names_a_worker_is_held_by_the_database_and_found_later(owner_url: str) -> None:
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        assert await _columns(owner) == HELD.keys() | OF_THE_PAST.keys()
        guarded = await owner.fetch(
            "SELECT tgrelid::regclass::text AS name, split_part(encode(tgargs, 'escape'), '\\000', 1) AS column"
            " FROM pg_trigger WHERE tgfoid = 'refuse_shut_out'::regproc"
        )
        assert {(r["name"], r["column"]) for r in guarded} == HELD.keys()
        for (table, column), function in HELD.items():
            source = await owner.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", function)
            assert table in source, (function, table)
            assert column in source, (function, column)
    finally:
        await owner.close()


_TASKS = (
    "SELECT record_type, record_id::text, assignee_id, blocks_closure FROM task"
    " WHERE kind = 'conflict_take_over' AND completed_at IS NULL AND case_id = $1::text::uuid ORDER BY record_type"
)


async def in_support(world: World) -> tuple[CaseAtWork, str, list[str]]:
    """Return a case in support, its booked session, and the measures of which the psychologist is responsible."""
    case = await steps.case_in_planning(world)
    plan = await steps.approve_plan(world, case)
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/cases/{case.id}/start-support"))
    session = done(await manager.post(f"/v1/cases/{case.id}/sessions", _booking(case)))
    return case, session["id"], [m["id"] for goal in plan["goals"] for m in goal["measures"]]


async def test_a_conflict_declared_later_puts_what_names_the_worker_before_who_can_name_another(
    world: World, owner_url: str
) -> None:
    """The session with the head of its centre, the measures and the place in the team with the manager of the case."""
    case, session, measures = await in_support(world)
    await _shut_out(world, PSYCHOLOGIST, person_id=case.child)
    tasks = await rows(owner_url, _TASKS, case.id)
    manager, head = demo_id(MANAGER), demo_id("head.almaty")
    assert {(t["record_type"], t["record_id"]): t["assignee_id"] for t in tasks} == {
        ("case", case.id): manager,
        ("centre_session", session): head,
    } | {("plan_measure", m): manager for m in measures}
    assert not [t for t in tasks if t["blocks_closure"]]
    mine = done(await (await world.as_("head.almaty")).get("/v1/tasks/mine"))["items"]
    assert [t["record_id"] for t in mine if t["kind"] == "conflict_take_over"] == [session]

    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    assert await rows(owner_url, _TASKS, case.id) == tasks, "what is on the list stands there once"


async def test_a_relative_who_joins_the_case_later_finds_what_names_the_worker(world: World, owner_url: str) -> None:
    case, session, measures = await in_support(world)
    manager = await world.as_(MANAGER)
    mother = await record_person(world, MANAGER, {"family_name": "Тестова", "given_name": "Мадина"})
    await _shut_out(world, PSYCHOLOGIST, person_id=mother)
    assert await rows(owner_url, _TASKS, case.id) == []
    done(await manager.post(f"/v1/cases/{case.id}/persons", {"person_id": mother, "role": "parent"}))
    found = {t["record_id"] for t in await rows(owner_url, _TASKS, case.id)}
    assert found == {case.id, session, *measures}


async def test_a_handover_does_not_do_what_stands_on_the_list(world: World, owner_url: str) -> None:
    case, session, measures = await in_support(world)
    await _shut_out(world, PSYCHOLOGIST, person_id=case.child)
    offer = {"to_user_id": str(demo_id("manager2.almaty")), "reason": "workload"}
    handover = done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/handover", offer))["id"]
    done(await (await world.as_("manager2.almaty")).post(f"/v1/handovers/{handover}/accept"))
    left = {t["record_id"]: t["assignee_id"] for t in await rows(owner_url, _TASKS, case.id)}
    assert left == {session: demo_id("head.almaty")} | dict.fromkeys(measures, demo_id("manager2.almaty"))


async def test_a_plan_that_names_who_was_shut_out_since_is_neither_signed_nor_approved(world: World) -> None:
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    case = await steps.case_in_planning(world)
    drafted = await steps.draft_plan(world, case)
    done(await manager.post(f"/v1/plans/{drafted['id']}/sign"))
    await _shut_out(world, PSYCHOLOGIST, case_id=case.id)
    named = [m["id"] for goal in drafted["goals"] for m in goal["measures"]]
    for caller, step in ((supervisor, "approve"), (manager, "sign")):
        refused = await caller.post(f"/v1/plans/{drafted['id']}/{step}")
        assert (refused.status_code, refused.json()["code"]) == (409, "named-not-free"), refused.text
        assert refused.json()["measure_ids"] == named
        if step == "approve":
            done(await supervisor.post(f"/v1/plans/{drafted['id']}/return", {"reason": "Басқа адам керек."}))


async def test_who_bears_a_family_name_of_the_case_is_a_question_and_no_refusal(world: World) -> None:
    """The manager is Жұмабаева, the lawyer is not: the spelling and the ending of the name don't matter."""
    duty = await world.as_("duty.almaty")
    child = await record_person(world, "duty.almaty", {"family_name": "Жумабаев", "given_name": "Арман"})
    signal = await signal_about(world, "duty.almaty", child)
    triage = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    wish = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id(MANAGER))}
    opened = done(await duty.post("/v1/cases", wish))
    assert opened["possible_kin"] is True
    manager = await world.as_(MANAGER)
    lawyer = {"user_id": str(demo_id("lawyer.almaty")), "team_role": "lawyer", "help_kind": "legal"}
    added = done(await manager.post(f"/v1/cases/{opened['id']}/team", lawyer))
    assert added["possible_kin"] is False
