"""A case manager with thirty families: what is due today among all that isn't, and what others ask."""

from datetime import datetime, timedelta
from typing import Any

from casemgmt.demo.days.day import Day, clock_of, left_of, one_thing
from casemgmt.demo.days.families import (
    INSTRUMENT,
    MANAGER,
    PSYCHOLOGIST,
    Family,
    account,
    answers,
    assess,
    ceiling,
    families_by_table,
    family_in_support,
    family_with_case,
    meet,
    plan_of,
    session_at,
    take,
)
from casemgmt.demo.days.left import TODAY, demands
from casemgmt.demo.stage import Json
from casemgmt.ids import new_id

WHO, COLLEAGUE, GUARDIAN, SUPERVISOR = MANAGER, "manager2.almaty", "guardian.almaty", "supervisor.almaty"
GUARDIANSHIP = "guardianship_almaty"
_PAGE = 100


async def play_manager(day: Day) -> None:
    """Play the day."""
    families = await _before(day)
    await _morning(day)
    await _first_contact(day, families["Аружан"])
    await _plan(day, families["Бекзат"])
    await _notice(day)
    await _hand_over(day)
    await _answers(day, families)
    await _hospital(day, families["Жансая"])
    await _closure(day, families["Дамир"])
    await _move(day, families["Гүлім"])
    await _evening(day)


async def _before(day: Day) -> dict[str, Family]:
    day.before("In the last two weeks: families in support, in planning, one that nobody has met yet.")
    await day.hours.to("11:00", -10)
    families = {n: await family_in_support(day, n) for n in ("Гүлім", "Дамир", "Ернар")}
    families["Зере"] = await family_in_support(day, "Зере", level="high")
    for name in ("Гүлім", "Ернар", "Зере"):
        await _taken_on(day, families[name])
    referral = await _asked_of_guardians(day, families["Ернар"])
    booked = {k: v for k, v in session_at(day, families["Гүлім"], "16:00", days=-1).items() if v is not None}
    session = await take(day, WHO, f"{families['Гүлім'].path}/sessions", booked)
    await day.hours.to("11:00", -5)
    families["Бекзат"] = await family_with_case(day, "Бекзат")
    await meet(day, families["Бекзат"])
    await assess(day, families["Бекзат"])
    await take(day, WHO, f"{families['Бекзат'].path}/start-planning")
    await day.hours.to("11:00", -3)
    families["Аружан"] = await family_with_case(day, "Аружан")
    await day.hours.to("11:00", -2)
    await take(day, GUARDIAN, f"{referral}/complete", {"return_note": "Бола алады: тұрғын үйі бар, денсаулығы жақсы."})
    families["Жансая"] = await family_with_case(day, "Жансая")
    await meet(day, families["Жансая"])
    day.before(
        "Yesterday: violence in a family, the police were told at once; the guardians are to be told by three today."
    )
    await day.hours.to("15:00", -1)
    families["Инкар"] = await family_with_case(day, "Инкар", category="violence_physical", danger_now=True)
    await meet(day, families["Инкар"])
    await _tell_police(day)
    day.before("The register of the department came in as a table: the rest of the families, all opened yesterday.")
    await families_by_table(day, await ceiling(day) - len(families))
    day.before("Nobody came to Gülim's session; the psychologist asks about Zere; a colleague on leave offers a case.")
    await day.hours.to("16:50", -1)
    await take(day, PSYCHOLOGIST, f"/v1/sessions/{session['id']}/no-show", {"next_step": "tell_manager"})
    await _mention(day, families["Зере"])
    offered = await family_with_case(day, "Камила", manager=COLLEAGUE)
    offer = {"to_user_id": account(WHO), "reason": "manager_absent", "note": "Демалысқа шығамын, бірінші кездесу өтті."}
    await meet(day, offered, COLLEAGUE)
    await take(day, COLLEAGUE, f"{offered.path}/handover", offer)
    return families


