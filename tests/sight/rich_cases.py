"""Cases of the world with something of everything: at the centre, restricted, of another region, in rehabilitation."""

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from typing import Any

from casemgmt.demo.accounts import ROOMS, demo_id
from casemgmt.demo.stage import ALMATY
from tests import outreach_steps, steps
from tests.clients import World
from tests.conference_steps import GUARDIAN, LAWYER, accepted, decision, invitation, meeting, minutes_of
from tests.factories_iin import make_iin
from tests.people import MOTHER, case_of, record_person
from tests.steps import MANAGER, done

ASTANA = {"region_code": "KZ-71"}
GIRL = {
    "family_name": "Сәуленова",
    "given_name": "Дана",
    "sex": "female",
    "birth": {"precision": "exact", "date": "2014-03-08"},
}


async def at_the_centre(world: World) -> None:
    """An open case of Almaty at its plan: signed, a session booked, an offer to another manager, a task by hand."""
    manager = await world.as_(MANAGER)
    case = await steps.case_in_planning(world, children=2)
    for username, kind in (("psychologist.almaty", "psychological"), ("lawyer.almaty", "legal")):
        team_role = "psychologist" if kind == "psychological" else "lawyer"
        body = {"user_id": str(demo_id(username)), "team_role": team_role, "help_kind": kind}
        done(await manager.post(f"/v1/cases/{case.id}/team", body))
    plan = await steps.draft_plan(world, case)
    done(await manager.post(f"/v1/plans/{plan['id']}/sign"))
    approved = done(await (await world.as_("supervisor.almaty")).post(f"/v1/plans/{plan['id']}/approve"))
    done(await manager.post(f"/v1/cases/{case.id}/start-support"))
    await _around_a_plan(world, approved)
    again = done(await manager.post(f"/v1/plans/{plan['id']}/revise"))
    done(await manager.post(f"/v1/plans/{again['id']}/discard", {"reason": "Қазір өзгеріс керек емес."}))
    start = datetime.now(UTC) + timedelta(days=3)
    session = {
        "centre_id": str(demo_id("cps_almaty")),
        "specialist_id": str(demo_id("psychologist.almaty")),
        "room_id": str(demo_id(f"room {ROOMS[0][0]} {ROOMS[0][1]}")),
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(minutes=45)).isoformat(),
        "person_ids": [case.child],
    }
    done(await manager.post(f"/v1/cases/{case.id}/sessions", session))
    weeks = {"starts_at": start + timedelta(days=21), "ends_at": start + timedelta(days=21, minutes=45)}
    weekly = session | {key: at.isoformat() for key, at in weeks.items()} | {"sessions": 2}
    done(await manager.post(f"/v1/cases/{case.id}/session-series", weekly))
    await _at_the_house(world, case, start)
    task = {"title": "Мектепке хат", "note": "Сынып жетекшісіне", "case_id": case.id, "due_at": start.isoformat()}
    done(await manager.post("/v1/tasks", task))
    await _on_record(world, MANAGER, case.child, serial=1, protected=True)
    was = await _user_id(world, "ended.almaty")
    place = done(await manager.post(f"/v1/cases/{case.id}/team", {"user_id": was, "team_role": "mentor"}))
    member = next(m["id"] for m in place["team"] if m["user_id"] == was)
    done(await manager.post(f"/v1/cases/{case.id}/team/{member}/end"))
    guardian = {"user_id": str(demo_id("guardian.almaty")), "team_role": "guardianship_officer"}
    done(await manager.post(f"/v1/cases/{case.id}/team", guardian))
    adoption = {"court": "Алмалы ауданы", "decided_on": "2016-01-01", "known_to": "Ата-анасына", "child_knows": False}
    adoption |= {"former_family_name": "Бұрынғы"}
    done(await (await world.as_("guardian.almaty")).post(f"/v1/persons/{case.child}/adoption-facts", adoption))
    await _renamed(world, case.child, "adoption", "guardian.almaty")
    await _renamed(world, case.child, "change_of_name", MANAGER)
    offer = {"to_user_id": str(demo_id("manager2.almaty")), "reason": "workload", "note": "Жүктеме көп."}
    done(await manager.post(f"/v1/cases/{case.id}/handover", offer))
    await _on_offer_to_astana(world)
    await _asked_of_bodies(world)
    await _conferences(world)
    await _in_rehabilitation(world)
    started = await steps.start_assessment(world, await steps.case_in_assessment(world))
    assert started["state"] == "draft"


