"""The head of a family support centre, at ten to nine: what will break today, and what was done about it by evening."""

from datetime import timedelta

from casemgmt.demo.days.day import Day, clock_of, left_of, one_thing
from casemgmt.demo.days.families import (
    CENTRE,
    DUTY,
    MANAGER,
    PSYCHOLOGIST,
    Family,
    account,
    assess,
    family_in_support,
    family_with_case,
    meet,
    plan_of,
    session_at,
    take,
)
from casemgmt.demo.days.left import TODAY, demands
from casemgmt.demo.stage import Json

WHO, LAWYER = "head.almaty", "lawyer.almaty"
ADMIN, SECOND_ADMIN = "admin", "admin2"
SERVICE = "psychological_consultation"
_ILL = ("09:00", "11:00", "15:00")


async def play_head(day: Day) -> None:
    """Play the day."""
    families = await _before(day)
    booked = await _morning(day)
    await _ill(day, booked)
    await _place_freed(day)
    await _asked(day)
    await _papers(day)
    await _second_person(day, families["Перизат"])
    await _stay(day, families["Салтанат"])
    await _night(day)
    await _overdue(day, families["Олжас"])
    await _evening(day)


async def _before(day: Day) -> dict[str, Family]:
    day.before(
        "A month ago: a mother and her child, who fled, got a bed; the lawyer of the centre became a case manager too."
    )
    await day.hours.to_date(day.hours.month_before(), "12:00")
    asked = await take(day, ADMIN, f"/v1/users/{account(LAWYER)}/roles", {"role": "case_manager", "reason": "Бұйрық 7"})
    await take(day, SECOND_ADMIN, f"/v1/account-changes/{asked['id']}/approval", method="PUT")
    families = {"Салтанат": await _family_that_fled(day)}
    day.before(
        "In the last two weeks: families in support, the psychologist booked for today, one child on the waiting list."
    )
    await day.hours.to("10:00", -6)
    reviewed = {"note": "Баспана ізделуде.", "next_review_on": day.hours.on(10).isoformat()}
    await take(day, LAWYER, f"/v1/plans/{families['Салтанат'].plan}/reviews", reviewed)
    for number, hour in enumerate(_ILL):
        family = await family_in_support(day, f"Бала {number + 1}")
        families[hour] = family
        await _book(day, family, hour)
    waiting = await family_in_support(day, "Ақбота")
    wish = {"centre_id": CENTRE, "service": SERVICE, "person_id": waiting.child}
    await take(day, MANAGER, f"{waiting.path}/waiting-entries", wish)
    await day.hours.to("10:00", -4)
    families["Олжас"] = await family_with_case(day, "Олжас", manager=LAWYER)
    await day.hours.to("10:00", -3)
    families["Перизат"] = await _signed_plan(day)
    await _expiring_paper(day)
    day.before(
        "Two days ago the department asked the centre for help; at night the duty officer opened a restricted case."
    )
    await day.hours.to("11:00", -2)
    await _help_wanted(day)
    await day.hours.to("23:10", -1)
    await _opened_at_night(day)
    return families


async def _family_that_fled(day: Day) -> Family:
    shelter = await take(day, WHO, "/v1/shelters", {"line": "Құпия көше, 7"})
    for label in ("1-1", "1-2"):
        await take(day, WHO, f"/v1/shelters/{shelter['id']}/places", {"label": label})
    family = await family_in_support(day, "Салтанат", manager=LAWYER, second=WHO, level="low")
    admitted = {"centre_id": CENTRE, "person_ids": [family.child], "ground": "physical"}
    await take(day, LAWYER, f"{family.path}/stays", admitted)
    return family


async def _book(day: Day, family: Family, hour: str) -> None:
    body = session_at(day, family, hour)
    await take(day, MANAGER, f"{family.path}/sessions", {k: v for k, v in body.items() if v is not None})


async def _signed_plan(day: Day) -> Family:
    family = await family_with_case(day, "Перизат", manager=LAWYER)
    await meet(day, family, LAWYER)
    await assess(day, family, LAWYER)
    await take(day, LAWYER, f"{family.path}/start-planning")
    plan = await take(day, LAWYER, f"{family.path}/plans", plan_of(day))
    await take(day, LAWYER, f"/v1/plans/{plan['id']}/sign")
    return Family(family.name, family.child, family.case, plan["id"])


async def _expiring_paper(day: Day) -> None:
    papers = f"/v1/centres/{CENTRE}/specialists/{account(LAWYER)}/papers"
    licence = {
        "kind": "licence",
        "title": "Адвокат лицензиясы",
        "issued_on": (day.hours.day - timedelta(days=700)).isoformat(),
        "valid_until": day.hours.day.isoformat(),
    }
    await take(day, WHO, papers, licence)


