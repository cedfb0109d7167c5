"""What is left of a day, asked of the service as the person sees it: nothing that is due, begun or unanswered."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from casemgmt.demo.days.day import Day, clock_of
from casemgmt.demo.stage import Json

_MOST = "100"
_UNDER_WAY = {"departed", "visited"}


async def what_is_left(day: Day) -> list[str]:
    """Return what the person's day still demands, a line each."""
    may = set((await day.stage.take(day.who, "who am I", "GET", "/v1/me"))["permissions"])
    left = [f"{t['label']}, due {clock_of(t['due_at'])}" for t in await _listed(day, "/v1/tasks/mine", _due_today(day))]
    if "drafts:write" in may:
        drafts = await day.stage.take(day.who, "drafts", "GET", "/v1/drafts")
        left += [f"a form that was not sent: {d['label'] or d['form']}" for d in drafts["items"]]
    if "visits:write" in may:
        begun = await _listed(day, "/v1/referrals", lambda r: r["state"] in _UNDER_WAY)
        left += ["a visit without its act" for _ in begun]
    if "sessions:hold" in may:
        booked = await _listed(day, "/v1/sessions", lambda s: s["state"] == "booked", day=day.hours.day.isoformat())
        left += [f"the session of {clock_of(s['starts_at'])} without an outcome" for s in booked]
    if "users:approve" in may:
        asked = await _listed(day, "/v1/account-changes", lambda c: c["state"] == "open")
        left += [f"a {c['kind']} that somebody asks for" for c in asked]
    if "break_glass:review" in may:
        opened = await _listed(day, "/v1/break-glass/reviews", lambda g: g["state"] == "awaiting_review")
        left += [f"a case opened at {clock_of(g['opened_at'])} without a verdict" for g in opened]
    return left


async def _listed(story: Day, path: str, demands: Callable[[Json], bool], /, **asked: str) -> list[Json]:
    """Return the records of a list that demand something of the day, through all its pages."""
    found: list[Json] = []
    asked |= {"limit": _MOST}
    while True:
        page = await story.stage.take(story.who, path, "GET", f"{path}?{urlencode(asked)}")
        found += [each for each in page["items"] if demands(each)]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]


def _due_today(day: Day) -> Callable[[Json], bool]:
    midnight = day.hours.moment("00:00", 1)
    return lambda task: datetime.fromisoformat(task["due_at"]) < midnight
