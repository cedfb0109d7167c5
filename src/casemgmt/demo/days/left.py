"""What a day demands, in the morning, and what is left of it at its end, asked of the service as the person sees it."""

from collections.abc import Iterator

from casemgmt.demo.days.day import Day, clock_of, left_of
from casemgmt.demo.stage import Json

TODAY = "/v1/me/today"
_MOST = 50
_PATIENT = {"measure_request", "own_shift"}
"""What no term is set for, or what is no duty to answer: it may wait past the day."""


def demands(today: Json) -> str:
    """Return what the day demands, as a person says it: how much of each kind, and the first of it."""
    told = _parts(today)
    if today["body"] is not None:
        told += [f"in the body {part}" for part in _parts(today["body"])]
    told += [f"{waiting['count']} {waiting['kind'].replace('_', ' ')}" for waiting in today["waiting"]]
    return "; ".join(told) or "nothing"


def _parts(told: Json) -> list[str]:
    found = []
    for name, part in told.items():
        if isinstance(part, dict) and part.get("count"):
            first = ", ".join(_first(part))
            found.append(f"{part['count']} {name.replace('_', ' ')}" + (f" ({first})" if first else ""))
    return found


def _first(part: Json) -> Iterator[str]:
    """Yield the words of the first two of a part."""
    for item in part["items"][:2]:
        if "due_at" in item:
            yield f"{item['label']}: {left_of(item)}"
        elif "starts_at" in item:
            yield clock_of(item["starts_at"])


async def what_is_left(day: Day) -> list[str]:
    """Return what the person's day still demands, a line each: one request."""
    today = await day.stage.take(day.who, "what is left of today", "GET", f"{TODAY}?most={_MOST}")
    due = _of(today["breached"]) + _of(today["due_today"])
    left = [f"{t['label']}, due {clock_of(t['due_at'])}" for t in due]
    left += [f"a form that was not sent: {d['label'] or d['form']}" for d in _of(today["drafts"])]
    booked = {s["id"]: s for part in (today, today["body"]) for s in _sessions(part)}
    left += [f"the session of {clock_of(s['starts_at'])} without an outcome" for s in booked.values()]
    for waiting in (w for w in today["waiting"] if w["kind"] not in _PATIENT):
        left += [_told(waiting["kind"], item) for item in _of(waiting)]
    return left


def _sessions(today: Json | None) -> list[Json]:
    """Return the sessions that are still booked, of today and of the days before: one's own, or of the centre."""
    return [] if today is None else _of(today["sessions_without_outcome"]) + _of(today["sessions_today"])


def _of(part: Json | None) -> list[Json]:
    """Return the items of a part, which has to show all of them: what is cut off would pass for done."""
    items: list[Json] = [] if part is None else part["items"]
    if part is not None and part["count"] > len(items):
        raise AssertionError(f"{part['count'] - len(items)} more than one answer shows")
    return items


def _told(kind: str, item: Json) -> str:
    if kind == "visit_under_way":
        return "a visit without its act"
    if kind == "break_glass_review":
        return f"a case opened at {clock_of(item['at'])} without a verdict"
    if kind == "account_change":
        return f"a {item['code']} that somebody asks for"
    return f"{kind.replace('_', ' ')}: {item['code'].replace('_', ' ')}"
