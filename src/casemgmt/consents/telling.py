"""Tells of a consent in the story of its case: codes and days, never a word."""

from casemgmt.cases.tables import CaseRecord
from casemgmt.consents.tables import Consent
from casemgmt.db.work import Work
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry


def story_of(work: Work, case: CaseRecord, kind: str, consent: Consent) -> TimelineEntry:
    """Return the entry of an act on a consent."""
    return entry(
        work,
        kind,
        "consent",
        consent.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"purpose": consent.purpose, "basis": consent.basis, "form": consent.form},
    )
