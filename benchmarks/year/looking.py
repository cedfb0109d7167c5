"""What workers are shown, beside the book: clocks at past moments, queues, counts, caseloads; and the audit log."""

from collections import Counter
from datetime import datetime, timedelta
from urllib.parse import quote

from benchmarks.year.comparison import Findings
from benchmarks.year.country import Worker
from benchmarks.year.queues import task_of
from benchmarks.year.year import START, Life, Year

_STATES = ("running", "warning", "on_hold", "breached")


async def compare_past(year: Year, findings: Findings, sample: int) -> None:
    """Ask where clocks stood at moments of the past, and compare."""
    known = [
        (c, c.owner)
        for c in year.book.clocks.all
        if c.case and c.owner is not None and c.owner is year.book.cases[c.case].manager
        if c.task_id is not None or c.end is None
    ]
    eventful = [(c, w) for c, w in known if c.stops or c.changes]
    random = year.random
    chosen = random.sample(eventful, min(sample, len(eventful))) + random.sample(known, min(sample, len(known)))
    for clock, owner in chosen:
        span = int((year.now - clock.start).total_seconds())
        at = clock.start + timedelta(seconds=random.randint(-3600, max(span, 0)))
        at = min(max(at, START), year.now)
        path = f"/v1/tasks/{await task_of(year, clock, owner)}/clock?at={quote(at.isoformat())}"
        shown = await year.office.ask(owner, "GET", path)
        step = clock.at(at)
        name = f"{clock.kind} {clock.task_id} at {at}"
        findings.differ(f"{name}, state", shown["clock"], clock.state_at(at))
        moments = tuple(datetime.fromisoformat(shown[m]) for m in ("warn_at", "due_at"))
        findings.differ(f"{name}, moments", moments, (step.warn, step.due))
        findings.compared["past moments"] = findings.compared.get("past moments", 0) + 1


async def look_in(year: Year, findings: Findings) -> Life:
    """Come by once a week, some hour or other, and compare what a few workers are shown with the book."""
    while True:
        await compare_queues(year, findings, workers=2)
        await compare_past(year, findings, sample=4)
        yield year.after(timedelta(days=6), timedelta(days=8))


async def compare_queues(year: Year, findings: Findings, workers: int) -> None:
    """Compare the queue and the counts of some workers, and the caseload of some centres, at this moment."""
    everybody = [w for w in year.country.workers.values() if w.active and "case_manager" in w.roles]
    for worker in year.random.sample(everybody, min(workers, len(everybody))):
        await _compare_queue(year, worker, findings)
    for centre in year.random.sample(year.country.centres, min(workers, len(year.country.centres))):
        shown = await year.office.ask(centre.supervisor, "GET", "/v1/tasks/caseload")
        plain: Counter[str] = Counter(
            c.manager.id for c in year.book.cases.values() if c.body is centre.body and not c.closed
        )
        findings.differ("caseload", {w["user_id"]: w["cases"] for w in shown["workers"]}, dict(plain))
        findings.compared["caseloads"] = findings.compared.get("caseloads", 0) + 1


async def _compare_queue(year: Year, worker: Worker, findings: Findings) -> None:
    absent = [
        year.country.workers[who] for who, (deputy, until) in year.away.items() if deputy is worker and year.now < until
    ]
    plain = [clock for owner in (worker, *absent) for clock in year.book.clocks.of_owner(owner)]
    shown: dict[str, str] = {}
    cursor = ""
    while True:
        page = await year.office.ask(worker, "GET", f"/v1/tasks/mine?limit=100{cursor}")
        shown |= {t["id"]: t["clock"] for t in page["items"]}
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    states = Counter(clock.state_at(year.now) for clock in plain)
    counted = (await year.office.ask(worker, "GET", "/v1/tasks/summary"))["mine"]
    findings.differ(f"queue of {worker.name}, tasks", len(shown), len(plain))
    findings.differ(f"queue of {worker.name}, list", Counter(shown.values()), states)
    findings.differ(
        f"queue of {worker.name}, counts", {s: counted[s] for s in _STATES}, {s: states[s] for s in _STATES}
    )
    findings.compared["queues"] = findings.compared.get("queues", 0) + 1
