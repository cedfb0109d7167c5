"""Queues and tasks."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Header, Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.reference.languages import Language, preferred_languages
from casemgmt.tasks import service
from casemgmt.tasks.commands import AssignTask, CancelTask, CompleteTask, CreateTask
from casemgmt.tasks.policy import ClockState
from casemgmt.tasks.views import TaskCounts, TaskSummary, TaskView

router = Router("/tasks", "tasks")


async def _language(accept_language: Annotated[str | None, Header(max_length=500)] = None) -> Language:
    return preferred_languages(accept_language)[0]


ReaderLanguage = Annotated[Language, Depends(_language)]
Kind = Annotated[str | None, Query(pattern=r"^[a-z_]{1,48}$", description="A deadline code, or `manual`.")]
OpenClock = Annotated[Literal["running", "warning", "breached"] | None, Query(description="Where the clock stands.")]


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
