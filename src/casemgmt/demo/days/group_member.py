"""A nurse of a mobile group in a village: visits, acts written in parts, a telephone without network, a new signal."""

from typing import Any

from casemgmt.demo.days.day import Day, clock_of, left_of, one_thing
from casemgmt.demo.days.families import DUTY, GROUP, signal_of, take
from casemgmt.demo.days.left import TODAY, demands
from casemgmt.demo.stage import Json
from casemgmt.ids import new_id

WHO, LEAD = "nurse.almaty", "lead.almaty"
_MOST_FIELDS = 9
_VILLAGE = "Ақтас ауылы, Бірлік көшесі"


async def play_group_member(day: Day) -> None:
    """Play the day."""
    girl, brothers, yesterday = await _before(day)
    await _morning(day)
    if not day.leaves_out("act of yesterday"):
        await _finish_the_act(day, yesterday)
    await _go(day, girl)
    await _write_the_act(day, girl)
    await _neighbour(day)
    await _boy(day)
    await _closed_door(day, brothers)
    await _evening(day)


async def _before(day: Day) -> tuple[str, str, str]:
    await day.hours.to("14:00", -1)
    day.before(
        "Yesterday at two: the school reports bruises on a girl of nine in the village, the desk sends the group."
    )
    girl = await _refer(day, "Айша", {"category": "violence_physical", "place": _VILLAGE}, "high")
    dog = {"kind": "dog", "note": "Аулада байланбаған ит бар.", "review_on": day.hours.on(20).isoformat()}
    signals = await take(day, LEAD, "/v1/referrals", method="GET")
    signal = next(r["signal_id"] for r in signals["items"] if r["id"] == girl)
    await take(day, DUTY, f"/v1/signals/{signal}/warnings", dog)
    await day.hours.to("15:00", -1)
    day.before("At three: two brothers who are left alone; not urgent.")
    brothers = await _refer(day, "Ерасыл", {"place": _VILLAGE}, "moderate")
    await day.hours.to("15:30", -1)
    day.before(
        "At half past three the group went to a baby; the nurse began the act in the car and her telephone died."
    )
    baby = await _refer(day, "Нұрай", {"place": "Көкжар ауылы"}, "moderate")
    for step in ("depart", "visit"):
        await take(day, WHO, f"/v1/referrals/{baby}/{step}", {})
    begun = {
        "form": "report_visit",
        "label": "Нұрай, Көкжар",
        "content": {"child_seen": True, "outcome": "consultation"},
    }
    await take(day, WHO, f"/v1/drafts/{new_id()}", begun, "PUT")
    return girl, brothers, baby


async def _refer(day: Day, child: str, given: dict[str, Any], severity: str) -> str:
    """Let the desk offer a signal to the group and its lead accept; return the referral."""
    _, signal = await signal_of(day, child, **given)
    triage = {
        "outcome": "mobile_group_referral",
        "severity": severity,
        "reason": "visit_needed",
        "mobile_group_id": GROUP,
    }
    calm = {"urgency": "standard", "note": "Мектеп көріп тұр, бүгін қауіп жоқ."} if severity != "high" else {}
    await take(day, DUTY, f"/v1/signals/{signal}/triage", triage | calm)
    listed = await take(day, LEAD, "/v1/referrals", method="GET")
    referral = str(next(r["id"] for r in listed["items"] if r["signal_id"] == signal))
    await take(day, LEAD, f"/v1/referrals/{referral}/accept")
    return referral


async def _morning(day: Day) -> None:
    await day.at("08:30", "In the car, before the road")
    await day.sees("asks what today demands of the group, the most urgent first", TODAY, demands)


def _queue(queue: Json) -> str:
    return "; ".join(f"{t['label']}: {left_of(t)}" for t in queue["items"])


