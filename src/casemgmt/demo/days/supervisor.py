"""A regional supervisor: what waits for a second person, what is overdue, who has too much, who moves in."""

from datetime import datetime

from casemgmt.demo.days.day import Day, clock_of, left_of, one_thing
from casemgmt.demo.days.families import (
    DUTY,
    GROUP,
    MANAGER,
    SUPERVISOR,
    Family,
    account,
    assess,
    ceiling,
    families_by_table,
    family_in_support,
    family_with_case,
    meet,
    plan_of,
    signal_of,
    take,
)
from casemgmt.demo.days.left import TODAY, demands
from casemgmt.demo.stage import Json

WHO, COLLEAGUE = SUPERVISOR, "manager2.almaty"
ASTANA, ELSEWHERE = "manager.astana", "duty.astana"
ADMIN = "admin"
_PAGE = 100


async def play_supervisor(day: Day) -> None:
    """Play the day."""
    families = await _before(day)
    await _morning(day)
    await _no_ground(day)
    await _overdue(day, families["Темір"])
    await _second_person(day, families)
    await _moves_in(day)
    await _night(day)
    await _wrong_child(day)
    await _account(day)
    await _load(day)
    await _court(day)
    await _evening(day)


async def _before(day: Day) -> dict[str, Family]:
    day.before(
        "In the last two weeks: a plan and two closures wait for a second person; a manager has too many families."
    )
    await day.hours.to("10:00", -6)
    families = {name: await family_in_support(day, name) for name in ("Айым", "Санжар")}
    await day.hours.to("10:00", -4)
    families["Темір"] = await family_with_case(day, "Темір", manager=COLLEAGUE)
    await day.hours.to("10:00", -3)
    for name in ("Айым", "Санжар"):
        await _propose_closure(day, families[name])
    families["Мира"] = await _signed_plan(day, "Мира")
    day.before("Yesterday: a family on its way from Astana, a child in the wrong file, a new colleague asked for.")
    await day.hours.to("11:00", -1)
    await families_by_table(day, await ceiling(day) - 1)
    await _no_ground_proposed(day)
    await _from_astana(day)
    await _entered_in_error(day)
    asked = {"role": "case_manager", "reason": "Бұйрық 41"}
    await take(day, ADMIN, f"/v1/users/{account('duty2.almaty')}/roles", asked)
    day.before("At night the duty officer opened a restricted case: a child was missing.")
    await day.hours.to("22:40", -1)
    hidden = await family_with_case(day, "Жұлдыз", opening={"restriction_ground": "sexual_violence"})
    opened = {"case_id": hidden.case, "reason": "child_missing", "note": "Қыз үйге келмеді.", "minutes": 30}
    grant = await take(day, DUTY, "/v1/break-glass", opened)
    await take(day, DUTY, f"/v1/break-glass/{grant['id']}/case", method="GET")
    return families


async def _propose_closure(day: Day, family: Family) -> None:
    plan = await take(day, MANAGER, f"/v1/plans/{family.plan}", method="GET")
    goal = plan["goals"][0]
    done = {"evidence": "Психологтің қорытындысы"}
    await take(day, MANAGER, f"/v1/plan-measures/{goal['measures'][0]['id']}/complete", done)
    await take(day, MANAGER, f"/v1/plan-goals/{goal['id']}/outcome", {"outcome": "achieved", "note": "Тыныш"})
    reason = {"reason": "goals_achieved", "note": "Отбасы өзі жүре алады."}
    await take(day, MANAGER, f"{family.path}/propose-closure", reason)


async def _signed_plan(day: Day, name: str) -> Family:
    family = await family_with_case(day, name)
    await meet(day, family)
    await assess(day, family)
    await take(day, MANAGER, f"{family.path}/start-planning")
    plan = await take(day, MANAGER, f"{family.path}/plans", plan_of(day))
    await take(day, MANAGER, f"/v1/plans/{plan['id']}/sign")
    return Family(name, family.child, family.case, plan["id"])


async def _no_ground_proposed(day: Day) -> None:
    _, signal = await signal_of(day, "Нұрдәулет", category="bullying", narrative="Сыныптас: көк көз, үндемейді.")
    wish = {"outcome": "no_ground", "severity": "high", "reason": "not_confirmed", "note": "Анасы жоққа шығарды."}
    await take(day, DUTY, f"/v1/signals/{signal}/triage", wish)


async def _from_astana(day: Day) -> None:
    child, signal = await signal_of(day, "Әмина", ELSEWHERE, region_code="KZ-71")
    triage = {"outcome": "emergency", "severity": "high", "reason": "no_safe_place"}
    await take(day, ELSEWHERE, f"/v1/signals/{signal}/triage", triage)
    opened = {"signal_ids": [signal], "children": [child], "manager_id": account(ASTANA)}
    case = (await take(day, ELSEWHERE, "/v1/cases", opened))["id"]
    move = {"to_organisation_id": account("crd_almaty"), "reason": "family_moved", "note": "Ауыстық, мектебі № 11."}
    await take(day, ASTANA, f"/v1/cases/{case}/transfers", move)


