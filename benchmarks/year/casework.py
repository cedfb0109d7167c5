"""The life of a case: met, assessed, planned, reviewed, passed on, moved, corrected, closed, looked after."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

from benchmarks.year import plain_time
from benchmarks.year.book import days_after
from benchmarks.year.country import Centre
from benchmarks.year.office import Json
from benchmarks.year.queues import task_of
from benchmarks.year.records import RISKS, Case, Child
from benchmarks.year.year import Life, Year
from casemgmt.assessments.instrument import shipped_instruments

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_INSTRUMENT = "casemgmt_needs_and_risk"
_HELP = ("medical", "psychological", "pedagogical", "social", "legal")
_HOLDABLE = ("assessment", "plan_draft", "plan_review", "risk_review_low", "risk_review_medium", "risk_review_high")


@cache
def _items() -> tuple[str, ...]:
    return tuple(next(i for i in shipped_instruments() if i.code == _INSTRUMENT).items)


async def case_life(year: Year, case: Case) -> Life:
    """Live through a case from its opening on."""
    if await _take_second_person_in(year, case):
        yield year.at_work(_HOUR, 3 * _HOUR)
    async for moment in _route(year, case, first=True):
        yield moment
    async for moment in support_life(year, case):
        yield moment


def months_of_support(year: Year) -> int:
    """Draw how many months a family is accompanied."""
    return year.random.randint(2, 14)


async def support_life(year: Year, case: Case, months: int | None = None) -> Life:
    """Live through the support of a case, its closure and what comes after, as long as there is any.

    `months`: what is left of it; drawn where it begins now.
    """
    left = months
    while True:
        async for moment in _support(year, case, left or months_of_support(year)):
            yield moment
        left = None
        if not case.closed:
            return
        async for moment in _look_after(year, case):
            yield moment
        if case.closed:
            return
        async for moment in _route(year, case, first=False):
            yield moment


def centre_of(year: Year, case: Case) -> Centre:
    """Return the centre that answers for a case."""
    return next(c for c in year.country.centres if c.body is case.body)


async def _take_second_person_in(year: Year, case: Case) -> bool:
    """Take the supervisor into the team of a case that only its team sees: somebody has to decide on its plan."""
    view = await year.act(case.manager, f"/v1/cases/{case.id}", method="GET")
    case.restricted, case.package = view["restricted"], view["help_package"]
    if case.restricted:
        place = {"user_id": centre_of(year, case).supervisor.id, "team_role": "supervisor"}
        await year.act(case.manager, f"/v1/cases/{case.id}/team", place, of=case)
    return case.restricted


async def meet(year: Year, case: Case) -> None:
    """Meet the child."""
    body = {"person_id": case.children[0].id, "at": year.now.isoformat(), "place": "home", "alone": True}
    told = _told(lambda: year.book.met(case, year.now))
    await year.act(year.at_hand(case), f"/v1/cases/{case.id}/child-contacts", body, of=case, told=told)


def _told(action: Callable[[], Any]) -> Callable[[Json], Any]:
    return lambda _: action()


async def _route(year: Year, case: Case, *, first: bool) -> Life:
    """From the opening, or the reopening, to the plan in force."""
    path = f"/v1/cases/{case.id}"
    yield year.at_work(2 * _HOUR, (9 if year.chance(8) else 4) * _DAY)
    await meet(year, case)
    if first:
        await _stage(year, case, "assessment")
    async for moment in maybe_hold(year, case, 6):
        yield moment
    yield year.at_work(_DAY, (30 if year.chance(7) else 12) * _DAY)
    for child in case.children:
        await assess(year, case, child)
    yield year.at_work(_HOUR, 2 * _DAY)
    await _stage(year, case, "planning")
    yield year.at_work(_HOUR, (14 if year.chance(10) else 4) * _DAY)
    plan = (await year.act(case.manager, f"{path}/plans", _plan(year, case)))["id"]
    async for moment in _through_approval(year, case, plan):
        yield moment
    await _stage(year, case, "support")


async def _stage(year: Year, case: Case, stage: str) -> None:
    told = _told(lambda: year.book.staged(case, year.now, stage))
    await year.act(case.manager, f"/v1/cases/{case.id}/start-{stage}", of=case, told=told)


async def assess(year: Year, case: Case, child: Child) -> str:
    """Assess a child from beginning to end; the level mostly stays, and sometimes changes."""
    weights = (35, 45, 17, 3) if child.risk is None else tuple(6 if r != child.risk else 60 for r in RISKS)
    risk = year.random.choices(RISKS, weights)[0]
    body = {"person_id": child.id, "instrument": _INSTRUMENT, "instrument_version": 1, "occasion": "initial"}
    if case.assessed_at is not None:
        body["occasion"] = "review"
    started = await year.act(year.at_hand(case), f"/v1/cases/{case.id}/assessments", body)
    path = f"/v1/assessments/{started['id']}"
    answers = {"answers": dict.fromkeys(_items(), year.random.randint(0, 2))}
    await year.act(year.at_hand(case), path, answers, method="PATCH", match=f'"v{started["version"]}"')
    verdict = {"risk_level": risk, "risk_reason": "Маман шешімі.", "conclusion": "Қорытынды."}
    told = _told(lambda: year.book.assessed(case, child, started["id"], risk, year.now))
    await year.act(year.at_hand(case), f"{path}/complete", verdict, of=case, told=told)
    return str(started["id"])


def _plan(year: Year, case: Case) -> Json:
    measure = {
        "help_kind": "psychological",
        "measure_kind": "psychological_consultation",
        "text": "Кеңес беру",
        "responsible_organisation_id": case.body.id,
        "due_on": year.day(60),
    }
    goal = {"domain": "safety", "text": "Үйде қауіпсіз", "measured_by": "Екі ай оқиғасыз", "measures": [measure]}
    argued = [{"help_kind": h, "argument": "Қажет емес."} for h in _HELP if h != "psychological"]
    return {
        "kind": "individual_help_plan",
        "goals": [goal],
        "missing_help": argued if case.package == "victim_5" else [],
        "child_view": "Мектепке барғым келеді",
        "consent": "given_by_representative",
        "starts_on": year.day(0),
        "review_on": year.day(year.random.choice((20, 30, 60))),
    }


async def _through_approval(year: Year, case: Case, plan: str) -> Life:
    """Signed by the manager and put in force by a second person who may give it back first."""
    path = f"/v1/plans/{plan}"
    while True:
        told = _told(lambda: year.book.signed(case, plan, year.now))
        await year.act(case.manager, f"{path}/sign", of=case, told=told)
        yield year.at_work(_HOUR, (9 if year.chance(10) else 3) * _DAY)
        supervisor = centre_of(year, case).supervisor
        if not year.chance(6):
            break
        told = _told(lambda: year.book.returned(case, plan, year.now))
        await year.act(supervisor, f"{path}/return", {"reason": "Толықтыру керек."}, of=case, told=told)
        yield year.at_work(_HOUR, 4 * _DAY)
    answer = await year.act(supervisor, f"{path}/approve")
    year.book.approved(case, plan, year.now, date.fromisoformat(answer["review_on"]))
    case.goals = [g["id"] for g in answer["goals"]]
    await year.look(case)


async def maybe_hold(year: Year, case: Case, of_hundred: float) -> Life:
    """Sometimes stop a clock of the case: for some days by its owner, for longer by the supervisor."""
    if not year.chance(of_hundred):
        return
    yield year.at_work(timedelta(minutes=5), _DAY)
    open_ones = [c for c in year.book.clocks.of_case(case.id) if c.kind in _HOLDABLE]
    free = [c for c in open_ones if year.now <= c.due and not c.held_at(year.now)]
    if not free:
        return
    clock = year.random.choice(free)
    long = year.chance(40)
    who = centre_of(year, case).supervisor if long else case.manager
    worked = plain_time.days_worked_after(plain_time.local(year.now).date(), year.random.randint(1, 5))
    until_on = days_after(year.now, year.random.randint(8, 60)) if long else worked
    task = await task_of(year, clock, clock.owner or case.manager)
    body = {"reason": "family_away", "until_on": until_on.isoformat()}
    until = plain_time.opening(until_on)
    told = _told(lambda: year.book.clocks.hold(clock, year.now, until))
    await year.act(who, f"/v1/tasks/{task}/hold", body, of=case, told=told)
    if year.chance(35):
        yield year.at_work(_HOUR, (until - year.now) * 0.8)
        if clock.end is None and clock.held_at(year.now):
            who = centre_of(year, case).supervisor
            told = _told(lambda: year.book.clocks.end_hold(clock, year.now))
            await year.act(who, f"/v1/tasks/{task}/end-hold", {"note": "Отбасы оралды."}, of=case, told=told)


async def _support(year: Year, case: Case, months: int) -> Life:
    """Month after month, until it is closed."""
    for month in range(months):
        for happening in (_pass_on, _move, _correct, _set_task):
            async for moment in happening(year, case):
                yield moment
        async for moment in maybe_hold(year, case, 5):
            yield moment
        if month == months - 1:
            break
        yield year.at_work(14 * _DAY, (40 if year.chance(8) else 27) * _DAY)
        await _review(year, case)
        if year.chance(45):
            yield year.at_work(_HOUR, 3 * _DAY)
            await meet(year, case)
            for child in case.children:
                await assess(year, case, child)
    yield year.at_work(_DAY, 20 * _DAY)
    async for moment in _close(year, case):
        yield moment


async def _review(year: Year, case: Case) -> None:
    days = year.random.choice((14, 28, 31, 45))
    day = days_after(year.now, days)
    told = _told(lambda: year.book.reviewed(case, year.now, day))
    body = {"note": "Жағдай жақсарып келеді.", "next_review_on": day.isoformat()}
    await year.act(case.manager, f"/v1/plans/{case.plan}/reviews", body, of=case, told=told)


async def _pass_on(year: Year, case: Case) -> Life:
    """A hand-over to a colleague: accepted, declined or taken back."""
    others = [w for w in case.body.having("case_manager") if w is not case.manager]
    if not others or not year.chance(2):
        return
    to, giver = year.random.choice(others), case.manager
    body = {"to_user_id": to.id, "reason": "workload"}
    offer = (await year.act(giver, f"/v1/cases/{case.id}/handover", body))["id"]
    year.book.handover_offered(case, offer, to, year.now)
    year.offers.setdefault(to.id, set()).add(offer)
    year.offers_of_case[case.id] = offer
    await year.look(case)
    yield year.at_work(_HOUR, (4 if year.chance(15) else 1) * _DAY)
    if year.offers_of_case.pop(case.id, None) is None:
        return  # it ended because somebody left
    year.offers[to.id].discard(offer)
    word = year.random.choices(("accept", "decline", "withdraw"), (80, 12, 8))[0]
    who, words = (
        (case.manager if word == "withdraw" else to),
        ({"reason": "Жүктеме көп."} if word == "decline" else None),
    )

    def told(_: Json) -> None:
        year.book.handover_answered(case, offer, to, year.now, accepted=word == "accept")

    await year.act(who, f"/v1/handovers/{offer}/{word}", words, of=case, told=told)


async def _move(year: Year, case: Case) -> Life:
    """The family moves to another region: offered to a centre there, whose supervisor names the manager."""
    places = [c for c in year.country.centres if c.body.region != case.region]
    if not places or not year.chance(0.7):
        return
    to = year.random.choice(places)
    left = [centre_of(year, case).supervisor] if case.restricted else []
    body = {"to_organisation_id": to.body.id}
    act = (await year.act(case.manager, f"/v1/cases/{case.id}/transfers", body))["id"]
    year.book.transfer_offered(act, to.body, year.now)
    await year.look(case)
    yield year.at_work(_HOUR, (5 if year.chance(20) else 1) * _DAY)
    if year.chance(15):
        told = _told(lambda: year.book.transfer_answered(case, act, year.now))
        words = {"reason": "Басқа орынға көшті."}
        await year.act(to.supervisor, f"/v1/transfers/{act}/decline", words, of=case, told=told)
        return
    manager = min(to.managers, key=lambda w: (year.load[w.id], w.id))
    told = _told(lambda: year.book.transfer_answered(case, act, year.now, manager, left))
    await year.act(to.supervisor, f"/v1/transfers/{act}/accept", {"manager_id": manager.id}, of=case, told=told)
    year.load[manager.id] += 1
    yield year.at_work(_HOUR, 3 * _DAY)
    if case.restricted:
        place = {"user_id": centre_of(year, case).supervisor.id, "team_role": "supervisor"}
        await year.act(case.manager, f"/v1/cases/{case.id}/team", place, of=case)
    await finish(year, case, "contact_after_transfer")


async def finish(year: Year, case: Case, kind: str) -> None:
    """Say by hand that a task of a case is done."""
    for clock in year.book.clocks.of_case(case.id):
        if clock.kind == kind:
            task = await task_of(year, clock, clock.owner or case.manager)
            told = _told(lambda c=clock: year.book.clocks.end([c], year.now))
            who = clock.owner or case.manager
            await year.act(who, f"/v1/tasks/{task}/complete", {"result": "Орындалды."}, of=case, told=told)


async def _set_task(year: Year, case: Case) -> Life:
    """A task set by hand, done by its owner in time or late."""
    if not year.chance(4):
        return
    due = year.now + timedelta(days=year.random.randint(2, 12))
    body = {"title": "Құжат сұрату", "case_id": case.id, "due_at": due.isoformat()}
    task = (await year.act(case.manager, "/v1/tasks", body))["id"]
    year.book.task_set(case, task, case.manager, year.now, due)
    await year.look(case)
    yield year.at_work(_HOUR, 14 * _DAY)
    await finish(year, case, "manual")


async def _correct(year: Year, case: Case) -> Life:
    """A contact that never happened, or an assessment of another child: said by one, confirmed by a second person."""
    if case.restricted or not year.chance(1.5):
        return
    child = case.children[0]
    of_contact = year.chance(60) or child.assessment is None
    if of_contact:
        query = (
            "SELECT id FROM child_contact WHERE case_id = $1 AND NOT entered_in_error ORDER BY recorded_at DESC LIMIT 1"
        )
        record = await year.connection.fetchval(query, case.id)
        if record is None:
            return
        body = {"record_type": "child_contact", "record_id": str(record)}
    else:
        body = {"record_type": "assessment", "record_id": str(child.assessment)}
    body |= {"reason": "never_happened", "note": "Басқа бала."}
    error = (await year.act(case.manager, f"/v1/cases/{case.id}/corrections", body))["id"]
    year.book.error_proposed(case, error, year.now)
    await year.look(case)
    yield year.at_work(_HOUR, (5 if year.chance(20) else 2) * _DAY)
    head, confirmed = centre_of(year, case).head, year.chance(85)
    word = "confirm" if confirmed else "decline"

    def told(_: Json) -> None:
        if confirmed and of_contact:
            year.book.contact_taken_out(case, year.now)
        elif confirmed:
            year.book.assessment_taken_out(case, child, year.now)
        year.book.error_decided(error, year.now)

    await year.act(head, f"/v1/corrections/{error}/{word}", {"note": "Тексерілді."}, of=case, told=told)
    if confirmed:
        yield year.at_work(_HOUR, 6 * _DAY)
        await meet(year, case)
        if not of_contact:
            await assess(year, case, child)


async def _close(year: Year, case: Case) -> Life:
    """Closed by two persons; sometimes sent back at first, sometimes the family is lost."""
    path = f"/v1/cases/{case.id}"
    lost = year.chance(8)
    for goal in case.goals:
        outcome = {"outcome": "not_achieved" if lost else "achieved", "note": "Қорытынды."}
        await year.act(case.manager, f"/v1/plan-goals/{goal}/outcome", outcome)
    for kind in ("manual", "contact_after_transfer"):
        await finish(year, case, kind)
    while True:
        body = {"reason": "contact_lost" if lost else "goals_achieved", "note": "Мақсатқа жетті."}
        told = _told(lambda: year.book.closure_proposed(case, year.now))
        await year.act(case.manager, f"{path}/propose-closure", body, of=case, told=told)
        yield year.at_work(_HOUR, (8 if year.chance(10) else 3) * _DAY)
        supervisor = centre_of(year, case).supervisor
        if not year.chance(8):
            break
        told = _told(lambda: year.book.closure_returned(case, year.now))
        await year.act(supervisor, f"{path}/return-closure", {"note": "Ерте."}, of=case, told=told)
        yield year.at_work(_DAY, 15 * _DAY)
    await year.act(supervisor, f"{path}/approve-closure", {"note": "Келісемін."})
    check = await year.connection.fetchval(
        "SELECT id FROM follow_up_check WHERE case_id = $1 AND state = 'due'", case.id
    )
    year.book.closed(case, year.now, str(check))
    year.load[case.manager.id] -= 1
    await year.look(case)


async def _look_after(year: Year, case: Case) -> Life:
    """The check after closure: stable, in doubt, or a relapse that opens the case again."""
    while True:
        yield year.at_work(60 * _DAY, (110 if year.chance(10) else 90) * _DAY)
        check = next(c.record for c in year.book.clocks.of_case(case.id) if c.kind == "follow_up_check")
        result = year.random.choices(("stable", "concern", "relapse"), (80, 10, 10))[0]
        body: Json = {"child_seen": True, "result": result, "note": "Көрдім."}
        day = days_after(year.now, 60)
        if result == "concern":
            body["next_due_on"] = day.isoformat()
        elif result == "relapse":
            body["reopen_reason"] = "relapse"
        answer = await year.act(case.manager, f"/v1/follow-ups/{check}/record", body)
        following = (answer["next_check"]["id"], day) if result == "concern" else None
        year.book.followed_up(case, check, year.now, following)
        if result == "relapse":
            year.book.reopened(case, year.now)
            year.load[case.manager.id] += 1
        await year.look(case)
        if result != "concern":
            return
