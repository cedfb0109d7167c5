"""A psychologist of a family support centre with eight sessions: who comes, who doesn't, what is written for whom."""

from collections.abc import Mapping
from typing import Any

from casemgmt.demo.days.day import Day, clock_of, left_of, one_thing
from casemgmt.demo.days.families import (
    CENTRE,
    HALL,
    MANAGER,
    PSYCHOLOGIST,
    Family,
    account,
    family_in_support,
    session_at,
    take,
)
from casemgmt.demo.days.left import TODAY, demands
from casemgmt.demo.stage import Json
from casemgmt.ids import new_id

WHO, HEAD, LAWYER = PSYCHOLOGIST, "head.almaty", "lawyer.almaty"
_NAMES = ("Аян", "Дана", "Алихан", "Томирис", "Ержан", "Мадина", "Нұрлан", "София")
_HOURS = ("09:00", "10:00", "11:00", "12:00", "14:00", "14:50", "16:00", "17:00")
_RESTRICTED, _AT_HOME = 5, 6


async def play_psychologist(day: Day) -> None:
    """Play the day."""
    families = await _before(day)
    booked = await _morning(day)
    await _first(day, booked[0])
    await _nobody_came(day, booked[1])
    await _worse(day, families[2], booked[2])
    await _moved(day, booked[3])
    await _lunch(day)
    await _afternoon(day, families, booked)
    await _evening(day)


async def _before(day: Day) -> list[Family]:
    day.before("In the last two weeks: eight families in support; the psychologist took a measure of each plan on.")
    await day.hours.to("09:00", -10)
    families = []
    for number, name in enumerate(_NAMES):
        secret = {"restriction_ground": "sexual_violence"} if number == _RESTRICTED else None
        families.append(await family_in_support(day, name, opening=secret))
    asked = {
        "to_organisation_id": CENTRE,
        "person_id": families[7].child,
        "help_kind": "psychological",
        "question": "Бала сотта айғақ бере ала ма?",
        "without_consent_ground": "Баланың мүддесі",
    }
    referral = await take(day, MANAGER, f"{families[7].path}/service-referrals", asked)
    does = {"responsible_id": account(WHO)}
    await take(day, HEAD, f"/v1/service-referrals/{referral['id']}/accept", does)
    await _book(day, families[1], "10:00", days=-5)
    last_week = await _book(day, families[0], "17:00", days=-1)
    for number, (family, hour) in enumerate(zip(families, _HOURS, strict=True)):
        place: Json = {"room_id": None, "travel_minutes": 30, "minutes": 25} if number == _AT_HOME else {}
        await _book(day, family, hour, **place)
        await take(day, WHO, f"/v1/plan-measures/{family.measure}/accept")
    await _book(day, families[2], "09:00", days=1)
    day.before("A week ago nobody came with Dana; yesterday's note about Ayan stayed a draft when the day was over.")
    await day.hours.to("10:30", -5)
    missed = await take(day, WHO, f"/v1/sessions?day={day.hours.on(-5)}", method="GET")
    nobody = {"next_step": "continue_course"}
    await take(day, WHO, f"/v1/sessions/{missed['items'][0]['id']}/no-show", nobody)
    await day.hours.to("17:50", -1)
    await take(day, WHO, f"/v1/sessions/{last_week['id']}/hold", _came(families[0].child))
    said = {"body": "Бүгін бірінші рет өзі сөйледі."}
    note = {"form": "write_session_note", "for_id": last_week["id"], "label": "Аян, кеше", "content": said}
    await take(day, WHO, f"/v1/drafts/{new_id()}", note, "PUT")
    return families


async def _book(day: Day, family: Family, hour: str, *, days: int = 0, **given: Any) -> Json:
    body = session_at(day, family, hour, days=days, **given)
    return await take(day, MANAGER, f"{family.path}/sessions", {k: v for k, v in body.items() if v is not None})


