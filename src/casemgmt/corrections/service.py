"""A record that was entered in error: one person says so, another confirms. It is kept, and counts no more."""

from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.service import begin
from casemgmt.cases.tables import CaseRecord
from casemgmt.corrections import repository
from casemgmt.corrections.commands import Correctable, DecideCorrection, ProposeCorrection
from casemgmt.corrections.effects import take_out
from casemgmt.corrections.policy import stands
from casemgmt.corrections.states import CORRECTION, CorrectionFacts
from casemgmt.corrections.tables import RecordError
from casemgmt.corrections.views import CorrectionsView, CorrectionView
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Invalid, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.tasks import clocks
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry


async def propose_correction(
    work: Work, case_id: UUID, command: ProposeCorrection, expected: int | None
) -> CorrectionView:
    """Say that a record of the case was entered in error. Until a second person confirms nothing changes.

    Errors: Invalid for a record that is not of this case, is marked already, or is a draft that its author discards;
    Conflict where the same is proposed already.
    """
    case, _ = await begin(work, case_id, "propose_correction", expected)
    record = await repository.find_record(work, case_id, command.record_type, command.record_id)
    if record is None:
        raise _unknown()
    if not stands(record):
        raise invalid_field("/record_id", "not-correctable", "Only what is completed and stands is corrected.")
    if await repository.is_proposed(work, command.record_id):
        raise Conflict("The correction of this record is proposed already.", code="open-correction")
    correction = RecordError(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        state=CORRECTION.initial,
        proposed_at=work.now,
        proposed_by_id=work.actor.user_id,
        **command.model_dump(),
    )
    clock = clocks.start(
        work,
        "correction_decision",
        "record_error",
        correction.id,
        organisation_id=case.organisation_id,
        case_id=case_id,
        blocks_closure=True,
    )
    story = _story(work, case, correction, "case.correction_proposed")
    await work.save(_event("case.correction_proposed", correction), correction, clock, *story)
    return await _view_of(work, correction)


async def list_corrections(work: Work, case_id: UUID) -> CorrectionsView:
    """Return the corrections of a case, newest first."""
    await get_case(work, case_id)
    rows = await repository.list_corrections(work, case_id)
    work.record(Event("case.correction_listed", "record_error", tuple(r.id for r in rows), case_id=case_id))
    return CorrectionsView(items=[await _view_of(work, row) for row in rows])


async def confirm_correction(
    work: Work, correction_id: UUID, command: DecideCorrection, expected: int | None
) -> CorrectionView:
    """Confirm: the record is marked, counts no longer, and clocks that it had stopped go on as if it had not."""
    case, correction = await _begin(work, correction_id, "confirm", expected)
    if correction.record_type == Correctable.SESSION_NOTE:  # nobody reads it for deciding on it
        if not await repository.mark_session_note(work, correction_id):
            raise _unknown()
        return await _decide(work, case, correction, "confirm", command.note)
    record = await repository.find_record(work, case.id, correction.record_type, correction.record_id)
    if record is None:
        raise _unknown()
    changed = await take_out(work, case, record)
    return await _decide(work, case, correction, "confirm", command.note, record, case, *changed)


async def decline_correction(
    work: Work, correction_id: UUID, command: DecideCorrection, expected: int | None
) -> CorrectionView:
    """Decline: the record stands."""
    case, correction = await _begin(work, correction_id, "decline", expected)
    return await _decide(work, case, correction, "decline", command.note)


async def withdraw_correction(work: Work, correction_id: UUID, expected: int | None) -> CorrectionView:
    """Take one's own proposal back."""
    case, correction = await _begin(work, correction_id, "withdraw", expected)
    return await _decide(work, case, correction, "withdraw", None)


def _unknown() -> Invalid:
    return invalid_field("/record_id", "unknown-record", "The case has no such record.")


async def _begin(work: Work, correction_id: UUID, action: str, expected: int | None) -> tuple[CaseRecord, RecordError]:
    case, correction = await repository.lock_correction(work, correction_id)
    check_version(correction, expected)
    CORRECTION.check(work.actor, action, correction.state, await _facts_of(work, correction))
    return case, correction


async def _decide(
    work: Work, case: CaseRecord, correction: RecordError, action: str, note: str | None, *rows: SQLModel
) -> CorrectionView:
    transition = CORRECTION.check(work.actor, action, correction.state, await _facts_of(work, correction))
    correction.state = transition.target
    correction.decided_at = work.now
    correction.decision_note = note
    if note is not None:
        correction.decided_by_id = work.actor.user_id
    stopped = await clocks.stop(work, correction.id, transition.stops, transition.target)
    kind = f"case.correction_{transition.target}"
    story = _story(work, case, correction, kind)
    await work.save(_event(kind, correction), correction, *rows, *stopped, *story)
    return await _view_of(work, correction)


def _story(work: Work, case: CaseRecord, correction: RecordError, kind: str) -> list[TimelineEntry]:
    if correction.record_type == Correctable.SESSION_NOTE:  # that there is such a note is not told in the story either
        return []
    return [
        entry(
            work,
            kind,
            "record_error",
            correction.id,
            organisation_id=case.organisation_id,
            case_id=case.id,
            data={"reason": correction.reason, "record_type": correction.record_type},
        )
    ]


def _event(kind: str, correction: RecordError) -> Event:
    return Event(kind, "record_error", (correction.id, correction.record_id), case_id=correction.case_id)


async def _facts_of(work: Work, correction: RecordError) -> CorrectionFacts:
    last = await repository.is_last_child(work, correction)
    return CorrectionFacts(proposed_by_id=correction.proposed_by_id, last_child=last)


async def _view_of(work: Work, correction: RecordError) -> CorrectionView:
    actions = CORRECTION.allowed_actions(work.actor, correction.state, await _facts_of(work, correction))
    return CorrectionView(
        **correction.model_dump(exclude={"changed_xid", "organisation_id", "region_code", "restricted"}),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