async def _asked_of_guardians(day: Day, family: Family) -> str:
    """Ask the guardianship body, which takes it on; return the referral's path."""
    asked = {
        "to_organisation_id": str(account(GUARDIANSHIP)),
        "person_id": family.child,
        "help_kind": "legal",
        "question": "Әжесі қамқоршы бола ала ма?",
        "without_consent_ground": "Баланың мүддесі",
    }
    referral = await take(day, WHO, f"{family.path}/service-referrals", asked)
    path = f"/v1/service-referrals/{referral['id']}"
    await take(day, GUARDIAN, f"{path}/accept", {"responsible_id": account(GUARDIAN)})
    return path


async def _tell_police(day: Day) -> None:
    queue = await take(day, WHO, "/v1/tasks/mine?kind=mandatory_notice_police", method="GET")
    notice = {"to_body": "Алмалы АПБ", "delivery": "telephone", "delivered_at": day.hours.now().isoformat()}
    taken = {"number": "КУИ 77", "taken_by": "кезекші Ә. Тестов"}
    await take(day, WHO, f"/v1/tasks/{queue['items'][0]['id']}/notice", notice | taken)


async def _taken_on(day: Day, family: Family) -> None:
    """Let the psychologist of the centre take the measure of the plan on."""
    joins = {"user_id": account(PSYCHOLOGIST), "team_role": "psychologist", "help_kind": "psychological"}
    await take(day, WHO, f"{family.path}/team", joins)
    await take(day, PSYCHOLOGIST, f"/v1/plan-measures/{family.measure}/accept")


async def _mention(day: Day, family: Family) -> None:
    asked = {"body": "Зеренің анасы келесі аптада ауруханада. Кім алып келеді?", "mentions": [account(WHO)]}
    await take(day, PSYCHOLOGIST, f"{family.path}/notes", asked)


async def _morning(day: Day) -> None:
    await day.at("08:40", "Thirty families; what is today?")
    await day.sees("asks what today demands, the least time first", TODAY, demands)


def _today(day: Day, queue: Json) -> str:
    midnight = day.hours.moment("00:00", 1)
    due = [t for t in queue["items"] if datetime.fromisoformat(t["due_at"]) < midnight]
    return "; ".join(f"{t['label']}: {left_of(t)}" for t in due) or "nothing is due today"


async def _task(day: Day, kind: str) -> Json:
    """Return the task of a kind from the own queue."""
    queue = await day.sees(
        f"finds it in the queue: {kind.replace('_', ' ')}", f"/v1/tasks/mine?kind={kind}&limit={_PAGE}"
    )
    task: Json = queue["items"][0]
    return task


async def _first_contact(day: Day, family: Family) -> None:
    await day.at("09:10", "At school, with the girl nobody has met yet")
    await day.wrong("begins the assessment before meeting her", f"{family.path}/start-assessment", status=409)
    if not day.leaves_out("first contact"):
        met = {
            "person_id": family.child,
            "at": day.hours.now().isoformat(),
            "place": "school",
            "alone": True,
            "words": "«Үйде тамақ жоқ, бірақ апам жақсы.»",
        }
        await day.does("writes down that they met, and her words", f"{family.path}/child-contacts", met)


@one_thing("writes a plan from its draft and signs it")
async def _plan(day: Day, family: Family) -> None:
    await day.at("10:30", "A plan that is due today")
    if day.leaves_out("plan"):
        return
    draft, body = new_id(), plan_of(day)
    begun = {"form": "draft_plan", "label": "Бекзат", "content": {k: body[k] for k in ("kind", "goals", "consent")}}
    await day.does("begins it; the telephone rings", f"/v1/drafts/{draft}", begun, method="PUT")
    sent = {"Draft-Id": str(draft)}
    plan = await day.does("goes on with it and sends it", f"{family.path}/plans", body, headers=sent)
    await day.wrong("approves it herself", f"/v1/plans/{plan['id']}/approve", status=403)
    await day.does(
        "signs it: it goes to the second person", f"/v1/plans/{plan['id']}/sign", says=lambda p: str(p["state"])
    )