def _came(child: str, outcome: str = "progress", next_step: str = "continue_course") -> Json:
    attendance = [{"person_id": child, "attendance": "attended"}]
    return {"attendance": attendance, "outcome": outcome, "next_step": next_step}


async def _morning(day: Day) -> list[Json]:
    await day.at("08:30", "With the first tea")
    today = await day.sees("asks what today demands", f"{TODAY}?most=10", demands)
    sessions: list[Json] = today["sessions_today"]["items"]
    return sessions


def _queue(queue: Json) -> str:
    return "; ".join(f"{t['label']}: {left_of(t)}" for t in queue["items"]) or "nothing"


@one_thing("records a session with its note")
async def _hold(day: Day, /, session: Json, note: str, **came: str) -> None:
    """Record a session, and its note by itself: it is secret from most who may read the session."""
    path = f"/v1/sessions/{session['id']}"
    read = await day.sees("opens the session", path, lambda s: f"{len(s['participants'])} participant")
    child = read["participants"][0]["person_id"]
    held = await day.does("records who came, and the outcome", f"{path}/hold", _came(child, **came), says=_outcome)
    if held["state"] != "held":
        raise AssertionError("a session that was held says so")
    await day.does("writes the note", f"{path}/notes", {"body": note}, says=lambda n: f"read by: {n['help_kind']}")


def _outcome(session: Json) -> str:
    return f"{session['outcome']}, next: {session['next_step']}".replace("_", " ")


@one_thing("reads whom a session is with")
async def _who_comes(day: Day, session: Json) -> None:
    await day.at("08:55", "Who comes at nine?")
    read = await day.sees("opens the session", f"/v1/sessions/{session['id']}")
    child = f"/v1/persons/{read['participants'][0]['person_id']}"
    await day.sees("opens the child", child, lambda c: str(c["given_name"]))


async def _first(day: Day, session: Json) -> None:
    await _who_comes(day, session)
    await day.at("09:46", "After the first session")
    await _hold(day, session, "Ұйқысы жақсарған. Қауіпсіз орын жаттығуы өтті.")


@one_thing("records that nobody came, and calls")
async def _nobody_came(day: Day, session: Json) -> None:
    path = f"/v1/sessions/{session['id']}"
    absent = {"next_step": "call_family"}
    await day.wrong("writes the next one down before it began", f"{path}/no-show", absent, status=409)
    await day.at("10:20", "Nobody at the door, for the second time")
    if day.leaves_out("no-show"):
        return
    await day.does("records that nobody came; will call", f"{path}/no-show", absent, says=lambda s: str(s["state"]))
    queue = await day.sees("finds the call in the queue", "/v1/tasks/mine", _queue)
    call = next(t for t in queue["items"] if t["kind"] == "no_show_call")
    if not day.leaves_out("call"):
        said = {"result": "Анасы ауырып қалған, келесі аптаға уақыт сұрады."}
        await day.does("calls the mother", f"/v1/tasks/{call['id']}/complete", said)
    theirs = await day.stage.take(MANAGER, "the manager's queue", "GET", "/v1/tasks/mine?kind=repeated_no_show")
    if len(theirs["items"]) != 1:
        raise AssertionError("a second no-show in a row is told to the manager")


async def _worse(day: Day, family: Family, session: Json) -> None:
    await day.at("11:46", "A session that was hard")
    await _hold(day, session, "Өзіне зиян келтіру туралы ойлар айтты.", outcome="deterioration")
    said = {"body": "Алиханмен бүгін сөйлесуіміз керек: жағдайы нашарлады.", "mentions": [account(MANAGER)]}
    await day.does("tells the case manager, not what was said", f"{family.path}/notes", said)
    await day.meanwhile(
        MANAGER,
        "answers, and asks for an appointment with the doctor by tomorrow",
        f"{family.path}/notes",
        {"body": "Балалар психиатрына жазылайық, қай уақыт ыңғайлы?", "mentions": [account(WHO)]},
    )
    notes = f"/v1/sessions/{session['id']}/notes"
    read = await day.stage.take(MANAGER, "the manager asks for the note", "GET", notes)
    if read["items"]:
        raise AssertionError("what was said to the psychologist is not the manager's to read")


