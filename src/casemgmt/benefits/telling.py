"""Tells of a determination in the story of its case: the benefit, days and codes, never a fact or a sum."""

from casemgmt.benefits.clocks import RECORD
from casemgmt.benefits.tables import BenefitDetermination
from casemgmt.db.work import Acting
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry


def story_of(work: Acting, kind: str, row: BenefitDetermination, **more: str) -> TimelineEntry | None:
    """Return the entry of an act on a determination; None where the family has no case."""
    if row.case_id is None:
        return None
    data = {"benefit": row.benefit, "on": row.asked_for.isoformat(), "mode": row.mode, "entitled": row.entitled}
    return entry(
        work,
        kind,
        RECORD,
        row.id,
        organisation_id=row.organisation_id,
        case_id=row.case_id,
        data=data | more,
    )
