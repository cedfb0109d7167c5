"""Mandatory notices: the clock stops when it is recorded to whom the notice went, how, and by what that is proved."""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.db.work import Work, check_version
from casemgmt.documents.states import DocumentState
from casemgmt.documents.tables import Document
from casemgmt.errors import NotFound, WrongState, invalid_field
from casemgmt.reference.languages import Language
from casemgmt.tasks import repository
from casemgmt.tasks.commands import AcknowledgeNotice, GiveNotice
from casemgmt.tasks.service import locked, save, view_of
from casemgmt.tasks.tables import MandatoryNotice, Task
from casemgmt.tasks.views import CaseNoticesView, CaseNoticeView, NoticeView, TaskView

_NUMBERED = frozenset({"post", "electronic"})
_TAKEN = frozenset({"handed_over", "telephone"})


async def give_notice(
    work: Work, task_id: UUID, command: GiveNotice, expected: int | None, language: Language
) -> TaskView:
    """Record a notice with its proof, and stop its clock: late is what is recorded late.

    Errors: Invalid where the proof that this way of delivery has is missing, where the notice lies in the future, and
    for a document that is none of the case or the signal.
    """
    task = await locked(work, task_id, "give_notice", expected)
    if command.delivered_at > work.now:
        raise invalid_field("/delivered_at", "notice-in-future", "The notice was given before now.")
    await _check_proof(work, task, command)
    notice = MandatoryNotice(
        task_id=task.id, recorded_at=work.now, recorded_by_id=work.actor.user_id, **command.model_dump()
    )
    task.completed_at, task.completed_by_id = work.now, work.actor.user_id
    data = {"late": task.completed_at > task.due_at, "delivery": command.delivery}
    await save(work, task, "task.notice_given", data, notice)
    return await view_of(work, task, language)


async def acknowledge_notice(
    work: Work, task_id: UUID, command: AcknowledgeNotice, expected: int | None, language: Language
) -> TaskView:
    """Record that the body said it has the notice.

    Errors: NotFound where no notice was given, WrongState where it was acknowledged before, Invalid for a moment before
    the notice or in the future.
    """
    task = await repository.get_task(work, task_id, for_change=True)
    check_version(task, expected)
    notice = await repository.notice_of(work, task_id, for_change=True)
    if notice is None:
        raise NotFound("There is no such notice.")
    if notice.acknowledged_at is not None:
        raise WrongState("It was acknowledged before.", code="acknowledged-already", data={"allowed_transitions": []})
    if not notice.delivered_at <= command.acknowledged_at <= work.now:
        raise invalid_field("/acknowledged_at", "acknowledged-out-of-order", "After the notice, and before now.")
    notice.acknowledged_at, notice.acknowledged_by = command.acknowledged_at, command.acknowledged_by
    notice.acknowledged_number = command.number
    await save(work, task, "task.notice_acknowledged", {}, notice)
    return await view_of(work, task, language)


async def list_case_notices(work: Work, case_id: UUID) -> CaseNoticesView:
    """Return the mandatory notices of a case: what is due, and how it was given."""
    await get_case(work, case_id)
    found = await repository.notices_of_case(work, case_id)
    work.record(Event("task.listed", "task", tuple(task.id for task, _ in found), case_id=case_id))
    items = [
        CaseNoticeView(
            task_id=task.id,
            kind=task.kind,
            due_at=task.due_at,
            completed_at=task.completed_at,
            cancelled_at=task.cancelled_at,
            notice=None if notice is None else NoticeView.model_validate(notice),
        )
        for task, notice in found
    ]
    return CaseNoticesView(items=items)


async def _check_proof(work: Work, task: Task, command: GiveNotice) -> None:
    if command.delivery in _TAKEN and command.taken_by is None:
        raise invalid_field("/taken_by", "taker-needed", "Say who took the notice: name and post.")
    if command.delivery in _NUMBERED and command.number is None:
        raise invalid_field("/number", "number-needed", "Give the number by which the delivery can be followed.")
    if command.delivery == "handed_over" and command.number is None and command.document_id is None:
        raise invalid_field("/number", "handing-over-unproved", "Give the incoming number, or a document.")
    if command.document_id is not None:
        query = select(Document).where(
            Document.id == command.document_id, col(Document.state).in_((DocumentState.KEPT,))
        )
        found = (await work.session.scalars(query)).one_or_none()
        if found is None or not _belongs(found, task):
            raise invalid_field("/document_id", "document-of-other", "This is no kept document of the case.")


def _belongs(document: Document, task: Task) -> bool:
    of_case = task.case_id is not None and document.case_id == task.case_id
    return of_case or (task.signal_id is not None and document.signal_id == task.signal_id)
