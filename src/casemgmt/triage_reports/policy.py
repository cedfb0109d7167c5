"""What of the counts may be shown, and from how many on a share is worth the name.

Counts below `FEWEST` are left out, as on the board, and all others are rounded to its multiples: no sum and no
difference of two reports leads back to a single signal. Only months that are over are told, so that a report does not
change by the one signal that was decided since. Both figures are the house's; no act gives them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import sqrt
from typing import Any

from casemgmt.assessments.views import TextsView
from casemgmt.board.policy import FEWEST
from casemgmt.errors import invalid_field
from casemgmt.triage_reports.views import (
    FiguresView,
    ListReportView,
    RegionFiguresView,
    ShareView,
    SignFiguresView,
)
from rules.triage.reading import load_lists
from rules.zone import local_moment, to_local

ENOUGH = 30
_CELLS = ("decided", "agreed", "raised", "lowered", "words_raised", "words_held")
_Z = 1.96


def bounds(month: str, now: datetime) -> tuple[datetime, datetime]:
    """Return when a month began and ended in Kazakhstan. Refuses one that is not over."""
    year, number = (int(part) for part in month.split("-"))
    first = to_local(now).date().replace(year=year, month=number, day=1)
    after = first.replace(year=year + number // 12, month=number % 12 + 1)
    if after > to_local(now).date():
        raise invalid_field("/month", "month-not-over", "The report is of a month that is over.")
    midnight = datetime.min.time()
    return local_moment(first, midnight), local_moment(after, midnight)


def shown(count: int) -> int | None:
    """Return a count as it may be shown: rounded, or nothing where it is small."""
    return None if count < FEWEST else (2 * count + FEWEST) // (2 * FEWEST) * FEWEST


def share(part: int, of: int) -> ShareView | None:
    """Return a share of what is shown, with its range (Wilson, nineteen in twenty); None where there are too few."""
    whole = shown(of) or 0
    if whole < ENOUGH:
        return None
    found = min(shown(part) or 0, whole) / whole
    middle = found + _Z**2 / (2 * whole)
    spread = _Z * sqrt(found * (1 - found) / whole + _Z**2 / (4 * whole**2))
    low, high = ((middle + side) / (1 + _Z**2 / whole) for side in (-spread, spread))
    return ShareView(percent=round(100 * found), at_least=round(100 * low), at_most=round(100 * high))


def composed(counts: Mapping[str, Any]) -> list[ListReportView]:
    """Return what may be shown of what the database counted, the newest version of the list first."""
    versions = sorted({row["version"] for row in counts["figures"]}, reverse=True)
    return [_version(version, counts) for version in versions]


def _version(version: int, counts: Mapping[str, Any]) -> ListReportView:
    rows = [row for row in counts["figures"] if row["version"] == version]
    signs = [row for row in counts["signs"] if row["version"] == version]
    words = load_lists().numbered(version)
    regions: list[RegionFiguresView] = []
    if counts["region"] is None:
        told = {row["region"]: _figures([row]) for row in rows if row["region"] is not None}
        regions = [
            RegionFiguresView(region_code=r, figures=f) for r, f in sorted(told.items()) if f.decided is not None
        ]
    found = [row for row in signs if shown(row["found"]) is not None]
    found.sort(key=lambda row: (-(shown(row["found"]) or 0), row["code"]))
    return ListReportView(
        list_version=version,
        confirmed_by=words.version.confirmed_by,
        total=_figures(rows),
        regions=regions,
        signs=[
            SignFiguresView(
                code=row["code"],
                label=TextsView(**words.label_of(row["code"]).model_dump()),
                found=shown(row["found"]) or 0,
                decided_urgent=shown(row["urgent"]),
                lowered=shown(row["lowered"]),
                right=share(row["urgent"], row["found"]),
            )
            for row in found
        ],
        rarer_signs=len(words.signs) + len(words.facts) - len(found),
    )


def _figures(rows: Sequence[Mapping[str, Any]]) -> FiguresView:
    sums = {cell: sum(row[cell] for row in rows) for cell in _CELLS}
    return FiguresView(
        **{cell: shown(count) for cell, count in sums.items()},
        agreement=share(sums["agreed"], sums["decided"]),
        words_right=share(sums["words_held"], sums["words_raised"]),
    )