@one_thing("finishes the act that was begun yesterday")
async def _finish_the_act(day: Day, referral: str) -> None:
    await day.at("08:45", "The act of yesterday's visit, begun before the telephone died")
    drafts = await day.sees("looks for what was typed", "/v1/drafts", lambda d: f"“{d['items'][0]['label']}” is there")
    kept = await day.sees("goes on where it ended", f"/v1/drafts/{drafts['items'][0]['id']}")
    path = f"/v1/referrals/{referral}/visit-act"
    sent = {"Draft-Id": kept["id"]}
    await day.wrong("sends it as it is", path, kept["content"], status=422, headers=sent)
    act = kept["content"] | {
        "present": [{"role": "child"}, {"role": "mother"}],
        "findings": [{"domain": "physical_health", "level": "some", "note": "Салмағы жасына сай емес."}],
        "immediate_measures": [{"measure": "first_medical_help", "note": "Тамақтандыру тәртібі көрсетілді."}],
        "outcome_note": "Патронаж мейіргері апта сайын келеді.",
    }
    await day.does("adds what is missing and sends it", path, act, headers=sent, says=_outcome)


@one_thing("goes to a child of whom there is a warning")
async def _go(day: Day, referral: str) -> None:
    path = f"/v1/referrals/{referral}"
    await day.at("09:20", "To the girl with the bruises")
    await day.wrong("departs", f"{path}/depart", {}, status=409, code="warnings-unread")
    await day.sees("reads what is known", path, lambda r: f"warning: {r['warnings'][0]['note']}")
    await day.does("departs, the warning read", f"{path}/depart", {"warnings_read": True})
    await day.at("10:40", "At the gate, the dog tied up; then in the kitchen, with the girl alone")
    await day.does("has arrived", f"{path}/visit", {}, says=lambda r: f"visited at {clock_of(r['visited_at'])}")


@one_thing("writes an act in parts where the network comes and goes, and prints it")
async def _write_the_act(day: Day, referral: str) -> None:
    path = f"/v1/referrals/{referral}"
    draft = f"/v1/drafts/{new_id()}"
    first = {"form": "report_visit", "label": "Айша", "content": {"child_seen": True, "child_seen_alone": True}}
    kept = await day.does("keeps the first answers", draft, first, method="PUT", says=lambda d: f"saved, {d['_etag']}")
    await day.hours.to("11:00")
    words = {"content": {"child_words": "«Әкем ашуланса, белдігін алады.»", "child_wishes": "Әжемде болғым келеді."}}
    read = {"If-Match": kept["_etag"]}
    await day.token_is_over("saves the girl's words; the token ended twenty minutes ago", draft, words, read)
    await day.does("signs in without a password and saves them", draft, words, method="PATCH", headers=read)
    await day.wrong("the telephone sends the same once more", draft, words, status=412, method="PATCH", headers=read)
    await day.at("11:30", "No network behind the hill; at the shop there is")
    kept = await day.sees("opens the form again", draft, lambda d: f"{len(d['content'])} answers are there")
    child = (await day.sees("asks who the girl is", path, lambda r: str(r["signal"]["category"])))["signal"][
        "subjects"
    ][0]
    act = kept["content"] | {
        "present": [{"role": "child"}, {"role": "grandparent"}],
        "findings": [{"domain": "safety", "level": "serious", "note": "Іздер бар.", "risk_signs": ["violence"]}],
        "immediate_measures": [{"measure": "separated_from_aggressor"}, {"measure": "safety_plan_agreed"}],
        "health_notes": [{"person_id": child["person_id"], "body": "Сол қолында үш көгерген жер, бес күндік шамасы."}],
        "outcome": "accompaniment",
    }
    sent = {"Draft-Id": kept["id"], "Idempotency-Key": str(new_id())}
    report = f"{path}/visit-act"
    told = await day.does("sends the act", report, act, headers=sent, says=_outcome)
    again = await day.does(
        "the answer was lost: sends it again", report, act, headers=sent, says=lambda _: "the same act"
    )
    if told["id"] != again["id"]:
        raise AssertionError("an act that is sent twice is one act")
    pdf = {"language": "kk"}
    await day.does("prints it in Kazakh for the grandmother", f"/v1/visit-acts/{told['id']}/print", pdf)


