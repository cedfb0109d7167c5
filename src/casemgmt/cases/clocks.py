"""Clocks of the case itself: they run for its manager."""

from collections.abc import Sequence
from datetime import datetime

from casemgmt.cases.tables import CaseRecord
from casemgmt.db.work import Work
from casemgmt.tasks import clocks
from casemgmt.tasks.recalculating import term_for
from casemgmt.tasks.tables import Task

FIRST_CLOCKS = ("first_contact_with_child", "assessment")
"""What a case begins with, and begins anew with when it is reopened."""


def start_clocks(work: Work, case: CaseRecord, kinds: Sequence[str], *, since: datetime | None = None) -> list[Task]:
    """Return clocks of these kinds for the manager, by the terms of the case's risk; the caller saves them.

    They are counted from `since`, or from now.
    """
    return [
        clocks.start(
            work,
            kind,
            "case",
            case.id,
            term=term_for(kind, case.risk_level),
            organisation_id=case.organisation_id,
            case_id=case.id,
            assignee_id=case.manager_id,
            since=since,
        )
        for kind in kinds
    ]