@one_thing("gives a mandatory notice with its proof")
async def _notice(day: Day) -> None:
    await day.at("11:20", "The guardians are to be told by three")
    task = await _task(day, "mandatory_notice_guardianship")
    path = f"/v1/tasks/{task['id']}"
    await day.wrong(
        "says that it is done", f"{path}/complete", {"result": "Айтылды"}, status=409, code="notice-needs-proof"
    )
    if day.leaves_out("notice"):
        return
    notice = {
        "to_body": "Қорғаншылық органы",
        "delivery": "telephone",
        "delivered_at": day.hours.now().isoformat(),
        "number": "кіріс 118",
        "taken_by": "Ж. Смагулова",
    }
    await day.does("tells them, and records who took it under which number", f"{path}/notice", notice, says=_in_time)


def _in_time(task: Json) -> str:
    return f"{task['clock']} at {clock_of(task['completed_at'])}"


@one_thing("takes a family over from a colleague")
async def _hand_over(day: Day) -> None:
    await day.at("13:40", "A colleague goes on leave")
    offers = await day.sees("reads what is offered", "/v1/handovers?state=offered", _offer)
    offer = offers["items"][0]
    await day.wrong("looks into the case before", f"/v1/cases/{offer['case_id']}", status=404, method="GET")
    if not day.leaves_out("hand-over"):
        await day.does("takes the family over", f"/v1/handovers/{offer['id']}/accept", says=lambda h: str(h["state"]))
        await day.sees("reads its file", f"/v1/cases/{offer['case_id']}", lambda c: f"{c['number']}, {c['state']}")


def _offer(offers: Json) -> str:
    return "; ".join(f"case {o['case_number']} ({o['stage']}): {o['note']}" for o in offers["items"])


async def _answers(day: Day, families: dict[str, Family]) -> None:
    await day.at("14:30", "What others told and asked")
    await _read_the_answer(day)
    await _nobody_came(day)
    await _answer_in_the_file(day, families["Зере"])
    if day.leaves_out("review"):
        return
    await _risk(day, families["Зере"])
    plan = f"/v1/plans/{families['Зере'].plan}"
    moved = {"note": "Екі кездесу өтті, түнгі қорқыныш азайды.", "next_review_on": day.hours.on(9).isoformat()}
    await day.does(
        "reviews Zere's plan, high risk, due today", f"{plan}/reviews", moved | {"child_words": "«Ұйықтай аламын.»"}
    )


@one_thing("reads what another body answers")
async def _read_the_answer(day: Day) -> None:
    task = await _task(day, "service_referral_return")
    if not day.leaves_out("answer of the guardians"):
        await day.sees("reads what the guardians answer", f"/v1/service-referrals/{task['record_id']}", _returned)
        done = {"result": "Әжесін қамқоршы етуге құжат жинаймыз."}
        await day.does("has read it, and says what follows", f"/v1/tasks/{task['id']}/complete", done)


@one_thing("sees to a session to which nobody came")
async def _nobody_came(day: Day) -> None:
    task = await _task(day, "no_show_signal")
    called = {"result": "Әкесімен сөйлестім: көлік болмаған, бейсенбіде келеді."}
    if not day.leaves_out("no-show"):
        await day.does("calls Gülim's father", f"/v1/tasks/{task['id']}/complete", called)


@one_thing("answers a question in the file")
async def _answer_in_the_file(day: Day, family: Family) -> None:
    task = await _task(day, "mention")
    note = {"body": "Зерені нағашы апасы алып келеді.", "mentions": [account(PSYCHOLOGIST)]}
    await day.does("answers in the file", f"{family.path}/notes", note)
    await day.does("the question is answered", f"/v1/tasks/{task['id']}/complete", {"result": "Жауап жазылды."})