async def _neighbour(day: Day) -> None:
    await day.at("12:10", "A neighbour at the shop: a boy of six who doesn't eat at home")
    said = {
        "source": "mobile_group",
        "channel": "field_visit",
        "category": "neglect",
        "language": "kk",
        "narrative": "Көрші: алты жасар бала екі апта жалғыз, тамақ сұрап жүреді. Шешесі вахтада.",
        "region_code": "KZ-75",
        "place": _VILLAGE,
        "subject_description": "ұл бала, алты жаста, аты Санжар",
    }
    if len(said) > _MOST_FIELDS:
        raise AssertionError("a signal is recorded with nine fields at most")
    bare = {name: value for name, value in said.items() if name != "category"}
    await day.wrong("forgets what it is about", "/v1/signals", bare, status=422)
    key = {"Idempotency-Key": str(new_id())}
    told = "records the signal: eight fields, one request"
    signal = await day.does(
        told, "/v1/signals", said, headers=key, says=lambda s: f"triage by {clock_of(s['triage_due_at'])}"
    )
    await day.does("the telephone sends it again", "/v1/signals", said, headers=key, says=lambda _: "the same signal")
    desk = f"/v1/signals/{signal['id']}"
    await day.wrong("decides about it herself", f"{desk}/triage", {"outcome": "emergency"}, status=403)
    triage = {"outcome": "mobile_group_referral", "severity": "high", "reason": "visit_needed", "urgency": "urgent"}
    await day.meanwhile(DUTY, "sends the group to the boy", f"{desk}/triage", triage | {"mobile_group_id": GROUP})


@one_thing("visits a child and writes the act on the spot")
async def _boy(day: Day) -> None:
    await day.at("13:00", "The boy of the neighbour")
    queue = await day.sees("asks what came in", "/v1/tasks/mine", _queue)
    boy = next(t["record_id"] for t in queue["items"] if t["kind"] == "referral_acceptance_urgent")
    path = f"/v1/referrals/{boy}"
    await day.wrong("accepts it without being the lead", f"{path}/accept", status=403)
    await day.meanwhile(LEAD, "accepts it from the office", f"{path}/accept")
    if day.leaves_out("visit to the boy"):
        return
    await day.does("departs", f"{path}/depart", {})
    await day.at("13:20", "With the boy")
    await day.does("has arrived", f"{path}/visit", {})
    act = {
        "child_seen": True,
        "child_seen_alone": True,
        "present": [{"role": "child"}, {"role": "neighbour"}],
        "findings": [{"domain": "parenting_capacity", "level": "serious", "note": "Екі апта ересек адамсыз."}],
        "child_words": "«Мама жексенбіде келеді.»",
        "immediate_measures": [{"measure": "essentials_given"}, {"measure": "guardianship_informed"}],
        "outcome": "emergency_measures",
    }
    if not day.leaves_out("act of the boy"):
        await day.does("writes the act on the spot", f"{path}/visit-act", act, says=_outcome)


@one_thing("finds a closed door")
async def _closed_door(day: Day, brothers: str) -> None:
    path = f"/v1/referrals/{brothers}"
    await day.at("15:00", "The two brothers: a closed door")
    await day.does("departs", f"{path}/depart", {})
    gone = {"reason": "nobody_home", "note": "Көршісі: кешке қайтады. Ертең таңертең қайта барамыз."}
    told = "finds nobody, says so, and who comes again when"
    await day.does(told, f"{path}/no-contact", gone, says=lambda r: f"attempt {len(r['attempts'])} is kept")


def _outcome(act: Json) -> str:
    return f"outcome {act['outcome'].replace('_', ' ')}"


async def _evening(day: Day) -> None:
    await day.at("17:40", "On the road home")
    await day.sees("asks what is left", "/v1/tasks/mine", lambda q: _queue(q) or "nothing")