async def _help_wanted(day: Day) -> None:
    for name, question in (("Тоғжан", "Қызға психологиялық көмек керек."), ("Рүстем", "Ұлға логопед керек.")):
        family = await family_with_case(day, name)
        asked = {
            "to_organisation_id": CENTRE,
            "person_id": family.child,
            "help_kind": "psychological",
            "question": question,
            "without_consent_ground": "Баланың мүддесі",
        }
        await take(day, MANAGER, f"{family.path}/service-referrals", asked)


async def _opened_at_night(day: Day) -> None:
    hidden = await family_with_case(day, "Ботагөз", manager=LAWYER, opening={"restriction_ground": "sexual_violence"})
    opened = {"case_id": hidden.case, "reason": "child_missing", "note": "Қыз үйге келмеді.", "minutes": 30}
    grant = await take(day, DUTY, "/v1/break-glass", opened)
    await take(day, DUTY, f"/v1/break-glass/{grant['id']}/case", method="GET")


async def _morning(day: Day) -> list[Json]:
    await day.at("08:50", "Ten to nine: what will break today?")
    today = await day.sees("asks what today demands, of herself and of the centre", TODAY, demands)
    await day.sees("looks whose papers end", f"/v1/centres/{CENTRE}/specialists", _ending)
    sessions: list[Json] = today["body"]["sessions_today"]["items"]
    return sessions


def _queue(queue: Json) -> str:
    return "; ".join(f"{t['label']}: {left_of(t)}" for t in queue["items"]) or "nothing"


def _sessions(listed: Json) -> str:
    return ", ".join(sorted(f"{clock_of(s['starts_at'])} {s['state']}" for s in listed["items"])) or "none"


def _ending(specialists: Json) -> str:
    found = [
        f"{s['given_name']} {s['family_name']}: {p['kind']} until {p['valid_until']}"
        for s in specialists["items"]
        for p in s["papers"]
        if p["standing"] in {"expiring", "expired"}
    ]
    return "; ".join(found) or "nobody's"


async def _ill(day: Day, booked: list[Json]) -> None:
    await day.at("08:53", "The psychologist calls: a fever, three days")
    path = f"/v1/centres/{CENTRE}/specialists/{account(PSYCHOLOGIST)}/absences"
    gone = {"reason": "illness", "starts_at": day.hours.at("09:00"), "ends_at": day.hours.at("18:00", 2)}
    told = "records it; the manager of every session in it has a task at once"
    absence = await day.does(told, path, gone, says=lambda a: f"{len(a['sessions_in_it'])} sessions")
    if set(absence["sessions_in_it"]) != {s["id"] for s in booked}:
        raise AssertionError("an absence names all sessions that are booked into it")
    theirs = await day.stage.take(MANAGER, "the queue", "GET", "/v1/tasks/mine?kind=session_without_specialist")
    if {t["record_id"] for t in theirs["items"]} != set(absence["sessions_in_it"]):
        raise AssertionError("the manager of each session is asked at once")
    if day.leaves_out("sessions of who is ill"):
        return
    first = {"starts_at": day.hours.at("09:00", 1), "ends_at": day.hours.at("09:40", 1)}
    await day.wrong(
        "moves one herself", f"/v1/sessions/{booked[0]['id']}/move", first, status=409, code="case-out-of-sight"
    )
    for session in booked[:2]:
        move, start = f"/v1/sessions/{session['id']}/move", clock_of(session["starts_at"])
        times = {"starts_at": day.hours.at(start, 1), "ends_at": day.hours.at(f"{start[:3]}40", 1)}
        taken = await day.stage.wrong_turn(MANAGER, "tomorrow", "POST", move, times, status=409, code="already-booked")
        free = {name: taken["next_free"][name] for name in ("starts_at", "ends_at")}
        await day.meanwhile(MANAGER, f"moves the session of {start} to {free['starts_at'][:10]}", move, free)
    cancel = f"/v1/sessions/{booked[2]['id']}/cancel"
    await day.meanwhile(MANAGER, "cancels the third: the family is told", cancel, {"reason": "specialist_absent"})


@one_thing("offers a free place to who waits longest")
async def _place_freed(day: Day) -> None:
    await day.at("09:40", "A place is free next week: who waits longest with the highest risk?")
    waiting = f"/v1/centres/{CENTRE}/waiting"
    await day.sees("looks at the list", f"{waiting}/{SERVICE}", lambda q: f"{len(q['items'])} waits")
    offer = await day.does("offers the place to the first", f"{waiting}/offer", {"service": SERVICE})
    await day.meanwhile(MANAGER, "takes it for the family", f"/v1/waiting-entries/{offer['entry_id']}/accept")