async def _renamed(world: World, person: str, ground: str, who: str) -> None:
    """Change the family name of a child."""
    caller, path = await world.as_(who), f"/v1/persons/{person}"
    given = {"family_name": f"{ground}ова", "ground": ground, "changed_on": "2020-02-02", "document": "Куәлік 7"}
    etag = (await caller.get(path)).headers["etag"]
    done(await caller.request("POST", f"{path}/name-changes", json=given, headers={"If-Match": etag}))


async def short_course(world: World) -> dict[str, Any]:
    """A course whose one meeting begins in a moment, with a guest: its path, its meeting and the guest."""
    head, starts = await world.as_("head.almaty"), datetime.now(UTC) + timedelta(seconds=2)
    meeting = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(minutes=15)).isoformat()}
    course = {"service": "parenting_course", "leader_id": str(demo_id("lawyer.almaty")), "capacity": 3}
    course |= {"room_id": str(demo_id(f"room {ROOMS[1][0]} {ROOMS[1][1]}")), "meetings": [meeting]}
    planned = done(await head.post(f"/v1/centres/{demo_id('cps_almaty')}/courses", course))
    guest = {"given_name": "Айна", "family_name": "Омарова"}
    came = done(await head.post(f"/v1/courses/{planned['id']}/guests", guest))["id"]
    return {"path": f"/v1/courses/{planned['id']}/meetings/{planned['meetings'][0]['id']}/attendance", "guest": came}


async def who_came(world: World, meeting: dict[str, Any]) -> None:
    """The leader of the course says who came, when its meeting has begun."""
    came = {"attendance": [{"participant_id": meeting["guest"], "attendance": "attended"}]}
    done(await (await world.as_("lawyer.almaty")).post(meeting["path"], came))


async def _at_the_house(world: World, case: steps.CaseAtWork, start: datetime) -> None:
    """A shelter with a stay in it, a course with a guest and a child of a case, a place on a waiting list."""
    manager = await world.as_(MANAGER)
    head = await world.as_("head.almaty")
    house = done(await head.post("/v1/shelters", {"line": "Құпия көше, 7"}))["id"]
    done(await head.post(f"/v1/shelters/{house}/places", {"label": "1-1"}))
    meeting = {
        "starts_at": (start + timedelta(days=9)).isoformat(),
        "ends_at": (start + timedelta(days=9, hours=1)).isoformat(),
    }
    course = {"service": "parenting_course", "leader_id": str(demo_id("psychologist.almaty")), "capacity": 3}
    course |= {"room_id": str(demo_id(f"room {ROOMS[0][0]} {ROOMS[0][1]}")), "meetings": [meeting]}
    planned = done(await head.post(f"/v1/centres/{demo_id('cps_almaty')}/courses", course))["id"]
    done(await head.post(f"/v1/courses/{planned}/guests", {"given_name": "Дана", "family_name": "Серікова"}))
    done(await manager.post(f"/v1/cases/{case.id}/course-places", {"course_id": planned, "person_id": case.child}))
    waits = {"centre_id": str(demo_id("cps_almaty")), "service": "leisure_group", "person_id": case.child}
    done(await manager.post(f"/v1/cases/{case.id}/waiting-entries", waits))
    stay = {"centre_id": str(demo_id("cps_almaty")), "person_ids": [case.child], "ground": "physical"}
    done(await manager.post(f"/v1/cases/{case.id}/stays", stay))


async def _around_a_plan(world: World, plan: dict[str, Any]) -> None:
    """Answers of the body that is named in a plan, a review and an electronic signature."""
    manager, psychologist = await world.as_(MANAGER), await world.as_("psychologist.almaty")
    one, two = plan["goals"][0]["measures"][:2]
    done(await psychologist.post(f"/v1/plan-measures/{one['id']}/accept"))
    done(await psychologist.post(f"/v1/plan-measures/{two['id']}/decline", {"reason": "Маман жоқ"}))
    next_on = (datetime.now(ALMATY) + timedelta(days=30)).date().isoformat()
    review = {"note": "Ұйқысы жақсарды", "child_words": "Маған ұнайды", "next_review_on": next_on}
    done(await manager.post(f"/v1/plans/{plan['id']}/reviews", review))
    signed = {"signer": "manager", "form": "cms", "signature": b64encode(b"kept, not verified").decode()}
    done(await manager.post(f"/v1/plans/{plan['id']}/signatures", signed))


