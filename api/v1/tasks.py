"""Queues and tasks."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Header, Query, Response
from pydantic import AwareDatetime

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.reference.languages import Language, preferred_languages
from casemgmt.tasks import caseload, history, holding, notices, service
from casemgmt.tasks.commands import (
    AcknowledgeNotice,
    AssignTask,
    CancelTask,
    CompleteTask,
    CreateTask,
    EndHold,
    GiveNotice,
    HoldTask,
)
from casemgmt.tasks.policy import ClockState
from casemgmt.tasks.views import CaseloadView, CaseNoticesView, TaskClockView, TaskCounts, TaskSummary, TaskView

router = Router("/tasks", "tasks")
case_notices_router = Router("/cases", "tasks")


async def _language(accept_language: Annotated[str | None, Header(max_length=500)] = None) -> Language:
    return preferred_languages(accept_language)[0]


ReaderLanguage = Annotated[Language, Depends(_language)]
At = Annotated[AwareDatetime | None, Query(description="A moment that has passed; absent: now.")]
Kind = Annotated[str | None, Query(pattern=r"^[a-z_]{1,48}$", description="A deadline code, or `manual`.")]
From = Annotated[
    AwareDatetime | None,
    Query(alias="from", description="Absent: breaches of the last 30 days, those that the summary counts."),
]
OpenClock = Annotated[
    Literal["running", "warning", "on_hold", "breached"] | None, Query(description="Where the clock stands.")
]


@router.get("/mine", Permission.TASKS_READ)
async def list_my_tasks(
    work: CurrentWork,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    clock: OpenClock = None,
    kind: Kind = None,
) -> Page[TaskSummary]:
    """List my queue: assigned to me, or not yet taken in my groups or at my desk; first due first."""
    return Page.of(await service.list_queue(work, "mine", language, limit, cursor, _state(clock), kind))


@router.get("/team", Permission.TASKS_SUPERVISE)
async def list_team_tasks(
    work: CurrentWork,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    clock: OpenClock = None,
    kind: Kind = None,
) -> Page[TaskSummary]:
    """List the supervisor's queue: all open tasks of my body that I may see; first due first."""
    return Page.of(await service.list_queue(work, "team", language, limit, cursor, _state(clock), kind))


@router.get("/unassigned", Permission.TASKS_SUPERVISE)
async def list_unassigned_tasks(
    work: CurrentWork, language: ReaderLanguage, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None, kind: Kind = None
) -> Page[TaskSummary]:
    """List the open tasks of my body that nobody has taken; the oldest first."""
    return Page.of(await service.list_queue(work, "unassigned", language, limit, cursor, kind=kind))


@router.get("/holds", Permission.TASKS_SUPERVISE)
async def list_tasks_on_hold(
    work: CurrentWork, language: ReaderLanguage, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None, kind: Kind = None
) -> Page[TaskSummary]:
    """List the tasks of my body whose clock stands still; those that go on first come first."""
    return Page.of(await service.list_queue(work, "holds", language, limit, cursor, kind=kind))


@router.get("/breaches", Permission.TASKS_SUPERVISE)
async def list_breaches(
    work: CurrentWork,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    kind: Kind = None,
    since: From = None,
) -> Page[TaskSummary]:
    """List the tasks of my body whose due moment passed undone, done by now or not; the newest breach first."""
    return Page.of(await service.list_queue(work, "breaches", language, limit, cursor, kind=kind, since=since))


@router.get("/caseload", Permission.TASKS_SUPERVISE)
async def get_caseload(work: CurrentWork, services: CurrentServices) -> CaseloadView:
    """Count the open cases of each manager of my body, against the ceiling of the house."""
    return await caseload.read_caseload(work, services.settings.caseload_ceiling)


@router.get("/summary", Permission.TASKS_READ)
async def get_task_summary(work: CurrentWork) -> TaskCounts:
    """Count my queue and, for supervisors, the body's, by where the clocks stand."""
    return await service.count_queues(work)