async def _moved(day: Day, session: Json) -> None:
    await day.at("11:55", "A grandmother calls: the girl has a fever")
    if day.leaves_out("move"):
        return
    path = f"/v1/sessions/{session['id']}/move"
    taken = await day.wrong(
        "moves it to nine tomorrow, which is taken", path, _times(day, "09:00"), status=409, code="already-booked"
    )
    free: Mapping[str, str] = taken["next_free"]
    times = {"starts_at": free["starts_at"], "ends_at": free["ends_at"]}
    await day.does("moves it to the time that the answer offered", path, times, says=_begins)


def _begins(session: Json) -> str:
    return f"tomorrow {clock_of(session['starts_at'])}"


def _times(day: Day, clock: str) -> dict[str, str]:
    start, end = clock, f"{clock[:3]}45"
    return {"starts_at": day.hours.at(start, 1), "ends_at": day.hours.at(end, 1)}


@one_thing("sends yesterday's note from its draft")
async def _lunch(day: Day) -> None:
    await day.at("13:10", "Over lunch: the note of yesterday")
    drafts = await day.sees("finds the draft", "/v1/drafts", lambda d: ", ".join(x["label"] for x in d["items"]))
    draft = await day.sees("opens it", f"/v1/drafts/{drafts['items'][0]['id']}")
    if day.leaves_out("note of yesterday"):
        return
    sent = {"Draft-Id": draft["id"]}
    path = f"/v1/sessions/{draft['for_id']}/notes"
    await day.does(
        "sends it to the session that it names",
        path,
        draft["content"],
        headers=sent,
        says=lambda _: "the draft is gone",
    )


async def _afternoon(day: Day, families: list[Family], booked: list[Json]) -> None:
    await day.at("14:42", "In the afternoon")
    await _hold(day, booked[4], "Сурет салдық: үйдің суретінде әкесі жоқ.")
    await day.at("15:31", "A restricted case: its team alone sees it")
    await _hold(day, booked[5], "Сенім пайда болды, уақыт керек.")
    path = families[_RESTRICTED].path
    await day.stage.wrong_turn(LAWYER, "the lawyer looks", "GET", path, status=404)
    await day.stage.wrong_turn(HEAD, "the head looks", "GET", path, status=404)
    await day.at("15:45", "On the way to a family")
    late = session_at(day, families[2], "16:35", minutes=15, room_id=HALL)
    await day.wrong("books a session on the way back", f"{families[2].path}/sessions", late, status=409)
    await day.at("16:56", "Back from the home visit")
    await _hold(day, booked[6], "Үйде тыныш, бөлек бұрышы бар.")
    await day.at("17:41", "After the last one")
    if not day.leaves_out("last session"):
        await _hold(day, booked[7], "Курс аяқталды, мақсатқа жетті.", next_step="finish_course")


async def _evening(day: Day) -> None:
    queue = await day.sees("asks what is left", "/v1/tasks/mine", _queue)
    asked = next(t for t in queue["items"] if t["kind"] == "service_referral_completion")
    if not day.leaves_out("return note"):
        answer = {"return_note": "Айғақ бере алады, психолог қасында болғанда, 40 минуттан артық емес."}
        path = f"/v1/service-referrals/{asked['record_id']}/complete"
        await day.does(
            "answers what another body asked, due today", path, answer, says=lambda _: "done; the case is out of sight"
        )
    mention = next(t for t in queue["items"] if t["kind"] == "mention")
    said = {"result": "Ертең 12:00, өзім ертіп барамын."}
    await day.does("answers the manager", f"/v1/tasks/{mention['id']}/complete", said)
    await day.sees("looks once more", "/v1/tasks/mine", _queue)