async def signed_acts(world: World) -> None:
    """Electronic signatures on an act of closure and on a visit act."""
    given = {"form": "cms", "signature": b64encode(b"kept, not verified").decode()}
    manager, lead = await world.as_(MANAGER), await world.as_("lead.almaty")
    case, proposal = await steps.open_case(world, category="other"), {"reason": "contact_lost", "note": "Көшіп кетті."}
    closure = done(await manager.post(f"/v1/cases/{case.id}/propose-closure", proposal))["closures"][0]["id"]
    done(await manager.post(f"/v1/case-closures/{closure}/signatures", given | {"signer": "manager"}))
    (visited, *_) = done(await lead.get("/v1/referrals?state=reported"))["items"]
    act = done(await lead.get(f"/v1/referrals/{visited['id']}"))["visit_act_id"]
    done(await lead.post(f"/v1/visit-acts/{act}/signatures", given | {"signer": "group_lead"}))
    wrong = {"reason": "wrong_facts", "note": "Басқа үй.", "outcome_note": "Отбасы көмекке келісті."}
    done(await lead.post(f"/v1/visit-acts/{act}/correct", wrong))


async def _in_error(world: World, case_id: str, assessment_id: str) -> None:
    """Corrections of an assessment: one declined, one taken back, one to be decided."""
    manager, supervisor = await world.as_(MANAGER), await world.as_("supervisor.almaty")
    said = {"record_type": "assessment", "record_id": assessment_id, "reason": "wrong_person", "note": "Басқа бала."}
    path = f"/v1/cases/{case_id}/corrections"
    declined = done(await manager.post(path, said))["id"]
    done(await supervisor.post(f"/v1/corrections/{declined}/decline", {"note": "Құжаттар тексерілді."}))
    done(await manager.post(f"/v1/corrections/{done(await manager.post(path, said))['id']}/withdraw"))
    done(await manager.post(path, said))


async def note_in_error(world: World) -> None:
    """A correction of the note of a session, which fewer see than the other corrections of its case."""
    author = await world.as_("psychologist.almaty")
    said = {"record_type": "session_note", "reason": "wrong_person", "note": "Басқа бала."}
    for case in done(await author.get("/v1/cases?limit=100"))["items"]:
        path = f"/v1/cases/{case['id']}"
        for session in done(await author.get(f"{path}/sessions?state=held"))["items"]:
            for note in done(await author.get(f"/v1/sessions/{session['id']}/notes"))["items"]:
                done(await author.post(f"{path}/corrections", said | {"record_id": note["id"]}))
                return
    raise AssertionError("no session of the stories has a note")


async def _user_id(world: World, username: str) -> str:
    """Return the id of an account, as administrators find it."""
    admin = await world.as_("admin")
    for user in done(await admin.get("/v1/users?limit=100"))["items"]:
        if done(await admin.get(f"/v1/users/{user['id']}"))["username"] == username:
            return str(user["id"])
    raise AssertionError(username)


async def _on_offer_to_astana(world: World) -> None:
    """A case that another region's department is asked to take over."""
    case = await steps.open_case(world)
    move = {"to_organisation_id": str(demo_id("crd_astana")), "note": "Отбасы көшті.", "moved_on": "2026-11-01"}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/transfers", move))