@router.post("", Permission.TASKS_WRITE, status_code=201)
async def create_task(command: CreateTask, response: Response, work: CurrentWork, language: ReaderLanguage) -> TaskView:
    """Set a task by hand, for a case or for a signal."""
    view = await service.create_task(work, command, language)
    response.headers["Location"] = f"/v1/tasks/{view.id}"
    return _shown(response, view)


@router.get("/{task_id}", Permission.TASKS_READ)
async def get_task(task_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage) -> TaskView:
    """Read a task in full, with the actions that are allowed on it now."""
    return _shown(response, await service.read_task(work, task_id, language))


@router.get("/{task_id}/clock", Permission.TASKS_READ)
async def get_task_clock(task_id: UUID, work: CurrentWork, at: At = None) -> TaskClockView:
    """Read where the clock of a task stood at a moment, with all that had happened to it by then."""
    return await history.read_clock(work, task_id, at)


@router.post("/{task_id}/assign", Permission.TASKS_WRITE)
async def assign_task(
    task_id: UUID,
    command: AssignTask,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    language: ReaderLanguage,
) -> TaskView:
    """Take a task, or give it to somebody who sees what it is about."""
    return _shown(response, await service.assign_task(work, task_id, command, expected, language))


@router.post("/{task_id}/complete", Permission.TASKS_WRITE)
async def complete_task(
    task_id: UUID,
    command: CompleteTask,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    language: ReaderLanguage,
) -> TaskView:
    """Say that a task is done. Clocks that wait for an act of the route are stopped by it alone."""
    return _shown(response, await service.complete_task(work, task_id, command, expected, language))


@router.post("/{task_id}/hold", Permission.TASKS_WRITE)
async def hold_task(
    task_id: UUID,
    command: HoldTask,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    language: ReaderLanguage,
) -> TaskView:
    """Stop the clock of a task until a day, with a reason. The hold stays with the task, whoever has it."""
    return _shown(response, await holding.hold_task(work, task_id, command, expected, language))


@router.post("/{task_id}/end-hold", Permission.TASKS_WRITE)
async def end_hold(
    task_id: UUID,
    command: EndHold,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    language: ReaderLanguage,
) -> TaskView:
    """Let the clock run again before the hold is over."""
    return _shown(response, await holding.end_hold(work, task_id, command, expected, language))


@router.post("/{task_id}/cancel", Permission.TASKS_SUPERVISE)
async def cancel_task(
    task_id: UUID,
    command: CancelTask,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    language: ReaderLanguage,
) -> TaskView:
    """Say why a task is not to be done. A clock of the route is never cancelled by hand."""
    return _shown(response, await service.cancel_task(work, task_id, command, expected, language))


def _state(clock: str | None) -> ClockState | None:
    return None if clock is None else ClockState(clock)


def _shown(response: Response, view: TaskView) -> TaskView:
    set_etag(response, view.version)
    return view


@router.post("/{task_id}/notice", Permission.TASKS_WRITE)
async def give_mandatory_notice(
    task_id: UUID,
    command: GiveNotice,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    language: ReaderLanguage,
) -> TaskView:
    """Record that a mandatory notice was given, how, and by what that is proved: this stops its clock."""
    view = await notices.give_notice(work, task_id, command, expected, language)
    set_etag(response, view.version)
    return view


@router.post("/{task_id}/notice/acknowledge", Permission.TASKS_WRITE)
async def acknowledge_mandatory_notice(
    task_id: UUID,
    command: AcknowledgeNotice,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
    language: ReaderLanguage,
) -> TaskView:
    """Record that the body said it has the notice."""
    view = await notices.acknowledge_notice(work, task_id, command, expected, language)
    set_etag(response, view.version)
    return view


@case_notices_router.get("/{case_id}/mandatory-notices", Permission.CASES_READ)
async def list_case_notices(case_id: UUID, work: CurrentWork) -> CaseNoticesView:
    """List the mandatory notices of a case: what is due, and how each was given."""
    return await notices.list_case_notices(work, case_id)
