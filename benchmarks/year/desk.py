"""The life of a signal: recorded, triaged in time or late, visited, and closed, attached or made into a case."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from benchmarks.year.casework import case_life
from benchmarks.year.country import Centre, Worker
from benchmarks.year.office import Json
from benchmarks.year.queues import owe_notices
from benchmarks.year.records import SEVERE, SEVERITIES, Case, Child, Signal, suggested_severity, suggested_urgency
from benchmarks.year.signal_book import redirect_clock
from benchmarks.year.year import Life, Year

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_CATEGORIES = {
    "hard_life_situation": 26,
    "neglect": 18,
    "violence_physical": 13,
    "psycho_emotional_state": 10,
    "bullying": 9,
    "violence_psychological": 7,
    "out_of_school": 5,
    "addiction": 4,
    "runaway": 3,
    "self_harm": 2,
    "suicidal_behaviour": 2,
    "violence_sexual": 1,
}
_SOURCES = (("contact_centre_111", "call"), ("qr_111", "qr_message"), ("police", "call"), ("education_worker", "call"))
_REASONS = {
    "emergency": "danger_to_life",
    "mobile_group_referral": "signs_of_harm",
    "consultation": "question_answered",
    "redirect": "other_body_competent",
    "no_ground": "not_confirmed",
    "attach_to_case": "same_child",
}
_HASTE = {
    "emergency": (2 * _MINUTE, 13 * _MINUTE),
    "urgent": (5 * _MINUTE, 55 * _MINUTE),
    "standard": (20 * _MINUTE, 7 * _HOUR),
}
"""How long a desk takes; one in twelve takes longer than it may."""
_VISIT = {
    "emergency": (20 * _MINUTE, 2 * _HOUR),
    "urgent": (2 * _HOUR, 20 * _HOUR),
    "standard": (5 * _HOUR, 60 * _HOUR),
}
_ACT: Json = {
    "child_seen": True,
    "child_seen_alone": True,
    "present": [{"role": "child"}, {"role": "mother"}],
    "findings": [{"domain": "safety", "level": "serious", "note": "Қараусыз.", "risk_signs": ["violence"]}],
    "child_words": "Бәрі жақсы болсын.",
    "immediate_measures": [{"measure": "first_psychological_help"}],
}


async def signal_life(year: Year, centre: Centre) -> Life:
    """Live through a signal from a place that a centre serves; one that a mobile group gives back is triaged anew."""
    signal = await _record(year, centre)
    while not signal.settled:
        least, most = _HASTE[signal.urgency]
        yield _when(year, signal, least, most * 3 if year.chance(8) else most)
        duty = year.random.choice(year.country.duty_of(signal.region))
        severity = _severity(year, signal)
        outcome = _outcome(year, signal, severity)
        way = _at_the_desk(year, duty, signal, outcome, severity)
        if outcome == "mobile_group_referral":
            way = _by_the_group(year, duty, signal, severity, centre)
        async for moment in way:
            yield moment
    if year.book.clocks.of_record(signal.id, "case_opening"):
        yield year.at_work(30 * _MINUTE, 7 * _HOUR) if outcome != "emergency" else year.after(_HOUR / 2, 7 * _HOUR)
        case = await _open(year, signal, centre)
        year.begin(case_life(year, case), year.at_work(2 * _HOUR, timedelta(days=2)))


async def _at_the_desk(year: Year, duty: Worker, signal: Signal, outcome: str, severity: str) -> Life:
    if outcome == "emergency":
        await _name_child(year, duty, signal)
    await _triage(year, duty, signal, outcome, severity)
    async for moment in _emergency(year, signal) if outcome == "emergency" else _answered(year, duty, signal, outcome):
        yield moment
    signal.settled = True


async def _by_the_group(year: Year, duty: Worker, signal: Signal, severity: str, centre: Centre) -> Life:
    await _name_child(year, duty, signal)
    referral = await _refer(year, duty, signal, severity, centre)
    async for moment in _group_life(year, signal, referral, centre):
        yield moment


def _when(year: Year, signal: Signal, least: timedelta, most: timedelta) -> datetime:
    if signal.urgency == "standard":
        return year.at_work(least, most)
    return year.after(least, most)


async def _record(year: Year, centre: Centre) -> Signal:
    random = year.random
    category = random.choices(list(_CATEGORIES), list(_CATEGORIES.values()))[0]
    source, channel = random.choice(_SOURCES)
    region = str(centre.body.region)
    by_desk = source in {"police", "education_worker"}
    who = random.choice(
        year.country.duty_of(region) if by_desk else year.country.contact_centre.having("contact_centre_operator")
    )
    body = {
        "source": source,
        "channel": channel,
        "category": category,
        "language": random.choice(("kk", "ru")),
        "narrative": "Синтетикалық сигнал.",
        "region_code": region,
    }
    answer = await year.act(who, "/v1/signals", body)
    signal = Signal(answer["id"], who.body, region, category)
    year.book.registered(signal, year.now)
    await year.look(signal)
    return signal


def _severity(year: Year, signal: Signal) -> str:
    place = SEVERITIES.index(suggested_severity(signal.category)) + year.random.choice((-1, 0, 0, 0, 1))
    return SEVERITIES[min(max(place, 0), 3)]


def _outcome(year: Year, signal: Signal, severity: str) -> str:
    if severity == "critical" or suggested_urgency(signal.category, severity) == "emergency":
        return year.random.choices(("emergency", "mobile_group_referral"), (70, 30))[0]
    outcomes = ("mobile_group_referral", "consultation", "redirect", "no_ground")
    return year.random.choices(outcomes, (62, 24, 7, 7))[0]


async def _name_child(year: Year, duty: Worker, signal: Signal) -> Json:
    if signal.id in year.children:
        return year.children[signal.id]
    child = await year.act(duty, "/v1/persons", _child(year))
    body = {"person_id": child["id"], "role": "child"}
    await year.act(duty, f"/v1/signals/{signal.id}/subjects", body, of=signal)
    year.children[signal.id] = child
    return child


def _child(year: Year) -> Json:
    number = year.random.randrange(10**6)
    born = year.day(-365 * year.random.randint(3, 15))
    return {
        "family_name": f"Сынақ{number}",
        "given_name": "Бала",
        "sex": year.random.choice(("female", "male")),
        "birth": {"precision": "exact", "date": born},
    }


async def _triage(year: Year, duty: Worker, signal: Signal, outcome: str, severity: str, **more: Any) -> None:
    body = {"outcome": outcome, "severity": severity, "reason": _REASONS[outcome], "note": "Қаралды."} | more
    told = outcome
    if outcome == "no_ground" and {signal.gravest, severity} & set(SEVERE):
        told = "no_ground_proposed"
    elif outcome == "redirect":
        body["external_body"] = "Сот"
    if outcome == "mobile_group_referral":
        await year.act(duty, f"/v1/signals/{signal.id}/triage", body)
        return
    await year.act(
        duty,
        f"/v1/signals/{signal.id}/triage",
        body,
        of=signal,
        told=lambda _: year.book.triaged(signal, year.now, told, severity),
    )
    owe_notices(year, signal)


async def _refer(year: Year, duty: Worker, signal: Signal, severity: str, centre: Centre) -> str:
    outcome = "mobile_group_referral"
    await _triage(year, duty, signal, outcome, severity, mobile_group_id=centre.group)
    listed = await year.act(centre.lead, "/v1/referrals?state=offered&limit=100", method="GET")
    referral = next(str(r["id"]) for r in listed["items"] if r["signal_id"] == signal.id)
    year.book.triaged(signal, year.now, outcome, severity, referral, centre.group)
    owe_notices(year, signal)
    await year.look(signal)
    return referral


async def _answered(year: Year, duty: Worker, signal: Signal, outcome: str) -> Life:
    """What the desk does itself: a consultation, a redirect, a second person's word."""
    ways: dict[str, tuple[str, str, Json]] = {
        "consultation": ("consultation_answer", "complete-consultation", {"note": "Кеңес берілді."}),
        "redirect": (redirect_clock(signal.urgency), "acknowledge-redirect", {"note": "Қабылдады."}),
        "no_ground": ("high_severity_no_action_review", "review", {"confirm": True, "note": "Расталды."}),
    }
    kind, path, body = ways[outcome]
    if not year.book.clocks.of_record(signal.id, kind):
        return
    if outcome == "no_ground":
        yield year.after(_HOUR, 30 * _HOUR)
        duty = next(w for w in year.country.duty_of(signal.region) if w is not duty)
    else:
        yield year.at_work(2 * _HOUR, timedelta(days=9))
    told = _done(year, signal, kind)
    await year.act(duty, f"/v1/signals/{signal.id}/{path}", body, of=signal, told=told)