async def _asked_of_bodies(world: World) -> None:
    """Referrals of two cases: a centre is asked, a guardianship body works on one and has answered another."""
    manager, guardian = await world.as_(MANAGER), await world.as_("guardian.almaty")
    for restricted in (False, True):
        case = await steps.open_case(world)
        asked = {"person_id": case.child, "help_kind": "legal", "question": "Заң көмегі керек.", "told": "Мектепте."}
        asked["without_consent_ground"] = "Баланың мүддесі."
        for due in done(await manager.get(f"/v1/cases/{case.id}/mandatory-notices"))["items"]:
            told = steps.notice_by_telephone(datetime.now(UTC).isoformat())
            done(await manager.post(f"/v1/tasks/{due['task_id']}/notice", told))
        path = f"/v1/cases/{case.id}/service-referrals"
        made = [
            done(await manager.post(path, asked | {"to_organisation_id": str(demo_id(body))}))["id"]
            for body in ("cps_almaty", "guardianship_almaty", "guardianship_almaty")
        ]
        for referral in made[1:]:
            does = {"responsible_id": str(demo_id("guardian.almaty"))}
            done(await guardian.post(f"/v1/service-referrals/{referral}/accept", does))
        answer = await guardian.post(f"/v1/service-referrals/{made[2]}/complete", {"return_note": "Кеңес берілді."})
        assert answer.is_success, answer.text
        if restricted:
            limit = {"restricted": True, "ground": "staff_involved"}
            done(await manager.post(f"/v1/cases/{case.id}/restriction", limit))


async def _conferences(world: World) -> None:
    """Conferences on two cases: one called, one held and unsigned, one signed with a decision that is open."""
    manager = await world.as_(MANAGER)
    for restricted in (False, True):
        case = await steps.open_case(world)
        child = {"person_id": case.child, "invited": False, "reason": "Ауырып жатыр."}
        for stage in ("called", "held", "signed"):
            wish = meeting(case.child, GUARDIAN, LAWYER, "school.almaty", family=[child])
            conference = done(await manager.post(f"/v1/cases/{case.id}/conferences", wish))
            await accepted(world, conference, GUARDIAN)
            place = f"/v1/conference-participants/{invitation(conference, 'school.almaty')}"
            await (await world.as_("school.almaty")).post(f"{place}/decline", {"reason": "Сабақ кезі."})
            path = f"/v1/conferences/{conference['id']}"
            if stage == "called":
                continue
            kept = minutes_of(conference, GUARDIAN, LAWYER, decisions=[decision(GUARDIAN), decision(LAWYER)])
            after = done(await manager.post(f"{path}/hold", kept))
            blob = {"form": "cms", "signature": b64encode(b"kept, not verified").decode()}
            done(await manager.post(f"{path}/signatures", blob | {"signer": "recorder"}))
            if stage == "signed":
                await (await world.as_(LAWYER)).post(f"{path}/sign")
                work = f"/v1/conference-decisions/{after['decisions'][1]['id']}"
                await (await world.as_(LAWYER)).post(f"{work}/complete", {"note": "Істелді."})
        if restricted:
            limit = {"restricted": True, "ground": "staff_involved"}
            done(await manager.post(f"/v1/cases/{case.id}/restriction", limit))


async def _in_rehabilitation(world: World) -> None:
    """A case with a programme that runs, and a second version of its plan being written."""
    manager, supervisor = await world.as_(MANAGER), await world.as_("supervisor.almaty")
    case = await steps.case_in_planning(world)
    goals = steps.plan()["goals"]
    goals[0]["measures"] = [m for m in goals[0]["measures"] if m["help_kind"] != "legal"]
    argued = [{"help_kind": "legal", "argument": "Заңгер басқа жерде көмектеседі."}]
    plan = await steps.draft_plan(world, case, goals=goals, missing_help=argued)
    done(await manager.post(f"/v1/plans/{plan['id']}/sign"))
    done(await supervisor.post(f"/v1/plans/{plan['id']}/approve"))
    for step in ("start-support", "start-rehabilitation"):
        done(await manager.post(f"/v1/cases/{case.id}/{step}"))
    elsewhere = {"user_id": await _user_id(world, "guardian2.almaty"), "team_role": "guardianship_officer"}
    done(await manager.post(f"/v1/cases/{case.id}/team", elsewhere))
    measured = done(await manager.get(f"/v1/cases/{case.id}/assessments"))["items"][0]["id"]
    programme = {
        "person_id": case.child,
        "aim": "Қорқынышты азайту",
        "starts_on": datetime.now(ALMATY).date().isoformat(),
        "before_assessment_id": measured,
    }
    done(await manager.post(f"/v1/cases/{case.id}/rehabilitation", programme))
    await _in_error(world, case.id, measured)
    done(await manager.post(f"/v1/plans/{plan['id']}/revise"))