async def _entered_in_error(day: Day) -> None:
    """Write a visit into the file of another child, and say so."""
    family = await family_with_case(day, "Ислам", manager=COLLEAGUE)
    await meet(day, family, COLLEAGUE)
    story = await take(day, COLLEAGUE, f"{family.path}/timeline?order=desc", method="GET")
    contact = next(e["record_id"] for e in story["items"] if e["record_type"] == "child_contact")
    wrong = {
        "record_type": "child_contact",
        "record_id": contact,
        "reason": "wrong_person",
        "note": "Басқа балаға бардым.",
    }
    await take(day, COLLEAGUE, f"{family.path}/corrections", wrong)


async def _morning(day: Day) -> None:
    await day.at("08:50", "What waits, what is overdue")
    await day.sees("asks what today demands, of herself and of the body", TODAY, demands)


def _queue(queue: Json) -> str:
    return "; ".join(f"{t['label']}: {left_of(t)}" for t in queue["items"]) or "nothing"


def _today(day: Day, queue: Json) -> str:
    midnight = day.hours.moment("00:00", 1)
    due = [t for t in queue["items"] if datetime.fromisoformat(t["due_at"]) < midnight]
    return _queue({"items": due})


async def _task(day: Day, kind: str) -> Json:
    queue = await day.sees(f"opens the queue at: {kind.replace('_', ' ')}", f"/v1/tasks/mine?kind={kind}")
    task: Json = queue["items"][0]
    return task


@one_thing("reviews a signal that the desk would close")
async def _no_ground(day: Day) -> None:
    await day.at("09:00", "A grave signal that the desk would close")
    task = await _task(day, "high_severity_no_action_review")
    path = f"/v1/signals/{task['record_id']}"
    await day.sees("reads it", path, lambda s: str(s["narrative"]))
    if not day.leaves_out("review of a signal"):
        verdict = {"confirm": False, "note": "Баланың өзімен ешкім сөйлеспеген. Топ барсын."}
        await day.does("gives it back to the desk", f"{path}/review", verdict, says=lambda s: str(s["state"]))
        group = {"outcome": "mobile_group_referral", "severity": "high", "reason": "visit_needed"}
        await day.meanwhile(DUTY, "sends the mobile group", f"{path}/triage", group | {"mobile_group_id": GROUP})


@one_thing("sees to an overdue contact")
async def _overdue(day: Day, family: Family) -> None:
    await day.at("09:20", "A child whom nobody has met, and the term was yesterday")
    task = await _task(day, "escalation_supervisor")
    await day.wrong("ends the alarm by a word", f"/v1/tasks/{task['id']}/complete", {"result": "Білемін"}, status=409)
    await day.sees("sees whose it is", f"/v1/tasks/{task['record_id']}", lambda t: f"{t['label']}: {left_of(t)}")
    if day.leaves_out("overdue contact"):
        return
    note = {"body": "Ольга Ивановна, бүгін барыңыз: мерзімі кеше өтті.", "mentions": [account(COLLEAGUE)]}
    await day.does("asks the manager in the file", f"{family.path}/notes", note)
    met = {"person_id": family.child, "at": day.hours.now().isoformat(), "place": "home", "alone": True}
    await day.meanwhile(COLLEAGUE, "has met the child", f"{family.path}/child-contacts", met)


async def _second_person(day: Day, families: dict[str, Family]) -> None:
    await day.at("10:00", "A plan and two closures: the second person")
    await _plan(day, families["Мира"])
    await _closure(day, families["Айым"])
    await _not_yet(day, families["Санжар"])


@one_thing("decides on a plan")
async def _plan(day: Day, family: Family) -> None:
    plan = f"/v1/plans/{family.plan}"
    await day.sees("reads the plan", plan, lambda p: f"{len(p['goals'])} goal, signed")
    if not day.leaves_out("plan"):
        await day.does("approves it", f"{plan}/approve", says=lambda p: str(p["state"]))


@one_thing("decides on a closure")
async def _closure(day: Day, family: Family) -> None:
    await day.sees("reads the file of the first", family.path, lambda c: f"{c['closures'][0]['note']}")
    agreed = {"note": "Келісемін."}
    if not day.leaves_out("closure"):
        await day.does("agrees: closed", f"{family.path}/approve-closure", agreed, says=lambda c: str(c["state"]))


@one_thing("decides on a closure")
async def _not_yet(day: Day, family: Family) -> None:
    await day.sees("reads the file of the second", family.path, lambda c: f"{c['closures'][0]['note']}")
    back, path = {"note": "Мектептен сипаттама жоқ, бір айдан кейін."}, f"{family.path}/return-closure"
    await day.does("gives it back with the reason", path, back, says=lambda c: str(c["state"]))


