"""What of the numbers may hang on a wall.

Totals without a category tell that there is work, never what happened to whom: they are shown as they are. A category
beside a region could tell of a child ("one case of … in this town"), so categories are counted for the country alone,
once an hour, and only from `FEWEST` on (decision on the board; a house default, no act gives a figure).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from casemgmt.board.views import BoardView, CategoriesView, ClocksView, CodeCount, ContactsView, WaitingView
from casemgmt.signals.policy import more_urgent, suggested_urgency
from rules.zone import to_local

FEWEST = 5
Urgency = Literal["emergency", "urgent", "standard"]
URGENCIES: tuple[Urgency, ...] = ("emergency", "urgent", "standard")
_ABOUT: tuple[tuple[Literal["signals", "cases"], bool], ...] = (("signals", True), ("cases", False))


def day_of(now: datetime) -> datetime:
    """Return when the day began, where the screen hangs."""
    return to_local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def hour_of(now: datetime) -> datetime:
    """Return the last full hour."""
    return now.replace(minute=0, second=0, microsecond=0)


def composed(counts: Mapping[str, Any], now: datetime) -> BoardView:
    """Return the board of what the database counted."""
    regions = counts["regions"]
    return BoardView(
        region_code=counts["region"],
        waiting=_waiting(counts["waiting"]),
        contacts=_contacts(counts["contacts"]),
        clocks=_clocks(counts["clocks"]),
        breaches_today=counts["breaches"],
        received_today=sum(r["number"] for r in regions),
        decided_today=sum(r["decided"] or 0 for r in regions),
        regions=_ordered({r["code"]: r["number"] for r in regions if r["code"] is not None}),
        categories=shown_categories({c["code"]: c["number"] for c in counts["categories"]}, hour_of(now)),
    )


def shown_categories(numbers: Mapping[str, int], until: datetime) -> CategoriesView:
    """Return the categories that are frequent enough, and the rest as one number, which names none of them."""
    ordered = _ordered(numbers)
    return CategoriesView(
        until=until,
        shown=[c for c in ordered if c.count >= FEWEST],
        fewest=FEWEST,
        others=sum(c.count for c in ordered if c.count < FEWEST),
    )


def _waiting(groups: Sequence[Mapping[str, Any]]) -> list[WaitingView]:
    ages: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    oldest: dict[str, datetime] = {}
    for group in groups:
        by_facts = suggested_urgency(group["category"], group["severity"], danger_now=group["danger_now"])
        urgency = group["urgency"] or more_urgent(by_facts, group["list_urgency"])
        ages[urgency][group["age"]] += group["number"]
        at = datetime.fromisoformat(group["oldest_at"])
        oldest[urgency] = min(at, oldest.get(urgency, at))
    return [
        WaitingView(
            urgency=urgency,
            under_15_minutes=ages[urgency][0],
            under_1_hour=ages[urgency][1],
            under_4_hours=ages[urgency][2],
            longer=ages[urgency][3],
            total=sum(ages[urgency]),
            oldest_at=oldest.get(urgency),
        )
        for urgency in URGENCIES
    ]


def _contacts(counted: Mapping[str, Any]) -> ContactsView:
    return ContactsView(
        under_way=counted["open"],
        oldest_at=counted["oldest_at"],
        received_today=counted["today"],
        without_data_today=counted["non_data"],
    )


def _clocks(rows: Sequence[Mapping[str, Any]]) -> list[ClocksView]:
    found = {row["of_signal"]: row for row in rows}
    none = {"warning": 0, "breached": 0}
    return [
        ClocksView(about=about, warning=row["warning"], breached=row["breached"])
        for about, of_signal in _ABOUT
        for row in (found.get(of_signal, none),)
    ]


def _ordered(numbers: Mapping[str, int]) -> list[CodeCount]:
    return [CodeCount(code=code, count=n) for code, n in sorted(numbers.items(), key=lambda i: (-i[1], i[0]))]