async def restricted_case(world: World) -> None:
    """A child of a restricted case of another manager, whose mother and household are seen by more people."""
    child = await record_person(world, "duty.almaty", GIRL)
    mother = await record_person(world, "manager2.almaty", MOTHER | {"family_name": "Сәуленова"})
    case_id = await case_of(world, child, restricted=True, manager="manager2.almaty")
    await steps.annotate(world, case_id, "manager2.almaty")
    manager = await world.as_("manager2.almaty")
    done(await manager.post(f"/v1/cases/{case_id}/persons", {"person_id": mother, "role": "parent"}))
    household = {
        "label": "Сәуленовтер",
        "members": [{"person_id": child, "since": "2014-03-08"}, {"person_id": mother, "since": "2012-01-01"}],
    }
    done(await manager.post("/v1/families", household))
    kin = {"other_id": child, "kind": "mother", "parental_responsibility": True}
    done(await manager.post(f"/v1/persons/{mother}/relationships", kin))
    consent = {
        "person_id": child,
        "purpose": "accompaniment",
        "scopes": ["plan", "sessions"],
        "basis": "representative",
        "giver_id": mother,
        "form": "written",
        "child_view": "agrees",
        "child_words": "Маған ұнайды",
        "given_at": datetime.now(UTC).isoformat(),
    }
    done(await manager.post(f"/v1/cases/{case_id}/consents", consent))
    await _on_record(world, "manager2.almaty", child, serial=2, protected=True)
    offer = {"to_user_id": str(demo_id(MANAGER)), "reason": "workload", "note": "Демалыс."}
    done(await manager.post(f"/v1/cases/{case_id}/handover", offer))


async def case_of_astana(world: World) -> None:
    """A case of another region, with its child, number, household, task and a signal that its group was sent to."""
    duty = await world.as_("duty.astana")
    person = done(await duty.post("/v1/persons", GIRL | {"given_name": "Әлия"}))["id"]
    signal = done(
        await duty.post(
            "/v1/signals",
            outreach_steps.SIGNAL
            | ASTANA
            | {
                "source": "police",
                "channel": "call",
                "place": "Сарыарқа ауданы",
                "subjects": [{"person_id": person, "role": "child"}],
                "reporter": {"relation": "neighbour", "name": "Көрші", "phone": "+77010000071"},
            },
        )
    )["id"]
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    wish = {"signal_ids": [signal], "children": [person], "manager_id": str(demo_id("manager.astana"))}
    case_id = done(await duty.post("/v1/cases", wish))["id"]
    await steps.annotate(world, case_id, "manager.astana")
    manager = await world.as_("manager.astana")
    household = {"label": "Астаналықтар", "members": [{"person_id": person, "since": "2014-03-08"}]}
    done(await manager.post("/v1/families", household))
    due = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    done(await manager.post("/v1/tasks", {"title": "Дәрігерге", "case_id": case_id, "due_at": due}))
    await _on_record(world, "manager.astana", person, serial=3, protected=False)


async def _on_record(world: World, who: str, person: str, *, serial: int, protected: bool) -> None:
    """A number, a contact, an address and, where asked, a protected one."""
    caller = await world.as_(who)
    path = f"/v1/persons/{person}"
    born = done(await caller.get(path))["birth"]["date"]
    iin = make_iin(date.fromisoformat(born) if born else date(2014, 3, 8), "female", serial)
    etag = (await caller.get(path)).headers["etag"]
    if born:
        await caller.request("PUT", f"{path}/iin", json={"iin": iin}, headers={"If-Match": etag})
    contact = {"kind": "phone", "value": f"+7701000000{serial}", "note": "Тек күндіз"}
    done(await caller.post(f"{path}/contacts", contact))
    done(await caller.post(f"{path}/addresses", {"kind": "actual", "line": "Абай 1", "since": "2020-01-01"}))
    note = {"body": "Қолында көгерген жер", "observed_on": "2026-01-01"}
    done(await caller.post(f"{path}/health-notes", note))
    if protected:
        hidden = {"kind": "protected", "line": "Баспана 7", "reason": "Қауіп", "since": "2026-01-01"}
        done(await caller.post(f"{path}/addresses", hidden))