@one_thing("takes a family on from another region")
async def _moves_in(day: Day) -> None:
    await day.at("11:10", "A family comes from Astana")
    offers = await day.sees("reads what is offered", "/v1/transfers?state=offered", _offers)
    offer = offers["items"][0]
    await day.wrong("looks into the file before", f"/v1/cases/{offer['case_id']}", status=404, method="GET")
    path = f"/v1/transfers/{offer['id']}/accept"
    await day.wrong("gives it to somebody of Astana", path, {"manager_id": account(ASTANA)}, status=422)
    if not day.leaves_out("transfer"):
        takes = {"manager_id": account(COLLEAGUE)}
        await day.does("takes it on: rights, clocks and team in one step", path, takes, says=lambda t: str(t["state"]))
        await day.stage.wrong_turn(
            ASTANA, "the manager there looks", "GET", f"/v1/cases/{offer['case_id']}", status=404
        )


def _offers(offers: Json) -> str:
    return "; ".join(
        f"case {o['case_number']}, {o['stage']}, {o['children']} child: {o['note']}" for o in offers["items"]
    )


@one_thing("judges what was opened at night")
async def _night(day: Day) -> None:
    await day.at("12:00", "What the night left")
    reviews = await day.sees("looks who opened what", "/v1/break-glass/reviews?state=awaiting_review", _grants)
    grant = reviews["items"][0]
    if not day.leaves_out("night"):
        verdict = {"verdict": "justified", "note": "Полициямен салыстырылды, қыз табылды."}
        await day.does(
            "finds it justified", f"/v1/break-glass/{grant['id']}/review", verdict, says=lambda g: str(g["state"])
        )


def _grants(grants: Json) -> str:
    return "; ".join(
        f"{clock_of(g['opened_at'])}, {g['reason'].replace('_', ' ')}: {g['note']}" for g in grants["items"]
    )


@one_thing("decides on what was entered in error")
async def _wrong_child(day: Day) -> None:
    await day.at("12:30", "A visit in the file of another child")
    task = await _task(day, "correction_decision")
    said = f"/v1/cases/{task['case_id']}/corrections"
    found = await day.sees("reads what is said to be wrong", said, lambda c: str(c["items"][0]["note"]))
    if not day.leaves_out("correction"):
        path = f"/v1/corrections/{found['items'][0]['id']}/confirm"
        await day.does("confirms it: kept, and counts no longer", path, {"note": "Журналмен салыстырылды."})


@one_thing("decides on a role")
async def _account(day: Day) -> None:
    await day.at("14:00", "A role for a colleague")
    asked = await day.sees("reads what is asked for", "/v1/account-changes?state=open", lambda c: f"{len(c['items'])}")
    change = asked["items"][0]
    if not day.leaves_out("account"):
        path = f"/v1/account-changes/{change['id']}/approval"
        await day.does("grants it as second person", path, method="PUT", says=lambda c: str(c["change"]["state"]))


@one_thing("takes load off a manager")
async def _load(day: Day) -> None:
    await day.at("15:00", "Who has too much")
    load = await day.sees("counts the families of each manager", "/v1/tasks/caseload", _loads)
    first = load["workers"][0]
    if not first["over_ceiling"]:
        raise AssertionError("a manager with more families than the ceiling is shown as such")
    cases = await day.sees("picks a quiet one", f"/v1/cases?state=opened&limit={_PAGE}", lambda c: f"{len(c['items'])}")
    case = next(c["id"] for c in cases["items"] if c["manager_id"] == first["user_id"])
    offer = {"to_user_id": account(COLLEAGUE), "reason": "workload", "note": "Жүктемені бөлеміз."}
    given = await day.does("offers it to a colleague with room", f"/v1/cases/{case}/handover", offer)
    accept = f"/v1/handovers/{given['id']}/accept"
    await day.wrong("accepts in the colleague's name", accept, status=409)
    await day.meanwhile(COLLEAGUE, "takes the family over", accept)
    await day.sees("counts again", "/v1/tasks/caseload", _loads)


def _loads(load: Json) -> str:
    return "; ".join(f"{w['name']} {w['cases']}{' (over)' if w['over_ceiling'] else ''}" for w in load["workers"])


@one_thing("stops a clock until a court has sat")
async def _court(day: Day) -> None:
    """Stop a clock for longer than a manager may."""
    await day.at("16:00", "A court that will sit in three weeks")
    queue = await day.sees(
        "finds a clock that waits for it", "/v1/tasks/team?kind=assessment", lambda q: f"{len(q['items'])}"
    )
    task = queue["items"][0]
    hold = {"reason": "court_or_inquiry", "note": "Сот 20-сында", "until_on": day.hours.on(15).isoformat()}
    path = f"/v1/tasks/{task['id']}/hold"
    await day.does(
        "stops it, with the court's ruling as ground", path, hold | {"ground": "Сот ұйғарымы 2-117"}, says=_held
    )
    await day.sees("sees it among what is on hold", "/v1/tasks/holds", lambda q: f"{len(q['items'])} on hold")


def _held(task: Json) -> str:
    return f"{task['clock'].replace('_', ' ')} until {task['held_until'][:10]}"


async def _evening(day: Day) -> None:
    await day.at("17:20", "Before going home")
    await day.sees("asks what is left", f"/v1/tasks/mine?limit={_PAGE}", lambda q: _today(day, q))