def _done(year: Year, signal: Signal, kind: str, then: str | None = None) -> Callable[[Json], None]:
    return lambda _: year.book.desk_done(signal, year.now, kind, then)


async def _emergency(year: Year, signal: Signal) -> Life:
    yield year.after(_MINUTE, (9 if year.chance(15) else 4) * _MINUTE)
    duty = year.random.choice(year.country.duty_of(signal.region))
    told = _done(year, signal, "emergency_acknowledgement", "case_opening")
    await year.act(duty, f"/v1/signals/{signal.id}/acknowledge-emergency", of=signal, told=told)


async def _group_life(year: Year, signal: Signal, referral: str, centre: Centre) -> Life:
    """The group answers, goes, and reports, or gives the referral back."""
    offered, path = year.now, f"/v1/referrals/{referral}"
    urgency = signal.urgency

    async def step(name: str, body: Json | None = None) -> None:
        def told(_: Json) -> None:
            year.book.referral_step(signal, referral, centre.group, year.now, name, offered)

        await year.act(centre.lead, f"{path}/{name}", body, of=signal, told=told)

    least, most = {"emergency": (2, 13), "urgent": (5, 110), "standard": (30, 420)}[urgency]
    wait = year.at_work if urgency == "standard" else year.after
    yield wait(least * _MINUTE, most * (3 if year.chance(7) else 1) * _MINUTE)
    if year.chance(3):
        await step("decline", {"reason": "no_transport"})
        return
    await step("accept")
    least_way, most_way = _VISIT[urgency]
    yield wait(least_way, most_way * (2 if year.chance(8) else 1))
    await step("depart", {"warnings_read": True})
    if year.chance(10):
        yield year.after(_HOUR / 2, 2 * _HOUR)
        await step("no-contact", {"reason": "nobody_home"})
        yield wait(2 * _HOUR, 20 * _HOUR)
        await step("depart", {"warnings_read": True})
    yield year.after(_HOUR / 4, 3 * _HOUR)
    await step("visit")
    yield year.at_work(_HOUR, 8 * _HOUR * (3 if year.chance(10) else 1))
    outcome = year.random.choices(("accompaniment", "consultation"), (70, 30))[0]
    act = _ACT | {"outcome": outcome, "outcome_note": "Келісілді."}

    def reported(_: Json) -> None:
        year.book.reported(signal, referral, year.now, outcome)

    await year.act(centre.lead, f"{path}/visit-act", act, of=signal, told=reported)
    year.seen.add(signal.id)
    signal.settled = True


async def _open(year: Year, signal: Signal, centre: Centre) -> Case:
    """Open a case from a signal, for the manager of the centre who has the fewest."""
    duty = year.random.choice(year.country.duty_of(signal.region))
    manager = min(centre.managers, key=lambda w: (year.load[w.id], w.id))
    child = year.children[signal.id]
    body = {"signal_ids": [signal.id], "children": [child["id"]], "manager_id": manager.id}
    answer = await year.act(duty, "/v1/cases", body)
    case = Case(
        answer["id"], manager, manager.body, signal.region, year.now, [Child(child["id"])], [(year.now, manager)]
    )
    case.seen_on_visit = signal.id in year.seen
    year.load[manager.id] += 1
    year.book.opened(case, [signal], year.now)
    await year.look(case)
    return case
