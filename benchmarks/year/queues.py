"""Work that is found in queues: a task as its owner finds it, and notices that have to be given."""

from datetime import timedelta

from benchmarks.year.clocks import Clock
from benchmarks.year.country import Worker
from benchmarks.year.office import Json
from benchmarks.year.records import Signal
from benchmarks.year.year import Life, Year

_MINUTE = timedelta(minutes=1)
_NOTICES = {"mandatory_notice_police": (4, 50), "mandatory_notice_guardianship": (60, 23 * 60)}
"""Minutes within which a notice is mostly given; one in ten takes longer."""


async def task_of(year: Year, clock: Clock, finder: Worker) -> str:
    """Return the id of a clock as somebody finds it in the own queue."""
    cursor = ""
    while clock.task_id is None:
        found = await year.act(finder, f"/v1/tasks/mine?limit=100&kind={clock.kind}{cursor}", method="GET")
        for task in found["items"]:
            if task["record_id"] == clock.record:
                clock.task_id = task["id"]
        if clock.task_id is None and found["next_cursor"] is None:
            raise AssertionError(f"{finder.name} does not find {clock.kind} of {clock.record} in the queue")
        cursor = f"&cursor={found['next_cursor']}"
    return clock.task_id


def owe_notices(year: Year, signal: Signal) -> None:
    """Let somebody give each notice that has become due of a signal."""
    for clock in year.book.clocks.of_signal(signal.id):
        if clock.kind in _NOTICES and clock.start == year.now and clock.end is None:
            least, most = _NOTICES[clock.kind]
            late = 3 if year.chance(10) else 1
            year.begin(_give(year, signal, clock), year.after(least * _MINUTE, most * late * _MINUTE))


async def _give(year: Year, signal: Signal, clock: Clock) -> Life:
    """The desk gives it, or the manager of the case that the signal belongs to by then."""
    who = clock.owner or year.random.choice(year.country.duty_of(signal.region))
    task = await task_of(year, clock, who)
    notice = {
        "to_body": "Полиция басқармасы",
        "delivery": "telephone",
        "delivered_at": (year.now - _MINUTE).isoformat(),
        "number": "КУИ 5512",
        "taken_by": "кезекші Ә. Тестов",
    }

    def told(_: Json) -> None:
        year.book.clocks.end([clock], year.now)

    await year.act(who, f"/v1/tasks/{task}/notice", notice, of=signal.case or signal, told=told)
    return
    yield
