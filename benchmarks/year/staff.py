"""Workers who are away for some weeks, with a deputy, and workers who leave: nothing is without an owner meanwhile."""

from datetime import timedelta

from benchmarks.year.country import Centre, Worker
from benchmarks.year.office import Json
from benchmarks.year.year import START, Life, Year

_LEAVES_A_YEAR, _ABSENCES_A_YEAR = 0.6, 5.0
"""Of each centre."""
_FEWEST = 3
"""A centre keeps so many case managers."""


def let_staff_come_and_go(year: Year, weeks: int) -> None:
    """Draw who is away when, and who leaves."""
    for centre in year.country.centres:
        for rate, life in ((_ABSENCES_A_YEAR, _away), (_LEAVES_A_YEAR, _leaves)):
            days = year.random.expovariate(rate / 365)
            while days < weeks * 7:
                moment = START + timedelta(days=days)
                year.begin(life(year, centre), moment)
                days += year.random.expovariate(rate / 365)


def _free(year: Year, centre: Centre) -> list[Worker]:
    """Return the case managers who are neither away nor stand in for somebody."""
    busy = {w for w, _ in year.away.values()} | {w.id for w in centre.managers if w.id in year.away}
    return [w for w in centre.managers if w not in busy and w.id not in busy]


async def _away(year: Year, centre: Centre) -> Life:
    """Away for some days or weeks: the head enters it, for restricted cases too, and a colleague stands in."""
    yield year.at_work(timedelta(minutes=1), timedelta(hours=4))
    free = _free(year, centre)
    if len(free) < _FEWEST:
        return
    worker, deputy = year.random.sample(free, 2)
    until = year.now + timedelta(days=year.random.choice((2, 5, 10, 24)), seconds=1)
    body: Json = {
        "user_id": worker.id,
        "deputy_id": deputy.id,
        "reason": "leave",
        "ends_at": until.isoformat(),
        "covers_restricted": True,
    }
    await year.act(centre.head, "/v1/staff-absences", body, of=centre.body)
    year.away[worker.id] = (deputy, until)
    yield until + timedelta(minutes=1)
    del year.away[worker.id]


async def _leaves(year: Year, centre: Centre) -> Life:
    """Leaves for good: the head hands all work on in one step, then an administrator switches the account off."""
    yield year.at_work(timedelta(minutes=1), timedelta(hours=4))
    free = _free(year, centre)
    if len(free) <= _FEWEST or len(centre.managers) <= _FEWEST:
        return
    worker = year.random.choice(free)
    to = [w for w in centre.managers if w is not worker]
    body: Json = {"to_user_ids": [w.id for w in to], "reason": "manager_left"}
    cases = [c for c in year.book.cases.values() if c.manager is worker]
    await year.act(centre.head, f"/v1/users/{worker.id}/hand-on", body, of=centre.body)
    ended = {c.id for c in cases} | {
        case for case, offer in year.offers_of_case.items() if offer in year.offers.get(worker.id, ())
    }
    offers = [offer for case in ended if (offer := year.offers_of_case.pop(case, None)) is not None]
    worker.leaving = True
    year.book.handed_on(worker, to, year.now, offers)
    for case in cases:
        year.load[case.manager.id] += not case.closed
        await year.look(case)
    yield year.at_work(timedelta(hours=1), timedelta(days=1))
    administrator = year.country.committee.having("administrator")[0]
    path = f"/v1/users/{worker.id}"
    version = (await year.act(administrator, path, method="GET"))["version"]
    worker.active, worker.left_at = False, year.now
    await year.act(administrator, path, {"active": False}, method="PATCH", match=f'"v{version}"', of=centre.body)