@one_thing("answers two bodies that ask for help")
async def _asked(day: Day) -> None:
    await day.at("10:10", "What the department asked for, due today")
    offers = await day.sees("reads it", "/v1/service-referrals?state=offered", _questions)
    if day.leaves_out("referrals"):
        return
    for referral in offers["items"]:
        path = f"/v1/service-referrals/{referral['id']}"
        if "логопед" in referral["question"]:
            no = {"reason": "not_competent", "note": "Бізде логопед жоқ, № 2 ПМПК барсын."}
            await day.does("declines one, with the reason and where to go", f"{path}/decline", no)
        else:
            await day.does("takes one on", f"{path}/accept", {"responsible_id": account(PSYCHOLOGIST)}, says=_state)


def _questions(referrals: Json) -> str:
    return "; ".join(r["question"] for r in referrals["items"])


def _state(record: Json) -> str:
    return str(record["state"])


async def _papers(day: Day) -> None:
    await day.at("11:00", "The lawyer's licence ends tonight")
    papers = f"/v1/centres/{CENTRE}/specialists/{account(LAWYER)}/papers"
    longer = {
        "kind": "licence",
        "title": "Адвокат лицензиясы",
        "number": "0047",
        "issued_on": day.hours.day.isoformat(),
        "valid_until": (day.hours.day + timedelta(days=1800)).isoformat(),
    }
    await day.does("records the new one that he brought", papers, longer, says=lambda p: f"{p['standing']}")


@one_thing("decides on a plan")
async def _second_person(day: Day, family: Family) -> None:
    await day.at("11:30", "A plan of the centre waits for a second person")
    plan = f"/v1/plans/{family.plan}"
    await day.sees("reads it", plan, lambda p: f"{len(p['goals'])} goal")
    if not day.leaves_out("plan"):
        await day.does("approves it", f"{plan}/approve", says=_state)


@one_thing("sees to the end of a stay")
async def _stay(day: Day, family: Family) -> None:
    await day.at("13:30", "The month of a temporary stay ends today")
    team = await day.sees("sees it in the queue of the centre", "/v1/tasks/team?kind=temporary_stay", _queue)
    stay = f"/v1/stays/{team['items'][0]['record_id']}"
    await day.sees("reads it", stay, lambda s: f"{s['persons']} person, until {s['until_at'][:10]}")
    note = {"body": "Бүгін мерзімі бітеді: қайда барады?", "mentions": [account(LAWYER)]}
    await day.does("asks the manager", f"{family.path}/notes", note)
    await day.meanwhile(
        LAWYER, "brings them to the grandmother: the bed is free", f"{stay}/leave", {"reason": "relatives"}
    )


@one_thing("judges what was opened at night")
async def _night(day: Day) -> None:
    await day.at("14:20", "What the night left")
    reviews = await day.sees("looks who opened what", "/v1/break-glass/reviews?state=awaiting_review", _grants)
    if not day.leaves_out("night"):
        verdict = {"verdict": "justified", "note": "Полициямен салыстырылды, қыз табылды."}
        await day.does(
            "finds it justified", f"/v1/break-glass/{reviews['items'][0]['id']}/review", verdict, says=_state
        )


def _grants(grants: Json) -> str:
    return "; ".join(
        f"{clock_of(g['opened_at'])}, {g['reason'].replace('_', ' ')}: {g['note']}" for g in grants["items"]
    )


async def _overdue(day: Day, family: Family) -> None:
    await day.at("15:00", "A child of the centre whom nobody has met; the term was yesterday")
    if day.leaves_out("overdue contact"):
        return
    note = {"body": "Арман, бүгін барыңыз: мерзімі кеше өтті.", "mentions": [account(LAWYER)]}
    await day.does("asks the manager in the file", f"{family.path}/notes", note)
    met = {"person_id": family.child, "at": day.hours.now().isoformat(), "place": "home", "alone": True}
    await day.meanwhile(LAWYER, "has met the child", f"{family.path}/child-contacts", met)


async def _evening(day: Day) -> None:
    await day.at("17:30", "Before the lights go out")
    await day.sees("looks at the own queue", "/v1/tasks/mine?limit=100", _queue)
    await day.sees("looks at the sessions of today", f"/v1/sessions?day={day.hours.day}", _sessions)
    await day.sees("looks at tomorrow", f"/v1/sessions?day={day.hours.on(1)}", _sessions)
