"""Use cases of the warnings of a case: each says whether the person knows of it, and is looked at again by a day."""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.assessments.policy import review_day
from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case, persons_of
from casemgmt.cases.tables import CaseRecord
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.notes.commands import RecordCaseWarning, ReviewWarning
from casemgmt.notes.views import CaseWarningList, CaseWarningView
from casemgmt.outreach.commands import LiftWarning
from casemgmt.outreach.tables import VisitorWarning
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import entry
from rules.zone import to_local

_CLOCK = "warning_review"


async def record_warning(work: Work, case_id: UUID, command: RecordCaseWarning) -> CaseWarningView:
    """Warn those who will meet the family; the clock of the review starts for the case's manager."""
    case = await get_case(work, case_id, for_change=True)
    _check_told(command.told, command.told_note)
    if command.person_id is not None and command.person_id not in {
        p.person_id for p in await persons_of(work, case_id)
    }:
        raise invalid_field("/person_id", "not-of-the-case", "This person is not of the case.")
    warning = VisitorWarning(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(),
    )
    return await _save(work, case, warning, "recorded", _review(work, case, warning))


async def review_warning(work: Work, case_id: UUID, warning_id: UUID, command: ReviewWarning) -> CaseWarningView:
    """Say that a warning still holds; the clock starts anew."""
    case, warning = await _standing(work, case_id, warning_id)
    _check_told(command.told, command.told_note)
    warning.review_on = command.review_on
    warning.told, warning.told_note = command.told, command.told_note
    warning.reviewed_at = work.now
    warning.reviewed_by_id = work.actor.user_id
    stopped = await clocks.stop(work, warning_id, (_CLOCK,), "reviewed")
    return await _save(work, case, warning, "reviewed", *stopped, _review(work, case, warning))


async def lift_warning(work: Work, case_id: UUID, warning_id: UUID, command: LiftWarning) -> CaseWarningView:
    """Say that a warning no longer holds. It stays on record."""
    case, warning = await _standing(work, case_id, warning_id)
    warning.lifted_at = work.now
    warning.lifted_by_id = work.actor.user_id
    warning.lift_note = command.note
    return await _save(work, case, warning, "lifted", *await clocks.stop(work, warning_id, (_CLOCK,), "lifted"))


async def list_warnings(work: Work, case_id: UUID) -> CaseWarningList:
    """Return the warnings of a case, those that hold first."""
    await get_case(work, case_id)
    query = select(VisitorWarning).where(VisitorWarning.case_id == case_id)
    lifted = col(VisitorWarning.lifted_at).desc().nulls_first()
    found = await work.session.scalars(query.order_by(lifted, col(VisitorWarning.review_on), col(VisitorWarning.id)))
    views = [_view(work, warning) for warning in found]
    work.record(Event("visitor_warning.read", "visitor_warning", tuple(v.id for v in views), case_id=case_id))
    return CaseWarningList(items=views)


def _check_told(told: bool, why_not: str | None) -> None:  # noqa: FBT001 - the field itself
    if not told and why_not is None:
        raise invalid_field("/told_note", "note-needed", "Say why the person was not told.")


async def _standing(work: Work, case_id: UUID, warning_id: UUID) -> tuple[CaseRecord, VisitorWarning]:
    case = await get_case(work, case_id, for_change=True)
    query = select(VisitorWarning).where(VisitorWarning.id == warning_id, VisitorWarning.case_id == case_id)
    warning = (await work.session.scalars(query.with_for_update())).one_or_none()
    if warning is None:
        raise NotFound("There is no such warning.")
    if warning.lifted_at is not None:
        raise WrongState("The warning was lifted already.", code="already-lifted")
    return case, warning


def _review(work: Work, case: CaseRecord, warning: VisitorWarning) -> Task:
    clock = clocks.start(
        work,
        _CLOCK,
        "visitor_warning",
        warning.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=case.manager_id,
        blocks_closure=False,
    )
    latest = to_local(clock.due_at).date()
    clocks.bring_forward(clock, review_day(warning.review_on, to_local(work.now).date(), latest))
    return clock


async def _save(work: Work, case: CaseRecord, warning: VisitorWarning, act: str, *tasks: Task) -> CaseWarningView:
    story = entry(
        work,
        f"visitor_warning.{act}",
        "visitor_warning",
        warning.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={"kind": warning.kind},
    )
    event = Event(f"visitor_warning.{act}", "visitor_warning", (warning.id,), case_id=case.id)
    await work.save(event, warning, *tasks, story)
    return _view(work, warning)


def _view(work: Work, warning: VisitorWarning) -> CaseWarningView:
    overdue = warning.lifted_at is None and warning.review_on < to_local(work.now).date()
    shown = warning.model_dump(include=set(CaseWarningView.model_fields))
    return CaseWarningView(**shown | {"told": bool(warning.told), "review_overdue": overdue})