def _returned(referral: Json) -> str:
    return str(referral["return_note"])


@one_thing("assesses a change of risk")
async def _risk(day: Day, family: Family) -> None:
    """Look at a high risk again: a new assessment beside the first one, with what changed."""
    begun = {"person_id": family.child, "instrument": INSTRUMENT, "instrument_version": 1, "occasion": "review"}
    draft = await day.does("begins to look at Zere's risk again", f"{family.path}/assessments", begun)
    path = f"/v1/assessments/{draft['id']}"
    given, read = {"answers": answers(0)}, {"If-Match": draft["_etag"]}
    await day.does("answers every question", path, given, method="PATCH", headers=read)
    verdict = {"risk_level": "medium", "risk_reason": "Анасы көмек алды.", "conclusion": "Жағдай жақсарды."}
    await day.does(
        "finds the risk lower; clocks follow", f"{path}/complete", verdict, says=lambda a: str(a["risk_level"])
    )


@one_thing("stops a clock")
async def _hospital(day: Day, family: Family) -> None:
    await day.at("15:20", "A child is in hospital until the end of the week")
    queue = await day.sees(
        "finds her clocks", f"/v1/tasks/mine?kind=assessment&limit={_PAGE}", lambda q: f"{len(q['items'])}"
    )
    task = next(t for t in queue["items"] if t["case_id"] == family.case)
    path = f"/v1/tasks/{task['id']}/hold"
    long = {"reason": "child_in_care_of_health", "note": "Пневмония, № 3 аурухана"}
    await day.wrong(
        "stops the clock for two weeks", path, long | {"until_on": day.hours.on(10).isoformat()}, status=422
    )
    short = long | {"until_on": day.hours.on(3).isoformat()}
    await day.does("stops it for three days, the most that is hers", path, short, says=_held)


def _held(task: Json) -> str:
    return f"{task['clock'].replace('_', ' ')} until {task['held_until'][:10]}; then due {task['due_at'][:10]}"


@one_thing("proposes to close a case")
async def _closure(day: Day, family: Family) -> None:
    await day.at("15:50", "A family that needs help no longer")
    path = f"{family.path}/propose-closure"
    reason = {"reason": "goals_achieved", "note": "Бала қорықпай ұйықтайды, екі ай тыныш."}
    await day.wrong("proposes to close", path, reason, status=409)
    plan = await day.sees("reads the plan", f"/v1/plans/{family.plan}", lambda p: f"{len(p['goals'])} goal")
    goal = plan["goals"][0]
    done = {"evidence": "Психологтің қорытындысы"}
    await day.does(
        "the measure is done, with evidence", f"/v1/plan-measures/{goal['measures'][0]['id']}/complete", done
    )
    reached = {"outcome": "achieved", "note": "Қауіпсіз"}
    await day.does("the goal is reached", f"/v1/plan-goals/{goal['id']}/outcome", reached)
    await day.does("proposes to close: a second person decides", path, reason, says=lambda c: str(c["state"]))


@one_thing("offers a case to another region")
async def _move(day: Day, family: Family) -> None:
    await day.at("16:40", "Gülim's family moves to Astana")
    where = {"to_organisation_id": account("crd_astana"), "reason": "family_moved"}
    moved: dict[str, Any] = where | {"moved_on": (day.hours.day - timedelta(days=1)).isoformat(), "note": "Көшті."}
    told = "offers the case to the department there"
    await day.does(told, f"{family.path}/transfers", moved, says=lambda t: f"{t['state']}: hers until it is taken")
    await day.sees("still reads the file", family.path, lambda c: f"{c['number']}, {c['state']}")


async def _evening(day: Day) -> None:
    await day.at("17:30", "What is left?")
    await day.sees("looks at the queue", f"/v1/tasks/mine?limit={_PAGE}", lambda q: _today(day, q))
